"""The plan of beds: who lies where for a quarter of a year, and how many beds are free from week to week.

Bars are the stays of the cases in the reader's reach. Whether a bed is free is counted over the stays of every case,
whoever asks; whoever does not reach every case learns that alone, as on the overview: not how many stay with others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from dosar.language.form import CASE_FORM, Form
from dosar.language.organisation.programme import Programme
from dosar.language.question import ReadingContext
from dosar.overview.programme import declared_parts, read_parts
from dosar.records.beds.stay_days import ONE_DAY, Days, days_of_stay, held_bed
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as, current_scope
from dosar.records.titles import link_titles

WEEK = timedelta(weeks=1)
WEEKS = 14
"""The week before and the three months after."""
MONTHS_BEFORE = 5


@dataclass(frozen=True)
class PlannedStay:
    """A stay in the plan."""

    record_id: int
    case_id: int
    days: Days
    held: Days
    """The days on which nobody else may have the bed: until she has left, where her last day is past."""
    since: date
    last: date | None
    """The last day planned, or the day of leaving."""
    has_left: bool
    is_waiting: bool
    is_twice: bool = False
    """Whether another stay of the person is on the same days: two cases were merged."""

    def is_reserved(self, today: date) -> bool:
        """Whether the person is still to come."""
        return self.since > today

    def is_over(self, today: date) -> bool:
        """Whether the last day is past and the person still there."""
        return not self.has_left and self.last is not None and self.last < today


@dataclass(frozen=True)
class PlacePlan:
    """The beds of a place."""

    place_id: int
    phase: str | None
    beds: int
    lanes: Sequence[Sequence[PlannedStay]]
    """Each bed with its stays, one after the other; more than there are beds where too many lie in them."""
    free: Sequence[int]
    """How many beds are free all week, week by week; below zero where one is too many. Whoever is past her last day is
    counted until she has left: where the plan shows a bed, one can be had."""
    nights: Sequence[int]
    """How many nights somebody was or is to be there, month by month."""

    def has_free_bed(self, week: date, since: date) -> bool:
        """Whether a bed is free all of this week of a plan that begins ``since``."""
        return self.free[(week - since) // WEEK] > 0


@dataclass(frozen=True)
class BedPlan:
    """The plan of a quarter of a year."""

    declared: Programme
    since: date
    places: Sequence[PlacePlan]
    months: Sequence[date]
    """The first days of the months whose nights are counted."""
    titles: Mapping[tuple[str, int], str]
    is_of_every_case: bool

    @property
    def weeks(self) -> list[date]:
        """The first days of its weeks."""
        return [self.since + WEEK * number for number in range(WEEKS)]

    @property
    def until(self) -> date:
        """The day after its last."""
        return self.since + WEEK * WEEKS


def week_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(day.weekday())


def bed_plan(
    repository: Repository,
    declared: Programme,
    known: Mapping[str, Form],
    reading: ReadingContext,
    since: date,
) -> BedPlan:
    """The plan from this Monday on, as this reader may know it: three statements. Cases are named by their code."""
    since, today = week_of(since), reading.today
    until, months = since + WEEK * WEEKS, _months_around(today)
    found = read_parts(repository, _parts(repository, declared, known, since, until, "stays", "places"))
    with acting_as(SYSTEM_SCOPE):
        begin = min(since, months[0])
        every = read_parts(repository, _parts(repository, declared, repository.forms, begin, until, "stays"))
    bars = _by_place(declared, found.get("stays", ()), today)
    taken = _by_place(declared, every.get("stays", ()), today)
    places = [
        _place_plan(declared, row, bars.get(row["id"], []), taken.get(row["id"], []), since, months)
        for row in found.get("places", ())
    ]
    titles = _titles(repository, declared, known, reading, places)
    return BedPlan(declared, since, places, months, titles, current_scope.get().reaches_all_cases)


def _months_around(today: date) -> list[date]:
    """The first days of this month and those before it."""
    months = [today.replace(day=1)]
    while len(months) <= MONTHS_BEFORE:
        months.insert(0, (months[0] - ONE_DAY).replace(day=1))
    return months


def next_month(first: date) -> date:
    """The first day of the month after."""
    return (first.replace(day=28) + timedelta(4)).replace(day=1)


def _parts(
    repository: Repository, declared: Programme, forms: Mapping[str, Form], begin: date, end: date, *names: str
) -> dict[str, Any]:
    """What is read: the stays that touch these days, and the places."""
    parts: dict[str, Any] = {}
    for name, key, options in declared_parts(declared, forms, *names):
        record_class: Any = repository.record_class(key)
        columns = [record_class.id, *[getattr(record_class, question) for question in options.values()]]
        conditions = []
        if name == "stays":
            since, left = (getattr(record_class, options[option]) for option in ("since", "left"))
            columns += [record_class.case_id, record_class.to_check]
            conditions = [since < end, left.is_(None) | (left > begin)]
        parts[name] = (record_class, columns, conditions)
    return parts


def _by_place(declared: Programme, rows: Iterable[Mapping[str, Any]], today: date) -> dict[int, list[PlannedStay]]:
    by_place = dict[int, list[PlannedStay]]()
    by_case = dict[int, list[PlannedStay]]()
    planned = [(row[declared.stays.place], _planned_stay(declared, row, today)) for row in rows]
    for _, stay in planned:
        by_case.setdefault(stay.case_id, []).append(stay)
    for place, stay in sorted(planned, key=lambda each: (each[1].since, each[1].record_id)):
        if place is not None:
            others = [other.days for other in by_case[stay.case_id] if other is not stay]
            is_twice = any(stay.days.overlaps(other) for other in others)
            left = stay.last if stay.has_left else None
            held = held_bed(stay.days, stay.last, left, today, [other.since for other in others])
            by_place.setdefault(place, []).append(replace(stay, held=held, is_twice=is_twice))
    return by_place


def _planned_stay(declared: Programme, row: Mapping[str, Any], today: date) -> PlannedStay:
    since, last, left = (row[name] for name in (declared.stays.since, declared.stays.last, declared.stays.left))
    days = days_of_stay(since, last, left, today)
    return PlannedStay(
        row["id"],
        row["case_id"],
        days,
        days,
        since,
        left or last,
        left is not None,
        bool(row["to_check"]),
    )


def _place_plan(
    declared: Programme,
    row: Mapping[str, Any],
    bars: Sequence[PlannedStay],
    taken: Sequence[PlannedStay],
    since: date,
    months: Sequence[date],
) -> PlacePlan:
    beds, places = int(row[declared.places.beds] or 0), declared.places
    weeks = [Days(since + WEEK * number, since + WEEK * (number + 1)) for number in range(WEEKS)]
    days, held = [stay.days for stay in taken], [stay.held for stay in taken]
    return PlacePlan(
        row["id"],
        row[places.phase],
        beds,
        lay_in_beds(bars, beds),
        [beds - _most_at_once(week, held) for week in weeks],
        [sum(_nights(Days(month, next_month(month)), other) for other in days) for month in months],
    )


def lay_in_beds(stays: Sequence[PlannedStay], beds: int) -> list[list[PlannedStay]]:
    """The stays, sorted by their first day, each in the first bed that is free by then; empty beds too."""
    lanes: list[list[PlannedStay]] = [[] for _ in range(beds)]
    for stay in stays:
        lane = next((lane for lane in lanes if not lane or lane[-1].held.until <= stay.since), None)
        if lane is None:
            lanes.append(lane := [])
        lane.append(stay)
    return lanes


def _most_at_once(within: Days, stays: Sequence[Days]) -> int:
    """How many beds are taken on the fullest day."""
    there = [stay for stay in stays if stay.overlaps(within)]
    begun = {within.since, *(stay.since for stay in there if stay.since > within.since)}
    return max(sum(stay.since <= day < stay.until for stay in there) for day in begun)


def _nights(within: Days, stay: Days) -> int:
    return max(0, (min(within.until, stay.until) - max(within.since, stay.since)).days)


def _titles(
    repository: Repository,
    declared: Programme,
    known: Mapping[str, Form],
    reading: ReadingContext,
    places: Sequence[PlacePlan],
) -> Mapping[tuple[str, int], str]:
    """What the places are called, and the cases by their code."""
    nameless = {CASE_FORM: repository.forms[CASE_FORM].seen_with(frozenset())} if CASE_FORM in known else {}
    cases = {stay.case_id for place in places for lane in place.lanes for stay in lane}
    ids = {CASE_FORM: cases, declared.places.form: {place.place_id for place in places}}
    return link_titles(repository, {**known, **nameless}, ids, reading, with_deleted=True)
