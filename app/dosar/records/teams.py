"""The team of a case: who works on it, in which role, since when, until when.

Nothing is ever taken out: whoever leaves stays told, with both dates. One person at a time leads the case, in the role
that ``roles.yaml`` says.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, bindparam, insert, select, update

from dosar.database.form_tables import Record
from dosar.database.system_tables import team_table
from dosar.database.users import User, is_open_on_day, role_holders
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, Scope, current_scope, works_on_case


@dataclass(frozen=True)
class TeamPlace:
    """Somebody's place in a team that she has not left."""

    user_id: int
    role: str
    since: date
    leads: bool = False
    planned_end: date | None = None
    """Where the place was given for a time."""


def may_change_team(places: Iterable[TeamPlace], scope: Scope) -> bool:
    """Who may correct the case and reaches every case, or leads it."""
    leads = any(place.leads and place.user_id == scope.worker_id for place in places)
    return scope.corrects_every_case or (scope.may("correct", CASE_FORM) and leads)


def teams_she_may_change(repository: Repository, case_ids: Collection[int]) -> set[int]:
    """Those of these cases whose team the acting worker may change, as :func:`may_change_team` says: one statement for
    who corrects the cases she leads, else none."""
    scope = current_scope.get()
    if scope.corrects_every_case:
        return {*case_ids}
    if not scope.may("correct", CASE_FORM) or not case_ids:
        return set()
    return {*repository.session.scalars(_LED, {"cases": sorted(case_ids), "worker": scope.worker_id})}


_LED = select(team_table.c.case_id).where(
    team_table.c.case_id.in_(bindparam("cases", expanding=True)),
    team_table.c.user_id == bindparam("worker"),
    team_table.c.leads.is_(True),
    team_table.c.until.is_(None),
)
"""Those of the cases that the worker leads."""


def works_on_cases(repository: Repository, day: date) -> ColumnElement[bool]:
    """The condition under which a place in a team opens a case to a user on a day: one of her roles reaches cases."""
    return User.id.in_(role_holders((role.role for role in repository.definition.roles.on_cases), day))


def team_places(repository: Repository, case: Record) -> list[TeamPlace]:
    """Who works on the case now."""
    rows = repository.session.execute(
        select(
            team_table.c.user_id, team_table.c.role, team_table.c.since, team_table.c.leads, team_table.c.planned_end
        )
        .where(team_table.c.case_id == case.id, team_table.c.until.is_(None))
        .order_by(team_table.c.id)
    )
    return [TeamPlace(*row) for row in rows]


def who_takes_over(repository: Repository, case: Record, day: date) -> set[int]:
    """Who may get what a colleague leaves: whoever works on the case that day and can sign in. A place that begins
    later, or has ended, opens the case to nobody."""
    query = select(team_table.c.user_id).join(User, User.id == team_table.c.user_id)
    of_case = team_table.c.case_id == case.id, works_on_case(day)
    able = User.active.is_(True), is_open_on_day(User.id, day=day), works_on_cases(repository, day)
    return {*repository.session.scalars(query.where(*of_case, *able))}


def people_by_case(repository: Repository, day: date) -> dict[int, set[int]]:
    """Case → who works on it on that day."""
    rows = repository.session.execute(select(team_table.c.case_id, team_table.c.user_id).where(works_on_case(day)))
    found: dict[int, set[int]] = {}
    for case_id, user_id in rows:
        found.setdefault(case_id, set()).add(user_id)
    return found


