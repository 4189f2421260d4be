"""Roles, teams and cases handed over that wait for a second person: whoever looks after accounts opens no case to
anybody alone.

What widens somebody's access is written down as asked for, and given when somebody else confirms it who looks after
accounts or watches over them (the pages ``users`` and ``account_history`` of ``roles.yaml``). While there is nobody
else yet, at the set-up, one person's word is enough, and the account history says so; once there was a second one,
it never is again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from sqlalchemy import and_, bindparam, delete, insert, select

from dosar.access.accounts.administrators import able_holders
from dosar.access.accounts.work_teams import work_teams_named
from dosar.access.audit.account_log import account_differences, log_account_change
from dosar.access.framework import Group, Role, User
from dosar.access.organisation.settings import had_second_person, note_second_person
from dosar.access.services import AccessServices
from dosar.access.tables import access_request_table, user_group_table
from dosar.access.worker import Worker, allowance_of
from dosar.database.joint_reads import DeferredRead
from dosar.database.system_tables import CLOCK_MAY_GO_BACK
from dosar.database.union_reads import UnionPart
from dosar.language.organisation.roles import PageName
from dosar.language.text.collation import sort_key
from dosar.language.text.message import Mistake

REQUEST_LIFETIME = timedelta(days=7)
CASES: Literal["cases"] = "cases"
"""The kind of what waits where somebody would take over the work of a closed account; its name is that account's
number."""
HandOver = Callable[[int, int], None]
"""Hands the work of the first account over to the second one."""
WATCHING_PAGES: frozenset[PageName] = frozenset({"users", "account_history"})
request = access_request_table.c
_IN_TIME = request.asked > bindparam("asked_after"), request.asked <= bindparam("asked_until")
"""Whether it waits and counts: :func:`_times_asked` gives the moments."""


class Widening(NamedTuple):
    """A role somebody would hold, a team she would be in, or a closed account whose cases she would take over."""

    kind: Literal["role", "team", "cases"]
    name: str


@dataclass(frozen=True)
class AccessRequest:
    """Somebody asked to give this user a role, to put her into a team, or to hand cases over to her."""

    id: int
    user_id: int
    kind: str
    name: str
    asked_by: int
    asked: datetime

    def is_confirmed_by(self, worker: Worker) -> bool:
        """Whether this worker may confirm: neither who asked nor who would be given it."""
        return watches(worker) and worker.id not in (self.asked_by, self.user_id)

    @property
    def leaver_id(self) -> int:
        """Whose cases she would take over; 0 for a role or a team."""
        return int(self.name) if self.kind == CASES else 0

    @property
    def expires(self) -> datetime:
        return self.asked + REQUEST_LIFETIME


def watches(worker: Worker) -> bool:
    """Whether the worker looks after accounts, or watches over them."""
    return not WATCHING_PAGES.isdisjoint(worker.pages)


def waiting_requests(services: AccessServices, user_id: int | None = None) -> list[AccessRequest]:
    """What waits for a second person, the oldest first; of one user if wanted."""
    return query_requests(services, user_id).read(services.session)


def query_requests(services: AccessServices, user_id: int | None = None) -> DeferredRead[list[AccessRequest]]:
    """The same, to be asked for together with others."""
    columns = [request[name] for name in ("id", "user_id", "kind", "name", "asked_by", "asked")]
    hers = [] if user_id is None else [request.user_id == user_id]
    part = UnionPart(access_request_table, columns, [*_IN_TIME, *hers])
    return DeferredRead.of_part(
        ("access requests", user_id),
        lambda: part,
        lambda rows: sorted((AccessRequest(**row) for row in rows), key=lambda each: each.id),
        _times_asked(services),
    )


def waiting_handovers(services: AccessServices, leaver_id: int) -> list[AccessRequest]:
    """Who would take over the work of this closed account, once a second person confirms it."""
    return [found for found in waiting_requests(services) if found.leaver_id == leaver_id]


def needs_second_person(services: AccessServices, by: Worker, user_id: int | None) -> bool:
    """Whether somebody else has to confirm what ``by`` gives: always, unless there never was anybody else yet."""
    others = _able_watchers(services) - {by.id, user_id}
    return bool(others) or had_second_person(services.session)


def remember_second_person(services: AccessServices) -> None:
    """Write down that two people watch over accounts, as soon as they do: closing one account undoes nothing of it."""
    if not had_second_person(services.session) and len(_able_watchers(services)) > 1:
        note_second_person(services.session)


def confirmers(services: AccessServices, waiting: Iterable[AccessRequest]) -> set[int]:
    """Who may confirm one of these: all who watch over accounts but who asked for it and whose access it is."""
    able = _able_watchers(services)
    return set[int]().union(*(able - {found.asked_by, found.user_id} for found in waiting))


def widenings(
    services: AccessServices, user: User, roles_before: Iterable[str], teams_before: Iterable[str]
) -> list[Widening]:
    """What the user holds now, roles and teams, that opens more to somebody than before."""
    roles = {role.name for role in user.roles} - {*roles_before}
    teams = [team for team in user.groups if team.name not in {*teams_before}]
    return [
        *(Widening("role", name) for name in sorted(roles) if _opens_something(services, name)),
        *(Widening("team", team.name) for team in teams if _is_shared(services, team, user.id)),
    ]


def hold_back(user: User, widened: Sequence[Widening]) -> None:
    """Let the user be without them for now."""
    roles, teams = ({name for kind, name in widened if kind == wanted} for wanted in ("role", "team"))
    user.roles = [role for role in user.roles if role.name not in roles]
    user.groups = [team for team in user.groups if team.name not in teams]


def ask_for_access(services: AccessServices, by: Worker, user_id: int, widened: Sequence[Widening]) -> None:
    """Write down what waits, inside the caller's transaction; what waits already goes on waiting."""
    _forget_expired(services)
    known = {_widening(found) for found in waiting_requests(services, user_id)}
    new = [widening for widening in widened if widening not in known]
    for widening in new:
        values = {"user_id": user_id, "asked_by": by.id, "asked": services.clock(), **widening._asdict()}
        services.session.execute(insert(access_request_table).values(**values))
    if new:
        log_account_change(services, by, user_id, "access_asked", _as_changes(services, new))


