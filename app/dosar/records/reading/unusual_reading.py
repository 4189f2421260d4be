"""Unusual reading: a worker opens many files of cases she does not work in, at night or on a Sunday.

It proves nothing; it says where a coordinator might ask.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

FOREIGN_OUTSIDE_HOURS = 10
"""So many cases of others, opened on one day outside working hours, are pointed out."""
FOREIGN_IN_A_DAY = 40
"""So many on one day, whatever the hour."""
FIRST_HOUR, LAST_HOUR = 7, 20
WORKING_DAYS = 5

TeamTime = tuple[date, date | None]
"""From when until when somebody is in the team of a case; until ``None``: still."""


@dataclass(frozen=True)
class Opening:
    """A worker opened something of a case; the moment is that of the clock on the wall."""

    worker: int
    case_id: int
    at: datetime


@dataclass(frozen=True)
class UnusualDay:
    """So many cases of others a worker opened on one day."""

    worker: int
    day: date
    cases: int
    outside_hours: int
    """How many of them outside working hours."""


def is_outside_hours(moment: datetime) -> bool:
    """Whether hardly anybody works then."""
    return moment.weekday() >= WORKING_DAYS or not FIRST_HOUR <= moment.hour < LAST_HOUR


def unusual_days(openings: Iterable[Opening], teams: Mapping[tuple[int, int], Iterable[TeamTime]]) -> list[UnusualDay]:
    """The days to be pointed out, the latest first; ``teams`` says when which worker is in the team of which case."""
    foreign: dict[tuple[date, int], set[int]] = {}
    outside: dict[tuple[date, int], set[int]] = {}
    for opening in openings:
        day = opening.at.date()
        if _is_in_team(teams.get((opening.worker, opening.case_id), ()), day):
            continue
        foreign.setdefault((day, opening.worker), set()).add(opening.case_id)
        if is_outside_hours(opening.at):
            outside.setdefault((day, opening.worker), set()).add(opening.case_id)
    return [
        UnusualDay(worker, day, len(cases), len(outside.get((day, worker), ())))
        for (day, worker), cases in sorted(foreign.items(), reverse=True)
        if len(cases) >= FOREIGN_IN_A_DAY or len(outside.get((day, worker), ())) >= FOREIGN_OUTSIDE_HOURS
    ]


def _is_in_team(times: Iterable[TeamTime], day: date) -> bool:
    return any(since <= day and (until is None or day <= until) for since, until in times)
