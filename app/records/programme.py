"""The residential programme at a glance: free beds, stays near their last day, promised against delivered.

Beds are counted over all stays, whoever asks: a bed taken by somebody else's case is no free bed. The
stays themselves are those in the reader's reach.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func

from app.language.form import CASE, Form
from app.language.question import Answers, Reading
from app.records.acceptance import accepted, waiting_count
from app.records.cabinet import Cabinet
from app.records.labels import link_titles
from app.records.scope import SYSTEM, acting_as
from app.records.tables import USER
from app.records.together import read_together

STAY, FACILITY, PROGRAMME = "stay", "facility", "programme"
AGREEMENT, LOG = "service_agreement", "service_log"
ASKED: Mapping[str, Sequence[str]] = {
    STAY: ("facility", "phase", "admitted_on", "last_day", "left_on", "extended_until", "extension_approved_by"),
    FACILITY: ("programme", "phase", "beds"),
    PROGRAMME: ("target_number",),
    AGREEMENT: ("provider", "service", "promised", "valid_until"),
}
COUNTED: Mapping[str, Sequence[str]] = {
    STAY: ("facility", "admitted_on", "left_on"),
    LOG: ("agreement", "given_on", "hours"),
}
"""The questions the overview is made of; without one of them it leaves out what it cannot tell."""
NEAR = timedelta(days=30)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Beds:
    """A facility's beds and how many are taken."""

    facility_id: int
    phase: str | None
    beds: int
    taken: int
    target: int | None = None
    """For how many people its programme is."""
    waiting: int = 0
    """How many stays here wait for acceptance: they take no bed yet."""

    @property
    def free(self) -> int:
        return self.beds - self.taken


@dataclass(frozen=True)
class CurrentStay:
    """Somebody who stays now, and until when."""

    record_id: int
    case_id: int
    answers: Answers
    is_waiting: bool = False
    """Whether the sheet waits for acceptance."""

    @property
    def last_day(self) -> date | None:
        day: date | None = self.answers.get("last_day")
        return day

    def days_left(self, today: date) -> int | None:
        """How many days until the last one; below zero when it has passed."""
        return (self.last_day - today).days if self.last_day else None

    def is_near(self, today: date) -> bool:
        """Whether the last day is a matter of days: the last fifth of the stay, thirty days at most."""
        left = self.days_left(today)
        if left is None or self.last_day is None:
            return False
        whole: timedelta = self.last_day - self.answers["admitted_on"]
        return timedelta(left) <= min(NEAR, whole / 5)


@dataclass(frozen=True)
class Agreement:
    """A service agreement: what was promised a year, and delivered in the last one."""

    record_id: int
    answers: Answers
    delivered: int
    hours: Decimal
    waiting: int = 0
    """How many entries wait for acceptance: they are not among those delivered."""


@dataclass(frozen=True)
class ProgrammeNow:
    """The whole overview, and what the records it names are called."""

    beds: Sequence[Beds]
    stays: Sequence[CurrentStay]
    agreements: Sequence[Agreement]
    titles: Mapping[tuple[str, int], str]


def programme_now(cabinet: Cabinet, known: Mapping[str, Form], reading: Reading) -> ProgrammeNow:
    """The overview as this reader may know it: three statements. Cases are named by their code alone."""
    found = _read(cabinet, _seen_parts(cabinet, known, reading.today))
    with acting_as(SYSTEM):
        counted = _read(cabinet, _counted_parts(cabinet, reading.today))
    beds = _beds(known, found, counted)
    stays = [
        CurrentStay(row["id"], row["case_id"], _answers(known[STAY], row), bool(row["to_check"]))
        for row in found.get(STAY, ())
    ]
    stays.sort(key=lambda one: (one.last_day or date.max, one.record_id))
    agreements = [_agreement(known[AGREEMENT], row, counted) for row in found.get(AGREEMENT, ())]
    return ProgrammeNow(beds, stays, agreements, _titles(cabinet, known, reading, beds, stays, agreements))


