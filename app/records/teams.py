"""The team of a case: who works on it, in which role, since when, until when.

Nothing is ever taken out: whoever leaves stays told, with both dates. There is one case manager at a time.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update

from app.language.form import CASE
from app.language.message import Mistake
from app.records import history
from app.records.cabinet import Cabinet
from app.records.scope import OutOfReach, Scope, current_scope
from app.records.sheets import Clerk
from app.records.system import team
from app.records.tables import Record
from app.records.users import User

CASE_MANAGER = "case_manager"


@dataclass(frozen=True)
class Place:
    """Somebody's place in a team that she has not left."""

    user_id: int
    role: str
    since: date


def may_change(places: Iterable[Place], scope: Scope) -> bool:
    """Who may correct the case and reaches every case, or is its case manager."""
    if scope.system:
        return True
    manages = any(place.role == CASE_MANAGER and place.user_id == scope.worker_id for place in places)
    return scope.may("correct", CASE) and (scope.cases == "all" or manages)


def places_in(cabinet: Cabinet, case: Record) -> list[Place]:
    """Who works on the case now."""
    rows = cabinet.session.execute(
        select(team.c.user_id, team.c.role, team.c.since)
        .where(team.c.case_id == case.id, team.c.until.is_(None)).order_by(team.c.id)
    )
    return [Place(*row) for row in rows]


def join(
    cabinet: Cabinet, case: Record, user_id: int, role: str, clerk: Clerk, since: date | None = None,
    roles: Collection[str] | None = None,
) -> None:
    """Put a worker on the case, or give her another role; a new case manager takes over from the old one.

    ``roles`` are those there are. Raises :class:`Mistake` and :class:`OutOfReach`.
    """
    day = since or clerk.today
    with cabinet.writing():
        places = _changeable(cabinet, case)
        _require_sense(cabinet, places, Place(user_id, role, day), clerk, roles)
        replaced = [one for one in places if one.user_id == user_id or one.role == role == CASE_MANAGER]
        _end(cabinet, case, replaced, day)
        cabinet.session.execute(insert(team).values(case_id=case.id, user_id=user_id, role=role, since=day))
        told = history.TeamChange([(user_id, role, day)], [(one.user_id, one.role, day) for one in replaced])
        history.note_team(cabinet, case, clerk.user_id, told)


def leave(cabinet: Cabinet, case: Record, user_ids: Sequence[int], clerk: Clerk, until: date | None = None) -> None:
    """Let workers leave the case. Its manager first hands it over. Raises :class:`Mistake`."""
    day = until or clerk.today
    with cabinet.writing():
        places = _changeable(cabinet, case)
        leaving = [one for one in places if one.user_id in user_ids]
        _require_manager_stays(leaving)
        if day > clerk.today or any(day < one.since for one in leaving):
            raise Mistake("The day of leaving lies between the day of coming and today. Check it.")
        _end(cabinet, case, leaving, day)
        if leaving:
            told = history.TeamChange([], [(one.user_id, one.role, day) for one in leaving])
            history.note_team(cabinet, case, clerk.user_id, told)


def _changeable(cabinet: Cabinet, case: Record) -> list[Place]:
    places = places_in(cabinet, case)
    if not may_change(places, current_scope.get()):
        raise OutOfReach("team")
    return places


def _require_sense(
    cabinet: Cabinet, places: Iterable[Place], wanted: Place, clerk: Clerk, roles: Collection[str] | None
) -> None:
    if roles is not None and wanted.role not in roles:
        raise Mistake("Choose the role this person has in the case.")
    if not cabinet.session.scalar(select(User.id).where(User.id == wanted.user_id, User.active.is_(True))):
        raise Mistake("Choose a person who can sign in.")
    if wanted.since > clerk.today:
        raise Mistake("The day lies in the future. Write since when this person works on the case.")
    hers = [one for one in places if one.user_id == wanted.user_id]
    if any(one.role == wanted.role for one in hers):
        raise Mistake("This person works on the case in this role already.")
    _require_manager_stays(hers)


def _require_manager_stays(leaving: Iterable[Place]) -> None:
    if any(one.role == CASE_MANAGER for one in leaving) and not current_scope.get().system:
        raise Mistake("The case manager cannot leave before the case has another one. Hand it over first.")


def _end(cabinet: Cabinet, case: Record, places: Iterable[Place], day: date) -> None:
    for one in places:
        cabinet.session.execute(
            update(team).where(
                team.c.case_id == case.id, team.c.user_id == one.user_id, team.c.role == one.role,
                team.c.until.is_(None),
            ).values(until=max(day, one.since))
        )
