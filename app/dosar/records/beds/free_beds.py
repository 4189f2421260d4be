"""Whether a stay has a bed: nobody is in two places at once, and a place holds as many people as it has beds.

The stays of every case count, whoever asks, and also those that wait for acceptance: they hold their bed. What is told
of them is a day, never whose they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from dosar.language.form import Form
from dosar.language.organisation.programme import Programme, Stays
from dosar.language.question import Answers
from dosar.records.beds.stay_days import Days, days_of_stay, first_full_day
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as


@dataclass(frozen=True)
class BedWish:
    """A bed that is wanted for these days: those of a new stay, or those that a corrected one has more than before."""

    case_id: int
    place_id: int | None
    claimed: Sequence[Days]
    """The days without a place to be in twice."""
    claimed_there: Sequence[Days]
    """The days for which a bed of the place is wanted."""
    record_id: int | None = None
    """The stay itself, once it is kept."""


@dataclass(frozen=True)
class BedTroubles:
    """Why the bed cannot be had."""

    elsewhere: Days | None = None
    """Days of another stay of the same person; open while nobody wrote that she left, though her last day is past."""
    full_on: date | None = None
    """The first day on which every bed of the place is taken."""


NO_TROUBLES = BedTroubles()


class NoBed(Exception):
    """Somebody else took the bed, or the person went elsewhere, since it was asked for."""


def stays_declared(repository: Repository, form: Form) -> Programme | None:
    """The programme, where the sheets of this form are its stays."""
    declared = repository.definition.stages.programme
    if declared is None or declared.stays.form != form.key or declared.places.form not in repository.forms:
        return None
    return declared


def bed_wish(
    stays: Stays, case_id: int, answers: Answers, before: Answers, today: date, record_id: int | None = None
) -> BedWish:
    """What a stay with these answers wants beyond what it had ``before``."""
    now, then = _days(stays, answers, today), _days(stays, before, today)
    claimed = now.without(then) if now else []
    same_place = answers.get(stays.place) == before.get(stays.place)
    there = claimed if same_place else now.without(None) if now else []
    place = answers.get(stays.place)
    return BedWish(case_id, place if isinstance(place, int) else None, claimed, there, record_id)


def bed_troubles(repository: Repository, declared: Programme, wish: BedWish, today: date) -> BedTroubles:
    """What stands against it; two statements at most."""
    if not wish.claimed and not wish.claimed_there:
        return NO_TROUBLES
    with acting_as(SYSTEM_SCOPE):
        others = _stays_then(repository, declared.stays, wish)
        beds = _beds_of(repository, declared, wish.place_id)
    days = [(row, days_of_stay(row["since"], row["last"], row["left"], today)) for row in others]
    own = [(row, other) for row, other in days if row["case_id"] == wish.case_id]
    elsewhere = [
        Days(other.since, date.max) if row["left"] is None and (row["last"] or today) <= today else other
        for row, other in own
        if any(claimed.overlaps(other) for claimed in wish.claimed)
    ]
    there = [other for row, other in days if wish.place_id is not None and row["place"] == wish.place_id]
    return BedTroubles(
        min(elsewhere, key=lambda other: other.since, default=None),
        first_full_day(wish.claimed_there, there, beds) if beds else None,
    )


def _days(stays: Stays, answers: Answers, today: date) -> Days | None:
    since, last, left = (
        day if isinstance(day := answers.get(name), date) else None for name in (stays.since, stays.last, stays.left)
    )
    return None if since is None else days_of_stay(since, last, left, today)


def _stays_then(repository: Repository, stays: Stays, wish: BedWish) -> Sequence[Mapping[str, Any]]:
    """The other stays of the person, and in the place, that end after the wanted days begin."""
    record_class: Any = repository.record_class(stays.form)
    place, since, last, left = (
        getattr(record_class, name) for name in (stays.place, stays.since, stays.last, stays.left)
    )
    wanted = [*wish.claimed, *wish.claimed_there]
    begin, end = min(days.since for days in wanted), max(days.until for days in wanted)
    query = select(
        record_class.case_id, place.label("place"), since.label("since"), last.label("last"), left.label("left")
    ).where(
        record_class.id != (wish.record_id or 0),
        or_(record_class.case_id == wish.case_id, place == wish.place_id),
        since < end,
        or_(left.is_(None), left > begin),
    )
    with repository.session.no_autoflush:
        return [dict(row) for row in repository.session.execute(query).mappings()]


def _beds_of(repository: Repository, declared: Programme, place_id: int | None) -> int:
    """How many beds the place has; none where nobody wrote that down, and then as many fit as come."""
    if place_id is None:
        return 0
    record_class: Any = repository.record_class(declared.places.form)
    beds = getattr(record_class, declared.places.beds)
    with repository.session.no_autoflush:
        return int(repository.session.scalar(select(beds).where(record_class.id == place_id)) or 0)