def confirm_access(services: AccessServices, by: Worker, request_id: int, hand_over: HandOver) -> int:
    """Give the user what was asked for, as the second person; says whose account it is. Raises :class:`Mistake`."""
    with services.store.writing():
        found = _waiting(services, request_id)
        if not found.is_confirmed_by(by):
            raise Mistake("A second person confirms it, who neither asked for it nor is given it.")
        give_access(services, by, found, hand_over)
    return found.user_id


def give_access(services: AccessServices, by: Worker | None, found: AccessRequest, hand_over: HandOver) -> None:
    """Give the user what was asked for, inside the caller's transaction; by nobody, at the computer itself."""
    user: User | None = services.session.get(User, found.user_id)
    if user is None or not user.active:
        raise Mistake("This account is closed. Open it first, then ask again.")
    _forget(services, found)
    if found.kind == CASES:
        hand_over(found.leaver_id, user.id)
        changes = _as_changes(services, [_widening(found)])
    else:
        before = _held(user)
        _give(services, user, found)
        changes = account_differences(before, _held(user))
    log_account_change(services, by, found.user_id, "access_confirmed", changes)


def refuse_access(services: AccessServices, by: Worker, request_id: int) -> int:
    """Let nothing come of it: whoever asked may do so too. Raises :class:`Mistake`."""
    with services.store.writing():
        found = _waiting(services, request_id)
        take_back(services, by, found)
    return found.user_id


def take_back(services: AccessServices, by: Worker, found: AccessRequest) -> None:
    """The same for what nobody can mean any more, inside the caller's transaction."""
    _forget(services, found)
    log_account_change(services, by, found.user_id, "access_refused", _as_changes(services, [_widening(found)]))


def forget_requests(services: AccessServices, user_id: int) -> None:
    """An account that is closed waits for nothing."""
    services.session.execute(delete(access_request_table).where(request.user_id == user_id))


def _waiting(services: AccessServices, request_id: int) -> AccessRequest:
    found = next((found for found in waiting_requests(services) if found.id == request_id), None)
    if found is None:
        raise Mistake("Nobody asks for this any more.")
    return found


def _widening(found: AccessRequest) -> Widening:
    return Widening(found.kind, found.name)  # type: ignore[arg-type]


def _held(user: User) -> dict[str, list[str]]:
    return {
        "roles": sorted(role.name for role in user.roles),
        "teams": sorted((team.name for team in user.groups), key=sort_key),
    }


def _give(services: AccessServices, user: User, found: AccessRequest) -> None:
    if found.kind == "team":
        user.groups = [*user.groups, *(team for team in work_teams_named(services.session, [found.name]))]
        return
    role = services.session.scalar(select(Role).where(Role.name == found.name))
    if role is None or found.name not in {known.role for known in services.every_role()}:
        raise Mistake("There is no such role any more.")
    user.roles = [*user.roles, role]


def _as_changes(services: AccessServices, widened: Iterable[Widening]) -> dict[str, tuple[Any, Any]]:
    named = {"roles": "role", "teams": "team", "work_of": CASES}
    given = {key: [name for kind, name in widened if kind == wanted] for key, wanted in named.items()}
    leavers = select(User.username).where(User.id.in_(map(int, given["work_of"])))
    given["work_of"] = sorted(services.session.scalars(leavers)) if given["work_of"] else []
    return {key: ([], names) for key, names in given.items() if names}


def _opens_something(services: AccessServices, role: str) -> bool:
    """Whether who holds the role reaches cases or looks after anything; another one would be confirmed for nothing."""
    allowance = allowance_of(services, frozenset({role}))
    return bool(allowance.cases != "none" or allowance.pages or allowance.rights)


def _is_shared(services: AccessServices, team: Group, user_id: int | None) -> bool:
    """Whether anybody else is in the team, whose cases it would open, or it gives a role."""
    if team.roles:
        return True
    if team.id is None:
        return False
    others = select(user_group_table.c.user_id).where(user_group_table.c.group_id == team.id)
    return any(other != user_id for other in services.session.scalars(others))


def _able_watchers(services: AccessServices) -> set[int]:
    roles = {
        role.role
        for role in services.every_role()
        if not WATCHING_PAGES.isdisjoint(allowance_of(services, frozenset({role.role})).pages)
    }
    return able_holders(services, roles)


def _forget(services: AccessServices, found: AccessRequest) -> None:
    services.session.execute(delete(access_request_table).where(request.id == found.id))


def _forget_expired(services: AccessServices) -> None:
    services.session.execute(delete(access_request_table).where(~and_(*_IN_TIME)), _times_asked(services))


def _times_asked(services: AccessServices) -> dict[str, datetime]:
    """After and until when what is in time was asked for: not too long ago, and not while the clock was ahead."""
    now = services.clock()
    return {"asked_after": now - REQUEST_LIFETIME, "asked_until": now + CLOCK_MAY_GO_BACK}
