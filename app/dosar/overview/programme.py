"""The residential programme at a glance: free beds, stays near their last day, promised against delivered.

Beds are counted over all stays, whoever asks: a bed taken by somebody else's case is no free bed. The
stays themselves are those in the reader's reach.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import bindparam, case, func

from dosar.database.joint_reads import DeferredRead, Rows, RowsOfParts
from dosar.database.union_reads import UnionPart, read_union
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.organisation.programme import Agreements, Programme, Stays
from dosar.language.question import Answers, ReadingContext
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as, current_scope
from dosar.records.sheets.acceptance import is_accepted, waiting_count
from dosar.records.titles import link_titles

NEAR_LAST_DAY = timedelta(days=30)
ONE_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class FacilityBeds:
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
        """How many of the beds are free; below zero where too many lie in them."""
        return self.beds - self.taken


@dataclass(frozen=True)
class CurrentStay:
    """Somebody who stays now, and until when."""

    record_id: int
    case_id: int
    place_id: int | None
    phase: str | None
    since: date
    until: date | None
    extended_to: date | None = None
    approver_id: int | None = None
    is_waiting: bool = False
    """Whether the sheet waits for acceptance."""

    def days_left(self, today: date) -> int | None:
        """How many days until the last one; below zero when it has passed."""
        return (self.until - today).days if self.until else None

    def is_near(self, today: date) -> bool:
        """Whether the last day is a matter of days: the last fifth of the stay, thirty days at most."""
        remaining = self.days_left(today)
        if remaining is None or self.until is None:
            return False
        return timedelta(remaining) <= min(NEAR_LAST_DAY, (self.until - self.since) / 5)


@dataclass(frozen=True)
class ServiceAgreement:
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
    beds: Sequence[FacilityBeds]
    stays: Sequence[CurrentStay]
    agreements: Sequence[ServiceAgreement]
    titles: Mapping[tuple[str, int], str]
    is_of_every_case: bool = True
    """Whether the reader reaches every case. If not, what was delivered is counted in hers alone, and of the beds no
    more than whether some are free is for her: how many are taken tells who stays with others."""

    @property
    def agreed(self) -> Agreements:
        """The form of the agreements. Raises :class:`OutOfReach` where there is none."""
        if self.declared.agreements is None:
            raise OutOfReach("agreements")
        return self.declared.agreements


def query_programme(
    repository: Repository, declared: Programme, known: Mapping[str, Form], today: date
) -> DeferredRead[RowsOfParts]:
    """What :func:`programme_now` is made of, as far as this reader may know it."""

    def make_parts() -> dict[Any, UnionPart]:
        parts = {
            **_seen_parts(repository, declared, known),
            **_counted_parts(repository, declared, known, "delivered"),
        }
        return {name: UnionPart(*part) for name, part in parts.items()}

    values = {"staying_on": today, "delivered_after": today - ONE_YEAR}
    return DeferredRead(("programme", tuple(known)), make_parts, lambda rows: rows, values)


def _query_taken(repository: Repository, declared: Programme, today: date) -> DeferredRead[RowsOfParts]:
    """How many stay in each place."""

    def make_parts() -> dict[Any, UnionPart]:
        parts = _counted_parts(repository, declared, repository.forms, "stays")
        return {name: UnionPart(*part) for name, part in parts.items()}

    return DeferredRead("places taken", make_parts, lambda rows: rows, {"staying_on": today})


def programme_now(
    repository: Repository,
    declared: Programme,
    known: Mapping[str, Form],
    reading: ReadingContext,
    found: Mapping[str, Rows] | None = None,
) -> ProgrammeNow:
    """The overview as this reader may know it: three statements, or two where what :func:`query_programme` asks for
    was ``found`` before. Cases are named by their code alone."""
    if found is None:
        found = query_programme(repository, declared, known, reading.today).read(repository.session)
    with acting_as(SYSTEM_SCOPE):
        keep = partial(repository.made_for, SYSTEM_SCOPE)
        taken = _query_taken(repository, declared, reading.today).read(repository.session, keep)
    beds, stays = _facility_beds(declared, found, taken), _current_stays(declared.stays, known, found)
    agreements = [
        _agreement_of_row(known[declared.agreements.form], row, found)
        for row in found.get("agreements", ())
        if declared.agreements
    ]
    titles = _titles_shown(repository, declared, known, reading, beds, stays, agreements)
    return ProgrammeNow(declared, beds, stays, agreements, titles, current_scope.get().reaches_all_cases)


def read_parts(repository: Repository, parts: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each part, by its name, in one statement."""
    return dict(zip(parts, read_union(repository.session, list(parts.values())), strict=True))