def join_team(
    repository: Repository,
    case: Record,
    user_id: int,
    role: str,
    actor: Actor,
    since: date | None = None,
    roles: Collection[str] | None = None,
    planned_end: date | None = None,
) -> None:
    """Put a worker on the case, or give her another role; who leads it takes over from who did.

    Her place may begin later and have a last day: before and after them the case is closed to her. ``roles`` are those
    there are. Raises :class:`Mistake` and :class:`OutOfReach`.
    """
    day, leads = since or actor.today, repository.definition.roles.leads(role)
    with repository.writing():
        places = _changeable_places(repository, case)
        _require_sense(repository, places, TeamPlace(user_id, role, day, leads, planned_end), actor, roles)
        replaced = [place for place in places if place.user_id == user_id or (leads and place.leads)]
        _end_places(repository, case, replaced, day)
        repository.session.execute(
            insert(team_table).values(
                case_id=case.id, user_id=user_id, role=role, since=day, planned_end=planned_end, leads=leads
            )
        )
        team_change = audit_log.TeamChange(
            [(user_id, role, day)], [(ended.user_id, ended.role, day) for ended in replaced]
        )
        audit_log.note_team(repository, case, actor.user_id, team_change)


def leave_team(
    repository: Repository, case: Record, user_ids: Sequence[int], actor: Actor, until: date | None = None
) -> None:
    """Let workers leave the case. Who leads it first hands it over. Raises :class:`Mistake`."""
    day = until or actor.today
    with repository.writing():
        places = _changeable_places(repository, case)
        leaving = [place for place in places if place.user_id in user_ids]
        _require_manager_stays(leaving)
        if day > actor.today or any(day < ended.since <= actor.today for ended in leaving):
            raise Mistake("The day of leaving lies between the day of coming and today. Check it.")
        _end_places(repository, case, leaving, day)
        if leaving:
            team_change = audit_log.TeamChange([], [(ended.user_id, ended.role, day) for ended in leaving])
            audit_log.note_team(repository, case, actor.user_id, team_change)


def _changeable_places(repository: Repository, case: Record) -> list[TeamPlace]:
    places = team_places(repository, case)
    if not may_change_team(places, current_scope.get()):
        raise OutOfReach("team")
    return places


def _require_sense(
    repository: Repository,
    places: Iterable[TeamPlace],
    new_place: TeamPlace,
    actor: Actor,
    roles: Collection[str] | None,
) -> None:
    if roles is not None and new_place.role not in roles:
        raise Mistake("Choose the role this person has in the case.")
    if not repository.session.scalar(select(User.id).where(User.id == new_place.user_id, User.active.is_(True))):
        raise Mistake("Choose a person who can sign in.")
    _require_works_on_cases(repository, new_place.user_id, max(new_place.since, actor.today))
    _require_days(new_place, actor.today)
    hers = [place for place in places if place.user_id == new_place.user_id]
    if any((her.role, her.planned_end) == (new_place.role, new_place.planned_end) for her in hers):
        raise Mistake("This person works on the case in this role already.")
    _require_manager_stays(hers)


def _require_works_on_cases(repository: Repository, user_id: int, day: date) -> None:
    """A place that opens nothing misleads whoever gives it, and opens the case unsaid once a role is added."""
    asked = select(User.id).where(User.id == user_id, works_on_cases(repository, day))
    if not current_scope.get().system and repository.session.scalar(asked) is None:
        raise Mistake(
            "None of this person's roles works on cases, so a place in the team opens nothing to her. Choose somebody "
            "else, or ask your administrator for the role first."
        )


def _require_days(place: TeamPlace, today: date) -> None:
    """A case is led from a day on that has come, and without an end: there is always somebody."""
    if place.leads and (place.since > today or place.planned_end):
        raise Mistake("Whoever leads the case does so from today or before, and without a last day. Hand it over then.")
    if place.planned_end and place.planned_end < max(place.since, today):
        raise Mistake("The last day lies before the first one, or has passed. Check it.")


def _require_manager_stays(leaving: Iterable[TeamPlace]) -> None:
    if any(place.leads for place in leaving) and not current_scope.get().system:
        raise Mistake("The case manager cannot leave before the case has another one. Hand it over first.")


def _end_places(repository: Repository, case: Record, places: Iterable[TeamPlace], day: date) -> None:
    for place in places:
        repository.session.execute(
            update(team_table)
            .where(
                team_table.c.case_id == case.id,
                team_table.c.user_id == place.user_id,
                team_table.c.role == place.role,
                team_table.c.until.is_(None),
            )
            .values(until=max(day, place.since))
        )
