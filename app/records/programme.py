"""The residential programme at a glance: free beds, stays near their last day, promised against delivered.

Beds are counted over all stays, whoever asks: a bed taken by somebody else's case is no free bed. The
stays themselves are those in the reader's reach.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func

from app.language.form import CASE, Form
from app.language.programme import Agreements, Programme, Stays
from app.language.question import Answers, Reading
from app.records.acceptance import accepted, waiting_count
from app.records.cabinet import Cabinet
from app.records.labels import link_titles
from app.records.scope import SYSTEM, OutOfReach, acting_as
from app.records.tables import USER
from app.records.together import read_together

NEAR = timedelta(days=30)
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Beds:
    """A place's beds and how many are taken."""

    place_id: int
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
    place_id: int | None
    phase: str | None
    since: date
    last_day: date | None
    extended_until: date | None = None
    approver_id: int | None = None
    is_waiting: bool = False
    """Whether the sheet waits for acceptance."""

    def days_left(self, today: date) -> int | None:
        """How many days until the last one; below zero when it has passed."""
        return (self.last_day - today).days if self.last_day else None

    def is_near(self, today: date) -> bool:
        """Whether the last day is a matter of days: the last fifth of the stay, thirty days at most."""
        left = self.days_left(today)
        if left is None or self.last_day is None:
            return False
        return timedelta(left) <= min(NEAR, (self.last_day - self.since) / 5)


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

    declared: Programme
    beds: Sequence[Beds]
    stays: Sequence[CurrentStay]
    agreements: Sequence[Agreement]
    titles: Mapping[tuple[str, int], str]

    @property
    def agreed(self) -> Agreements:
        """The form of the agreements. Raises :class:`OutOfReach` where there is none."""
        if self.declared.agreements is None:
            raise OutOfReach("agreements")
        return self.declared.agreements


def programme_now(
    cabinet: Cabinet, declared: Programme, known: Mapping[str, Form], reading: Reading,
) -> ProgrammeNow:
    """The overview as this reader may know it: three statements. Cases are named by their code alone."""
    found = _read(cabinet, _seen_parts(cabinet, declared, known, reading.today))
    with acting_as(SYSTEM):
        counted = _read(cabinet, _counted_parts(cabinet, declared, reading.today))
    beds, stays = _beds(declared, found, counted), _stays(declared.stays, known, found)
    agreements = [
        _agreement(known[declared.agreements.form], row, counted)
        for row in found.get("agreements", ()) if declared.agreements
    ]
    titles = _titles(cabinet, declared, known, reading, beds, stays, agreements)
    return ProgrammeNow(declared, beds, stays, agreements, titles)