def declared_parts(
    declared: Programme, forms: Mapping[str, Form], *names: str
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The parts that are declared of these forms: its name, its form, and its questions by what they are; without
    one of them the overview leaves out what it cannot tell."""
    for name in names:
        part = getattr(declared, name)
        options = {option: question for option, question in part if option != "form" and question} if part else {}
        if (
            options
            and part.form in forms
            and all(question in forms[part.form].questions for question in options.values())
        ):
            yield name, part.form, options


def _seen_parts(
    repository: Repository,
    declared: Programme,
    known: Mapping[str, Form],
) -> dict[str, Any]:
    """What is read as the reader may see it."""
    parts: dict[str, Any] = {}
    for name, key, options in declared_parts(declared, known, "stays", "places", "programmes", "agreements"):
        record_class: Any = repository.record_class(key)
        also = [record_class.case_id, record_class.to_check] if known[key].belongs_to else []
        conditions = _staying_conditions(record_class, declared.stays) if name == "stays" else []
        parts[name] = (
            record_class,
            [record_class.id, *also, *_named_columns(record_class, known[key], options.values())],
            conditions,
        )
    return parts


def _counted_parts(repository: Repository, declared: Programme, forms: Mapping[str, Form], part: str) -> dict[str, Any]:
    """What is counted over the cases within reach: the stays of each place, or what was delivered by each agreement."""
    parts: dict[str, Any] = {}
    for name, key, options in declared_parts(declared, forms, part):
        record_class: Any = repository.record_class(key)
        by = getattr(record_class, options["place" if name == "stays" else "agreement"]).label("by")
        counted = [
            by,
            func.count(case((is_accepted(record_class), record_class.id))).label("count"),
            waiting_count(record_class),
        ]
        if name == "stays":
            parts[name] = (
                record_class,
                counted,
                [by.is_not(None), *_staying_conditions(record_class, declared.stays)],
                [by],
            )
        else:
            since = [by.is_not(None), getattr(record_class, options["day"]) > bindparam("delivered_after")]
            hours = func.sum(case((is_accepted(record_class), getattr(record_class, options["hours"])))).label("hours")
            parts[name] = (record_class, [*counted, hours], since, [by])
    return parts


def _staying_conditions(record_class: Any, stays: Stays) -> list[Any]:
    left_on: Any = getattr(record_class, stays.left)
    day: Any = bindparam("staying_on")
    return [getattr(record_class, stays.since) <= day, left_on.is_(None) | (left_on > day)]


def _named_columns(record_class: Any, form: Form, names: Iterable[str]) -> list[Any]:
    return [getattr(record_class, column) for name in names for column in form.questions[name].column_names()]


def _answers_of_row(form: Form, row: Mapping[str, Any]) -> Answers:
    return {question.name: question.restore_answer(row) for question in form.stored_questions if question.name in row}


def _facility_beds(declared: Programme, found: Mapping[str, Any], counted: Mapping[str, Any]) -> list[FacilityBeds]:
    taken = {row["by"]: row for row in counted.get("stays", ())}
    nobody = {"count": 0, "waiting": 0}
    places, programmes = declared.places, declared.programmes
    targets = {row["id"]: row[programmes.people] for row in found.get("programmes", ()) if programmes}
    return [
        FacilityBeds(
            row["id"],
            row[places.phase],
            row[places.beds] or 0,
            stays["count"],
            targets.get(row[places.programme]) if places.programme else None,
            stays["waiting"],
        )
        for row in found.get("places", ())
        for stays in [taken.get(row["id"], nobody)]
    ]


def _current_stays(declared: Stays, known: Mapping[str, Form], found: Mapping[str, Any]) -> list[CurrentStay]:
    """Who stays now, those first whose last day is the next."""
    stays = []
    for row in found.get("stays", ()):
        answers = _answers_of_row(known[declared.form], row)
        stays.append(
            CurrentStay(
                row["id"],
                row["case_id"],
                answers[declared.place],
                answers[declared.phase],
                answers[declared.since],
                answers[declared.last],
                answers[declared.extended] if declared.extended else None,
                answers[declared.approved] if declared.approved else None,
                bool(row["to_check"]),
            )
        )
    return sorted(stays, key=lambda stay: (stay.until or date.max, stay.record_id))


def _agreement_of_row(form: Form, row: Mapping[str, Any], counted: Mapping[str, Any]) -> ServiceAgreement:
    delivered = next(
        (counted_row for counted_row in counted.get("delivered", ()) if counted_row["by"] == row["id"]), None
    )
    answers = _answers_of_row(form, row)
    if delivered is None:
        return ServiceAgreement(row["id"], answers, 0, Decimal(0))
    hours = delivered["hours"] or Decimal(0)
    return ServiceAgreement(row["id"], answers, delivered["count"], hours, delivered["waiting"])


def _titles_shown(
    repository: Repository,
    declared: Programme,
    known: Mapping[str, Form],
    reading: ReadingContext,
    beds: Sequence[FacilityBeds],
    stays: Sequence[CurrentStay],
    agreements: Sequence[ServiceAgreement],
) -> Mapping[tuple[str, int], str]:
    nameless = {CASE_FORM: repository.forms[CASE_FORM].seen_with(frozenset())} if CASE_FORM in known else {}
    ids_by_form: dict[str, set[int]] = {
        CASE_FORM: {stay.case_id for stay in stays},
        declared.places.form: {*(bed.place_id for bed in beds), *(stay.place_id for stay in stays if stay.place_id)},
        USER_LINK: {stay.approver_id for stay in stays if stay.approver_id},
    }
    if agreements and declared.agreements:
        provider_name = declared.agreements.provider
        provider = known[declared.agreements.form].questions[provider_name].link_target()
        ids_by_form.setdefault(provider or "", set()).update(
            agreement.answers[provider_name] for agreement in agreements if agreement.answers[provider_name]
        )
    return link_titles(repository, {**known, **nameless}, ids_by_form, reading, with_deleted=True)
