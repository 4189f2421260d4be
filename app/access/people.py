"""The users: who may be let in, and who may change whom."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from flask_appbuilder.security.sqla.models import Role, User
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import selectinload

from app.access.account_history import differences, last_change, note_account
from app.access.credentials import one_user_name
from app.access.guarded import Guarded
from app.access.passwords import hashed
from app.access.sessions import digest, end_sessions
from app.access.tables import invitation_table
from app.access.work_teams import teams_named
from app.access.worker import Worker
from app.language.alphabet import sort_key
from app.language.message import Mistake
from app.language.roles import ADMINISTRATOR

USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
INVITATION_LASTS = timedelta(hours=24)


@dataclass(frozen=True)
class Person:
    """What is written down of a user."""

    user_name: str
    first_name: str
    last_name: str
    roles: frozenset[str] = frozenset()
    teams: frozenset[str] = field(default=frozenset())


class ChangedMeanwhile(Exception):
    """Somebody else changed this account after the page was opened on which it is to be changed."""


def users(session: Any) -> Sequence[User]:
    """Every user with roles and teams, by name."""
    with_all = select(User).options(selectinload(User.roles), selectinload(User.groups))
    found: Sequence[User] = session.scalars(with_all).all()
    return sorted(found, key=lambda user: (sort_key(user.last_name or ""), sort_key(user.first_name or ""), user.id))


def add_user(guarded: Guarded, by: Worker | None, person: Person, password: str | None = None) -> int:
    """Add a user; without a password she needs an invitation. ``by`` is nobody at the set-up."""
    person = replace(person, user_name=one_user_name(person.user_name))
    if not USER_NAME.fullmatch(person.user_name):
        raise Mistake("Write the user name with small letters without diacritics, digits, dots, hyphens "
                      "or underscores, at least two of them.")
    kept_password = hashed(password) if password else None
    with guarded.store.writing() as session:
        if session.scalar(select(User.id).where(func.lower(User.username) == person.user_name)):
            raise Mistake('There is already a user "%(name)s"; choose another user name.',
                          name=person.user_name)
        user = User(username=person.user_name, email=person.user_name, active=True, password=kept_password)
        session.add(user)
        changes = _fill(guarded, by, user, person)
        session.flush()
        user_id: int = user.id
        note_account(guarded, by, user_id, "added", {"user_name": ("", person.user_name), **changes})
    return user_id


def change_user(guarded: Guarded, by: Worker, user_id: int, person: Person, seen: int | None = None) -> None:
    """Change name, roles and teams; the user name stays for ever.

    ``seen`` is the last entry of the account history that whoever changes this knew of. Raises
    :class:`Mistake` and :class:`ChangedMeanwhile`.
    """
    with guarded.store.writing() as session:
        user = _touched(session, by, user_id)
        if seen is not None and last_change(guarded, user_id) != seen:
            raise ChangedMeanwhile
        if changes := _fill(guarded, by, user, person):
            note_account(guarded, by, user_id, "changed", changes)
        _require_an_administrator(session)


def set_active(guarded: Guarded, by: Worker, user_id: int, active: bool) -> None:
    """Let a user in again, or not any more: her sessions end at once."""
    with guarded.store.writing() as session:
        user = _touched(session, by, user_id)
        if bool(user.active) != active:
            note_account(guarded, by, user_id, "opened" if active else "closed")
        user.active = active
        if not active:
            _shut_out(guarded, user_id)
        _require_an_administrator(session)


def set_password(guarded: Guarded, user_id: int, password: str) -> None:
    """Give a user the password she chose; all her sessions end."""
    kept = hashed(password)
    with guarded.store.writing() as session:
        user = session.get_one(User, user_id)
        user.password = kept
        note_account(guarded, user_id, user_id, "password")
        _shut_out(guarded, user_id)


def invite(guarded: Guarded, by: Worker, user_id: int) -> str:
    """A secret word with which the user chooses a password; her old one opens nothing any more."""
    word = token_urlsafe(24)
    with guarded.store.writing() as session:
        user = _touched(session, by, user_id)
        user.password = None
        _shut_out(guarded, user_id)
        session.execute(insert(invitation_table).values(
            id=digest(word), user_id=user_id, expires=guarded.clock() + INVITATION_LASTS
        ))
        note_account(guarded, by, user_id, "invited")
        _require_an_administrator(session)
    return word


def invited(guarded: Guarded, word: str) -> User | None:
    """Whom this invitation is for, while it holds."""
    found: User | None = guarded.session.scalar(
        select(User).join(invitation_table, invitation_table.c.user_id == User.id)
        .where(invitation_table.c.id == digest(word), invitation_table.c.expires > guarded.clock(),
               User.active.is_(True))
    )
    return found


def accept(guarded: Guarded, word: str, password: str) -> int:
    """Choose the password; the invitation is used up."""
    kept = hashed(password)
    with guarded.store.writing():
        user = invited(guarded, word)
        if user is None:
            raise Mistake("This invitation was used or is too old; ask an administrator for a new one.")
        user.password = kept
        user_id: int = user.id
        _shut_out(guarded, user_id)
        note_account(guarded, user_id, user_id, "joined")
    return user_id


def _fill(guarded: Guarded, by: Worker | None, user: User, person: Person) -> dict[str, tuple[Any, Any]]:
    """Write down what the person is called, holds and belongs to; tells what is different now."""
    if not person.first_name or not person.last_name:
        raise Mistake("Write the name and the first name.")
    session = guarded.session
    with session.no_autoflush:
        before = _written_of(user)
        known = person.roles & {role.role for role in guarded.definition.roles.roles}
        user.first_name, user.last_name = person.first_name, person.last_name
        user.roles = list(session.scalars(select(Role).where(Role.name.in_(known))))
        user.groups = teams_named(session, person.teams)
        changes = differences(before, _written_of(user))
        if by is not None:
            _require_allowed(by, user, changes)
    return changes


def _written_of(user: User) -> dict[str, Any]:
    return {
        "last_name": user.last_name or "", "first_name": user.first_name or "",
        "roles": sorted(role.name for role in user.roles),
        "teams": sorted((group.name for group in user.groups), key=sort_key),
    }


def _require_allowed(by: Worker, user: User, changes: Mapping[str, tuple[Any, Any]]) -> None:
    """Nobody widens her own rights, and administrators are made and unmade by administrators."""
    old, new = (set(roles) for roles in changes.get("roles", ((), ())))
    if ADMINISTRATOR in old ^ new and not by.is_administrator:
        raise Mistake("Only an administrator appoints or dismisses administrators.")
    if user.id != by.id:
        return
    if new - old:
        raise Mistake("Nobody gives herself a role. Ask another administrator.")
    old_teams, new_teams = (set(teams) for teams in changes.get("teams", ((), ())))
    if new_teams - old_teams:
        raise Mistake("Nobody puts herself into a team. Ask another administrator.")


def _touched(session: Any, by: Worker, user_id: int) -> User:
    """The user to change; who is no administrator does not touch one."""
    with_all = [selectinload(User.roles), selectinload(User.groups)]
    user: User | None = session.get(User, user_id, options=with_all)
    if user is None:
        raise LookupError(user_id)
    if not by.is_administrator and ADMINISTRATOR in {role.name for role in user.roles}:
        raise Mistake("Only an administrator changes the account of an administrator.")
    return user


def _shut_out(guarded: Guarded, user_id: int) -> None:
    end_sessions(guarded, user_id)
    guarded.session.execute(delete(invitation_table).where(invitation_table.c.user_id == user_id))


def _require_an_administrator(session: Any) -> None:
    session.flush()
    able = select(User.id).where(
        User.active.is_(True), User.password.is_not(None), User.roles.any(Role.name == ADMINISTRATOR)
    )
    if session.scalar(able.limit(1)) is None:
        raise Mistake("This is the last administrator who can sign in; appoint another one first.")
