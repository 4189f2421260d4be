"""The users: who may be let in, and who may change whom."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import token_urlsafe
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import selectinload

from dosar.access.accounts.access_periods import (
    AccessPeriod,
    access_periods,
    forget_periods,
    narrow_periods,
    require_open_days,
)
from dosar.access.accounts.access_requests import (
    Widening,
    ask_for_access,
    forget_requests,
    hold_back,
    needs_second_person,
    remember_second_person,
    take_back,
    waiting_handovers,
    widenings,
)
from dosar.access.accounts.administrators import require_an_administrator
from dosar.access.accounts.work_teams import work_teams_named
from dosar.access.audit.account_log import account_differences, last_change_id, log_account_change
from dosar.access.factors.passkeys import remove_all_passkeys
from dosar.access.framework import Group, Role, User
from dosar.access.identity import held_roles
from dosar.access.login.credentials import normalized_user_name
from dosar.access.login.passwords import hash_password
from dosar.access.login.secret_words import secret_digest
from dosar.access.login.sessions.open_sessions import end_sessions
from dosar.access.services import AccessServices
from dosar.access.tables import (
    calendar_feed_table,
    digest_choice_table,
    invitation_table,
    mail_table,
    user_table,
)
from dosar.access.worker import Worker
from dosar.database.system_tables import CLOCK_MAY_GO_BACK
from dosar.database.users import ACCOUNT_ITSELF
from dosar.language.organisation.roles import ADMINISTRATOR
from dosar.language.text.collation import sort_key
from dosar.language.text.message import Mistake

USER_NAME_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
INVITATION_LIFETIME = timedelta(hours=24)
NO_DAYS: Mapping[int, AccessPeriod] = MappingProxyType({})
WITH_ROLES_AND_TEAMS = (selectinload(User.roles), selectinload(User.groups).joinedload(Group.roles))
"""What of an account is read along with it: its roles, its teams and theirs."""


@dataclass(frozen=True)
class UserDetails:
    """What is written down of a user."""

    user_name: str
    first_name: str
    last_name: str
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = field(default=frozenset())


class UserChangedMeanwhile(Exception):
    """Somebody else changed this account after the page was opened on which it is to be changed."""


def all_users(session: Any) -> Sequence[User]:
    """Every user with roles and teams and their roles, by name."""
    found: Sequence[User] = session.scalars(select(User).options(*WITH_ROLES_AND_TEAMS)).all()
    return sorted(found, key=lambda user: (sort_key(user.last_name or ""), sort_key(user.first_name or ""), user.id))


def user_name_of(services: AccessServices, user_id: int) -> str:
    """What somebody types to sign in."""
    return str(services.session.scalar(select(user_table.c.username).where(user_table.c.id == user_id)))


def add_user(
    services: AccessServices,
    by: Worker | None,
    person: UserDetails,
    password: str | None = None,
    known_to_all: bool = False,
) -> int:
    """Add a user and give her id; without a password she needs an invitation. ``by`` is nobody at the set-up;
    a password that is ``known_to_all`` is one of the demo's.

    Roles and teams that open anything to her wait for a second person (:mod:`dosar.access.accounts.access_requests`).

    Raises :class:`Mistake` for a user name that cannot be one or is taken.
    """
    person = replace(person, user_name=normalized_user_name(person.user_name))
    if not USER_NAME_PATTERN.fullmatch(person.user_name):
        raise Mistake(
            "Write the user name with small letters without diacritics, digits, dots, hyphens "
            "or underscores, at least two of them."
        )
    kept_password = hash_password(password, known_to_all) if password else None
    with services.store.writing() as session:
        if session.scalar(select(User.id).where(func.lower(User.username) == person.user_name)):
            raise Mistake('There is already a user "%(name)s"; choose another user name.', name=person.user_name)
        user = User(username=person.user_name, email=person.user_name, active=True, password=kept_password)
        session.add(user)
        changes, widened = _fill_details(services, by, user, person)
        session.flush()
        user_id: int = user.id
        log_account_change(services, by, user_id, "added", {"user_name": ("", person.user_name), **changes})
        _ask_or_note(services, by, user_id, widened)
    return user_id


def change_user(
    services: AccessServices,
    by: Worker,
    user_id: int,
    person: UserDetails,
    seen: int | None = None,
    days: Mapping[int, AccessPeriod] = NO_DAYS,
) -> None:
    """Change name, roles and teams; the user name stays for ever. What widens her access waits for a second person.

    ``days`` are those of her account and of her places in teams, as far as they are to be others.

    ``seen`` is the last entry of the account history that whoever changes this knew of. Raises
    :class:`Mistake` and :class:`UserChangedMeanwhile`.
    """
    with services.store.writing():
        user = user_to_change(services, by, user_id)
        if seen is not None and last_change_id(services, user_id) != seen:
            raise UserChangedMeanwhile
        changes, widened = _fill_details(services, by, user, person)
        if changes:
            log_account_change(services, by, user_id, "changed", changes)
        _ask_or_note(services, by, user_id, widened)
        _keep_days(services, by, user, days)
        require_an_administrator(services)


def change_user_days(services: AccessServices, by: Worker, user_id: int, days: Mapping[int, AccessPeriod]) -> None:
    """Change from when until when her account, or her place in a team, opens anything. Raises :class:`Mistake`."""
    with services.store.writing():
        _keep_days(services, by, user_to_change(services, by, user_id), days)
        require_an_administrator(services)


def set_user_active(services: AccessServices, by: Worker, user_id: int, active: bool) -> None:
    """Let a user in again, or not any more: her sessions end at once. What she held waits for a second person when she
    is let in again."""
    with services.store.writing():
        user = user_to_change(services, by, user_id)
        if bool(user.active) != active:
            log_account_change(services, by, user_id, "opened" if active else "closed")
            if active:
                _open_without_access(services, by, user)
        user.active = active
        if active:
            forget_periods(services, user_id)
            for found in waiting_handovers(services, user_id):
                take_back(services, by, found)
        else:
            _end_user_access(services, user_id)
            _end_sending(services, user_id)
            forget_requests(services, user_id)
        require_an_administrator(services)


def _keep_days(services: AccessServices, by: Worker, user: User, days: Mapping[int, AccessPeriod]) -> None:
    """Keep the days of the account and of her teams; those of a team she is not in any more go."""
    teams = {team.id for team in user.groups}
    for group_id in access_periods(services, user.id).keys() - {ACCOUNT_ITSELF, *teams}:
        forget_periods(services, user.id, group_id)
    hers = {group_id: wanted for group_id, wanted in days.items() if group_id in {ACCOUNT_ITSELF, *teams}}
    narrow_periods(services, by, user.id, hers)


def _open_without_access(services: AccessServices, by: Worker, user: User) -> None:
    before = _user_details(user)
    widened = _held_back(services, by, user, (), ())
    if changes := account_differences(before, _user_details(user)):
        log_account_change(services, by, user.id, "changed", changes)
    _ask_or_note(services, by, user.id, widened)


def set_user_password(services: AccessServices, user_id: int, password: str) -> int:
    """Give a user the password she chose; all her sessions end, and her passkeys go: how many there were.

    Whoever had her old password may have added one.
    """
    hashed = hash_password(password)
    with services.store.writing() as session:
        user = session.get_one(User, user_id)
        user.password = hashed
        log_account_change(services, user_id, user_id, "password")
        _end_user_access(services, user_id)
        return remove_all_passkeys(services, user_id, user_id)


def invite_user(services: AccessServices, by: Worker, user_id: int) -> str:
    """A secret word with which the user chooses a password; her old one and her passkeys open nothing any more."""
    with services.store.writing():
        user = user_to_change(services, by, user_id)
        require_open_days(services, user_id)
        user.password = None
        _end_user_access(services, user_id)
        remove_all_passkeys(services, by, user_id)
        word = give_invitation(services, user_id)
        log_account_change(services, by, user_id, "invited")
        require_an_administrator(services)
    return word


def give_invitation(services: AccessServices, user_id: int, lifetime: timedelta = INVITATION_LIFETIME) -> str:
    """The secret word of a new invitation, inside the caller's transaction; only its digest is kept."""
    word = token_urlsafe(24)
    expires = services.clock() + lifetime
    services.session.execute(insert(invitation_table).values(id=secret_digest(word), user_id=user_id, expires=expires))
    return word


