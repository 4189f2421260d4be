"""Whether stays have a bed: nobody is in two places at once, and a place holds as many people as it has beds.

The stays of every case count, whoever asks, and also those that wait for acceptance: they hold their bed. What is told
of them is a day, never whose they are.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select

from dosar.language.form import Form
from dosar.language.organisation.programme import Programme, Stays
from dosar.language.question import Answers
from dosar.records.beds.stay_days import Days, days_of_stay, first_full_day, held_bed
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as, current_scope
from dosar.records.scope.write_checks import cases_in_reach


@dataclass(frozen=True)
class ChangedSheet:
    """A stay, or a place, as it is to be and as it was."""

    form: Form
    answers: Answers
    before: Answers
    case_id: int | None = None
    record_id: int | None = None
    """The sheet itself, once it is kept."""
    goes: bool = False
    """Whether it is to be deleted: a deleted place has no bed."""


@dataclass(frozen=True)
class BedTroubles:
    """Why the bed cannot be had."""

    elsewhere: Days | None = None
    """Days of another stay of the same person; open while nobody wrote that she left, though her last day is past."""
    full_on: date | None = None
    """The first day on which every bed of the place is taken, from today on where it was deleted; for a place, the one
    on which it has too few."""
    phase_there: str | None = None
    """The phase that the place is for, where the stay is of another one."""


NO_TROUBLES = BedTroubles()


@dataclass(frozen=True)
class _Wish:
    """A bed that is wanted for these days: those of a new stay, or those that a corrected one has more than before."""

    place_id: int | None
    claimed: Sequence[Days]
    """The days without a place to be in twice."""
    claimed_there: Sequence[Days]
    """The days for which a bed of the place is wanted."""


def programme_of_beds(repository: Repository, form: Form) -> Programme | None:
    """The programme, where the sheets of this form are its stays or its places."""
    declared = repository.definition.stages.programme
    if declared is None or not {declared.stays.form, declared.places.form} <= {*repository.forms}:
        return None
    return declared if form.key in (declared.stays.form, declared.places.form) else None


def stays_declared(repository: Repository, form: Form) -> Programme | None:
    """The programme, where the sheets of this form are its stays."""
    declared = programme_of_beds(repository, form)
    return declared if declared is not None and declared.stays.form == form.key else None


def bed_troubles(
    repository: Repository, sheet: ChangedSheet, today: date, together: Collection[int] = ()
) -> BedTroubles:
    """What stands against it; two statements at most."""
    declared = programme_of_beds(repository, sheet.form)
    if declared is None:
        return NO_TROUBLES
    if sheet.form.key == declared.places.form:
        return _troubles_of_place(repository, declared, sheet, today)
    wish = _wish(declared.stays, sheet, today)
    if sheet.case_id is None:
        return NO_TROUBLES
    with acting_as(SYSTEM_SCOPE), repository.session.no_autoflush:
        beds, phase = _beds_and_phase(repository, declared, sheet, wish)
        others = _stays_then(repository, declared.stays, sheet, wish)
    days = [(row, days_of_stay(row["since"], row["last"], row["left"], today)) for row in others]
    own = [(row, other) for row, other in days if row["case_id"] == sheet.case_id and row["id"] not in together]
    elsewhere = [
        Days(other.since, date.max) if row["left"] is None and (row["last"] or today) <= today else other
        for row, other in own
        if any(claimed.overlaps(other) for claimed in wish.claimed)
    ]
    in_place = [row for row in others if wish.place_id is not None and row["place"] == wish.place_id]
    there = _held_beds(in_place, today, sheet)
    return BedTroubles(
        min(elsewhere, key=lambda other: other.since, default=None),
        _full_on(wish, there, beds, today),
        phase,
    )


def _held_beds(rows: Sequence[Mapping[str, Any]], today: date, wanted: ChangedSheet | None = None) -> list[Days]:
    """The days on which these stays keep others out of a bed of the place; with the stay that is ``wanted`` there, her
    own one ends."""
    begins = dict[int, list[date]]()
    for row in rows:
        begins.setdefault(row["case_id"], []).append(row["since"])
    found = []
    for row in rows:
        days = days_of_stay(row["since"], row["last"], row["left"], today)
        if wanted is None or row["case_id"] != wanted.case_id:
            days = held_bed(days, row["last"], row["left"], today, begins[row["case_id"]])
        found.append(days)
    return found


def _full_on(wish: _Wish, there: Sequence[Days], beds: int | None, today: date) -> date | None:
    """In a place that was deleted nobody sleeps any more; whoever slept there before did."""
    if beds is None:
        return None
    ahead = [Days(max(days.since, today), days.until) for days in wish.claimed_there if days.until > today]
    return first_full_day(wish.claimed_there if beds else ahead, there, beds)


def _troubles_of_place(repository: Repository, declared: Programme, sheet: ChangedSheet, today: date) -> BedTroubles:
    """A place that is to have fewer beds than people stay there, or are to, from today on; that it has none by then is
    said of one that is deleted, for of any other it means that nobody wrote down how many."""
    if not sheet.goes and not loses_beds(declared, sheet):
        return NO_TROUBLES
    beds = 0 if sheet.goes else _beds(declared, sheet.answers)
    from_now = Days(today, date.max)
    with acting_as(SYSTEM_SCOPE), repository.session.no_autoflush:
        rows = repository.session.execute(_stays_at(repository, declared.stays, from_now, sheet.record_id)).mappings()
        days = _held_beds([dict(row) for row in rows], today)
    return BedTroubles(full_on=first_full_day([from_now], days, beds + 1))


def loses_beds(declared: Programme, sheet: ChangedSheet) -> bool:
    """Whether a place that there is has other beds than before, and not more."""
    beds, were = _beds(declared, sheet.answers), _beds(declared, sheet.before)
    return sheet.record_id is not None and beds != were and not beds > were > 0


def _beds(declared: Programme, answers: Answers) -> int:
    return int(answers.get(declared.places.beds) or 0)


def reaches_every_stay_at(repository: Repository, declared: Programme, place_id: int, today: date) -> bool:
    """Whether the worker sees stays, and reaches the case of everybody who stays in this place, or is to, from today
    on."""
    scope = current_scope.get()
    sees = scope.may("see", declared.stays.form)
    if sees and scope.reaches_all_cases:
        return True
    query = _stays_at(repository, declared.stays, Days(today, date.max), place_id)
    with acting_as(SYSTEM_SCOPE), repository.session.no_autoflush:
        cases = {row["case_id"] for row in repository.session.execute(query).mappings()}
    return cases <= cases_in_reach(repository.session, cases) if sees else not cases


def other_phase_on(repository: Repository, declared: Programme, place_id: int, phase: Any, today: date) -> date | None:
    """The first day from today on for which somebody stays in this place in another phase than this one."""
    stays, record_class = declared.stays, repository.record_class(declared.stays.form)
    query = _stays_at(repository, stays, Days(today, date.max), place_id)
    with acting_as(SYSTEM_SCOPE), repository.session.no_autoflush:
        rows = repository.session.execute(query.where(getattr(record_class, stays.phase) != phase)).mappings()
        return min((max(row["since"], today) for row in rows), default=None)


def _wish(stays: Stays, sheet: ChangedSheet, today: date) -> _Wish:
    """What the stay wants beyond what it had before."""
    answers, before = sheet.answers, sheet.before
    now, then = _days(stays, answers, today), _days(stays, before, today)
    claimed = now.without(then) if now else []
    same_place = answers.get(stays.place) == before.get(stays.place)
    there = claimed if same_place else now.without(None) if now else []
    place = answers.get(stays.place)
    return _Wish(place if isinstance(place, int) else None, claimed, there)


def _days(stays: Stays, answers: Answers, today: date) -> Days | None:
    since, last, left = (
        day if isinstance(day := answers.get(name), date) else None for name in (stays.since, stays.last, stays.left)
    )
    return None if since is None else days_of_stay(since, last, left, today)


def _stays_then(repository: Repository, stays: Stays, sheet: ChangedSheet, wish: _Wish) -> Sequence[Mapping[str, Any]]:
    """The other stays of the person, and in the place, that end after the wanted days begin."""
    wanted = [*wish.claimed, *wish.claimed_there]
    if not wanted:
        return []
    within = Days(min(days.since for days in wanted), max(days.until for days in wanted))
    record_class: Any = repository.record_class(stays.form)
    query = _stays_at(repository, stays, within, wish.place_id, sheet.case_id)
    found = repository.session.execute(query.where(record_class.id != (sheet.record_id or 0)))
    return [dict(row) for row in found.mappings()]


def _stays_at(
    repository: Repository, stays: Stays, within: Days, place_id: int | None, case_id: int | None = None
) -> Select[Any]:
    """The stays of this place, and of this case, that touch these days."""
    record_class: Any = repository.record_class(stays.form)
    place, since, last, left = (
        getattr(record_class, name) for name in (stays.place, stays.since, stays.last, stays.left)
    )
    return select(
        record_class.id,
        record_class.case_id,
        place.label("place"),
        since.label("since"),
        last.label("last"),
        left.label("left"),
    ).where(
        or_(record_class.case_id == case_id, place == place_id),
        since < within.until,
        or_(left.is_(None), left > within.since),
    )


def _beds_and_phase(
    repository: Repository, declared: Programme, sheet: ChangedSheet, wish: _Wish
) -> tuple[int | None, str | None]:
    """How many beds the place has: none where it was deleted, nothing where nobody wrote that down, and then as many
    fit as come. And its phase, where the stay is of another one and place or phase are new."""
    places, stays = declared.places, declared.stays
    is_moved = any(sheet.answers.get(name) != sheet.before.get(name) for name in (stays.place, stays.phase))
    if wish.place_id is None or not (is_moved or wish.claimed_there):
        return None, None
    record_class: Any = repository.record_class(places.form)
    query = select(getattr(record_class, places.beds), getattr(record_class, places.phase))
    found = repository.session.execute(query.where(record_class.id == wish.place_id)).one_or_none()
    if found is None:
        return 0, None
    beds, phase = found
    asked = sheet.answers.get(stays.phase)
    is_other = is_moved and isinstance(phase, str) and isinstance(asked, str) and phase != asked
    return int(beds or 0) or None, phase if is_other else None