def _read(cabinet: Cabinet, parts: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return dict(zip(parts, read_together(cabinet.session, list(parts.values())), strict=True))


def _seen_parts(cabinet: Cabinet, known: Mapping[str, Form], today: date) -> dict[str, Any]:
    """What is read as the reader may see it."""
    parts: dict[str, Any] = {}
    for key, names in ASKED.items():
        if key in known and all(name in known[key].questions for name in names):
            kept: Any = cabinet.record_class(key)
            also = [kept.case_id, kept.to_check] if known[key].belongs_to else []
            conditions = _staying(kept, today) if key == STAY else []
            parts[key] = (kept, [kept.id, *also, *_columns(kept, known[key], names)], conditions)
    return parts


def _counted_parts(cabinet: Cabinet, today: date) -> dict[str, Any]:
    """What is counted over all cases."""
    parts: dict[str, Any] = {}
    for key, names in COUNTED.items():
        if key not in cabinet.forms or any(name not in cabinet.forms[key].questions for name in names):
            continue
        kept: Any = cabinet.record_class(key)
        by = getattr(kept, names[0]).label("by")
        counted = [by, func.count(case((accepted(kept), kept.id))).label("count"), waiting_count(kept)]
        if key == STAY:
            parts[key] = (kept, counted, [by.is_not(None), *_staying(kept, today)], [by])
        else:
            since = [by.is_not(None), kept.given_on > today - YEAR]
            hours = func.sum(case((accepted(kept), kept.hours))).label("hours")
            parts[key] = (kept, [*counted, hours], since, [by])
    return parts


def _staying(kept: Any, today: date) -> list[Any]:
    return [kept.admitted_on <= today, kept.left_on.is_(None) | (kept.left_on > today)]


def _columns(kept: Any, form: Form, names: Iterable[str]) -> list[Any]:
    return [getattr(kept, column.name) for name in names for column in form.questions[name].columns()]


def _answers(form: Form, row: Mapping[str, Any]) -> Answers:
    return {question.name: question.restored(row) for question in form.stored_questions if question.name in row}


def _beds(known: Mapping[str, Form], found: Mapping[str, Any], counted: Mapping[str, Any]) -> list[Beds]:
    taken = {row["by"]: row for row in counted.get(STAY, ())}
    nobody = {"count": 0, "waiting": 0}
    targets = {row["id"]: row["target_number"] for row in found.get(PROGRAMME, ())}
    return [
        Beds(
            row["id"], row["phase"], row["beds"] or 0, stays["count"], targets.get(row["programme"]), stays["waiting"]
        )
        for row in found.get(FACILITY, ()) for stays in [taken.get(row["id"], nobody)]
    ]


def _agreement(form: Form, row: Mapping[str, Any], counted: Mapping[str, Any]) -> Agreement:
    delivered = next((one for one in counted.get(LOG, ()) if one["by"] == row["id"]), None)
    answers = _answers(form, row)
    if delivered is None:
        return Agreement(row["id"], answers, 0, Decimal(0))
    hours = delivered["hours"] or Decimal(0)
    return Agreement(row["id"], answers, delivered["count"], hours, delivered["waiting"])


def _titles(
    cabinet: Cabinet, known: Mapping[str, Form], reading: Reading,
    beds: Sequence[Beds], stays: Sequence[CurrentStay], agreements: Sequence[Agreement],
) -> Mapping[tuple[str, int], str]:
    nameless = {CASE: cabinet.forms[CASE].seen_with(frozenset())} if CASE in known else {}
    provider = known[AGREEMENT].questions["provider"].link_target() if agreements else None
    wanted: dict[str, set[int]] = {
        CASE: {one.case_id for one in stays},
        FACILITY: {
            *(one.facility_id for one in beds), *(number for one in stays if (number := one.answers.get("facility"))),
        },
        USER: {approver for one in stays if (approver := one.answers.get("extension_approved_by"))},
        **({provider: {one.answers["provider"] for one in agreements if one.answers["provider"]}} if provider else {}),
    }
    return link_titles(cabinet, {**known, **nameless}, wanted, reading, with_deleted=True)