def invited_user(services: AccessServices, word: str) -> User | None:
    """Whom this invitation is for, while it holds."""
    found: User | None = services.session.scalar(
        select(User)
        .join(invitation_table, invitation_table.c.user_id == User.id)
        .where(
            invitation_table.c.id == secret_digest(word),
            invitation_table.c.expires > services.clock(),
            invitation_table.c.expires <= services.clock() + INVITATION_LIFETIME + CLOCK_MAY_GO_BACK,
            User.active.is_(True),
        )
    )
    return found


def accept_invitation(services: AccessServices, word: str, password: str) -> int:
    """Choose the password, and give the user's id; the invitation (``word``) is used up. Raises :class:`Mistake`."""
    hashed = hash_password(password)
    with services.store.writing():
        user = invited_user(services, word)
        if user is None:
            raise Mistake("This invitation was used or is too old; ask an administrator for a new one.")
        require_open_days(services, user.id)
        user.password = hashed
        user_id: int = user.id
        _end_user_access(services, user_id)
        log_account_change(services, user_id, user_id, "joined")
    return user_id


def _fill_details(
    services: AccessServices, by: Worker | None, user: User, person: UserDetails
) -> tuple[dict[str, tuple[Any, Any]], list[Widening]]:
    """Write down what the person is called, holds and belongs to; tells what is different now, and what would be but
    waits for a second person."""
    if not person.first_name or not person.last_name:
        raise Mistake("Write the name and the first name.")
    session = services.session
    with session.no_autoflush:
        before, held_before = _user_details(user), held_roles(user)
        known = person.roles & {role.role for role in services.every_role()}
        user.first_name, user.last_name = person.first_name, person.last_name
        user.roles = list(session.scalars(select(Role).where(Role.name.in_(known))))
        user.groups = work_teams_named(session, person.teams)
        changes = account_differences(before, _user_details(user))
        if by is None:
            return changes, []
        _require_allowed(by, user, held_before, changes)
        widened = _held_back(services, by, user, before["roles"], before["teams"])
        return account_differences(before, _user_details(user)), widened