def _read(cabinet: Cabinet, parts: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return dict(zip(parts, read_together(cabinet.session, list(parts.values())), strict=True))


def _parts(declared: Programme, forms: Mapping[str, Form], *wanted: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The parts that are declared of these forms: its name, its form, and its questions by what they are; without
    one of them the overview leaves out what it cannot tell."""
    for name in wanted:
        part = getattr(declared, name)
        asked = {option: question for option, question in part if option != "form" and question} if part else {}
        if asked and part.form in forms and all(one in forms[part.form].questions for one in asked.values()):
            yield name, part.form, asked


def _seen_parts(
    cabinet: Cabinet, declared: Programme, known: Mapping[str, Form], today: date,
) -> dict[str, Any]:
    """What is read as the reader may see it."""
    parts: dict[str, Any] = {}
    for name, key, asked in _parts(declared, known, "stays", "places", "programmes", "agreements"):
        kept: Any = cabinet.record_class(key)
        also = [kept.case_id, kept.to_check] if known[key].belongs_to else []
        conditions = _staying(kept, declared.stays, today) if name == "stays" else []
        parts[name] = (kept, [kept.id, *also, *_columns(kept, known[key], asked.values())], conditions)
    return parts


def _counted_parts(cabinet: Cabinet, declared: Programme, today: date) -> dict[str, Any]:
    """What is counted over all cases."""
    parts: dict[str, Any] = {}
    for name, key, asked in _parts(declared, cabinet.forms, "stays", "delivered"):
        kept: Any = cabinet.record_class(key)
        by = getattr(kept, asked["place" if name == "stays" else "agreement"]).label("by")
        counted = [by, func.count(case((accepted(kept), kept.id))).label("count"), waiting_count(kept)]
        if name == "stays":
            parts[name] = (kept, counted, [by.is_not(None), *_staying(kept, declared.stays, today)], [by])
        else:
            since = [by.is_not(None), getattr(kept, asked["day"]) > today - YEAR]
            hours = func.sum(case((accepted(kept), getattr(kept, asked["hours"])))).label("hours")
            parts[name] = (kept, [*counted, hours], since, [by])
    return parts


def _staying(kept: Any, stays: Stays, today: date) -> list[Any]:
    left = getattr(kept, stays.left)
    return [getattr(kept, stays.since) <= today, left.is_(None) | (left > today)]


def _columns(kept: Any, form: Form, names: Iterable[str]) -> list[Any]:
    return [getattr(kept, column.name) for name in names for column in form.questions[name].columns()]


def _answers(form: Form, row: Mapping[str, Any]) -> Answers:
    return {question.name: question.restored(row) for question in form.stored_questions if question.name in row}


def _beds(declared: Programme, found: Mapping[str, Any], counted: Mapping[str, Any]) -> list[Beds]:
    taken = {row["by"]: row for row in counted.get("stays", ())}
    nobody = {"count": 0, "waiting": 0}
    places, programmes = declared.places, declared.programmes
    targets = {row["id"]: row[programmes.people] for row in found.get("programmes", ()) if programmes}
    return [
        Beds(
            row["id"], row[places.phase], row[places.beds] or 0, stays["count"],
            targets.get(row[places.programme]) if places.programme else None, stays["waiting"],
        )
        for row in found.get("places", ()) for stays in [taken.get(row["id"], nobody)]
    ]


def _stays(declared: Stays, known: Mapping[str, Form], found: Mapping[str, Any]) -> list[CurrentStay]:
    """Who stays now, those first whose last day is the next."""
    stays = []
    for row in found.get("stays", ()):
        answers = _answers(known[declared.form], row)
        stays.append(CurrentStay(
            row["id"], row["case_id"], answers[declared.place], answers[declared.phase], answers[declared.since],
            answers[declared.last], answers[declared.extended] if declared.extended else None,
            answers[declared.approved] if declared.approved else None, bool(row["to_check"]),
        ))
    return sorted(stays, key=lambda one: (one.last_day or date.max, one.record_id))


def _agreement(form: Form, row: Mapping[str, Any], counted: Mapping[str, Any]) -> Agreement:
    delivered = next((one for one in counted.get("delivered", ()) if one["by"] == row["id"]), None)
    answers = _answers(form, row)
    if delivered is None:
        return Agreement(row["id"], answers, 0, Decimal(0))
    hours = delivered["hours"] or Decimal(0)
    return Agreement(row["id"], answers, delivered["count"], hours, delivered["waiting"])


def _titles(
    cabinet: Cabinet, declared: Programme, known: Mapping[str, Form], reading: Reading,
    beds: Sequence[Beds], stays: Sequence[CurrentStay], agreements: Sequence[Agreement],
) -> Mapping[tuple[str, int], str]:
    nameless = {CASE: cabinet.forms[CASE].seen_with(frozenset())} if CASE in known else {}
    wanted: dict[str, set[int]] = {
        CASE: {one.case_id for one in stays},
        declared.places.form: {*(one.place_id for one in beds), *(one.place_id for one in stays if one.place_id)},
        USER: {one.approver_id for one in stays if one.approver_id},
    }
    if agreements and declared.agreements:
        asked = declared.agreements.provider
        provider = known[declared.agreements.form].questions[asked].link_target()
        wanted.setdefault(provider or "", set()).update(one.answers[asked] for one in agreements if one.answers[asked])
    return link_titles(cabinet, {**known, **nameless}, wanted, reading, with_deleted=True)