def _held_back(
    services: AccessServices, by: Worker, user: User, roles_before: Iterable[str], teams_before: Iterable[str]
) -> list[Widening]:
    """What is new of the user's roles and teams; taken back again where a second person has to confirm it."""
    widened = widenings(services, user, roles_before, teams_before)
    if widened and needs_second_person(services, by, user.id):
        hold_back(user, widened)
    return widened


def _ask_or_note(services: AccessServices, by: Worker | None, user_id: int, widened: Sequence[Widening]) -> None:
    """Ask a second person; where there never was one, write down that one person's word was enough."""
    if not widened or by is None:
        return
    if needs_second_person(services, by, user_id):
        ask_for_access(services, by, user_id, widened)
    else:
        log_account_change(services, by, user_id, "access_alone")


def _user_details(user: User) -> dict[str, Any]:
    return {
        "last_name": user.last_name or "",
        "first_name": user.first_name or "",
        "roles": sorted(role.name for role in user.roles),
        "teams": sorted((group.name for group in user.groups), key=sort_key),
    }


def _require_allowed(by: Worker, user: User, old: frozenset[str], changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Nobody widens her own rights, and administrators are made and unmade by administrators.

    ``old`` are the roles she held before, her teams' among them.
    """
    new = held_roles(user)
    if ADMINISTRATOR in old ^ new and not by.is_administrator:
        raise Mistake("Only an administrator appoints or dismisses administrators.")
    if user.id != by.id:
        return
    if new - old:
        raise Mistake("Nobody gives herself a role. Ask another administrator.")
    old_teams, new_teams = (set(teams) for teams in changes.get("teams", ((), ())))
    if new_teams - old_teams:
        raise Mistake("Nobody puts herself into a team. Ask another administrator.")


def sign_user_out(services: AccessServices, by: Worker, user_id: int) -> None:
    """End every session of a user; her account stays open."""
    with services.store.writing():
        user_to_change(services, by, user_id)
        end_sessions(services, user_id)
        log_account_change(services, by, user_id, "signed_out")


def user_to_change(services: AccessServices, by: Worker, user_id: int) -> User:
    """The user to change; who is no administrator does not touch one."""
    remember_second_person(services)
    user: User | None = services.session.get(User, user_id, options=WITH_ROLES_AND_TEAMS)
    if user is None:
        raise LookupError(user_id)
    if not by.is_administrator and ADMINISTRATOR in held_roles(user):
        raise Mistake("Only an administrator changes the account of an administrator.")
    return user


def _end_sending(services: AccessServices, user_id: int) -> None:
    """No mail and no calendar any more, also when the account is opened again."""
    for table in (digest_choice_table, mail_table, calendar_feed_table):
        services.session.execute(delete(table).where(table.c.user_id == user_id))


def _end_user_access(services: AccessServices, user_id: int) -> None:
    end_sessions(services, user_id)
    services.session.execute(delete(invitation_table).where(invitation_table.c.user_id == user_id))
