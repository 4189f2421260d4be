"""The account history: who let whom in, changed or closed an account, and when.

The audit log of accounts. Entries are only added: the database itself refuses to change or delete one. It tells
of workers, roles and teams; never a password, never anybody a case is about.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, func, insert, select

from dosar.access.framework import Group
from dosar.access.services import AccessServices
from dosar.access.tables import account_history_table as history
from dosar.access.tables import user_group_table
from dosar.access.worker import Worker
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event
from dosar.records.deadlines.changed_sheets import note_changed_accounts

AccountAction = Literal[
    "added",
    "invited",
    "joined",
    "changed",
    "password",
    "telephone",
    "telephone_dropped",
    "telephone_code",
    "recovery_codes",
    "passkey_added",
    "passkey_removed",
    "telephone_reset_asked",
    "telephone_kept",
    "signed_out",
    "closed",
    "opened",
    "unlocked",
    "handed_over",
    "handover_asked",
    "left_unattended",
    "access_asked",
    "access_confirmed",
    "access_refused",
    "access_alone",
    "team_renamed",
    "team_dissolved",
    "key_changed",
    "sealed",
]
AccountChanges = Mapping[str, Sequence[Any]]
"""What → [old, new]."""
USER_PAGE_ACTIONS: tuple[AccountAction, ...] = ("changed", "closed", "opened", "access_confirmed")
"""What changes the answers on the page of a user."""


@dataclass(frozen=True)
class AccountEntry:
    """What somebody did to one account at one moment."""

    id: int
    at: datetime
    by_id: int | None
    """Nobody: Dosar itself, at the set-up."""
    user_id: int | None
    """Whose account; nobody's, when it is about a team."""
    action: str
    changes: AccountChanges


def log_account_change(
    services: AccessServices,
    by: Worker | int | None,
    user_id: int | None,
    action: AccountAction,
    changes: AccountChanges | None = None,
) -> None:
    """Write one entry, in the transaction of the change itself."""
    who = by.id if isinstance(by, Worker) else by
    add_account_entry(services.session, services.clock(), who, user_id, action, changes)


def add_account_entry(
    session: Any,
    moment: datetime,
    by_id: int | None,
    user_id: int | None,
    action: AccountAction,
    changes: AccountChanges | None = None,
) -> None:
    """The same where there is no application yet: in the history, and in the audit log of everything."""
    fields = changes or {}
    objects = {} if user_id is None else {ACCOUNT_OBJECT: [user_id]}
    add_event(session, f"account_{action}", actor=by_id, objects=objects, fields=list(fields))
    values = {name: list(pair) for name, pair in fields.items()}
    session.execute(insert(history).values(at=moment, by_id=by_id, user_id=user_id, action=action, changes=values))
    if user_id is not None and (action in ("opened", "closed") or _changes_access(action, fields)):
        note_changed_accounts(session, {user_id, *_colleagues(session, user_id, fields.get("teams", ()))})


def _changes_access(action: AccountAction, fields: AccountChanges) -> bool:
    """Whether other cases may be open than before."""
    return action in USER_PAGE_ACTIONS and not {"roles", "teams", "account_days", "team_days"}.isdisjoint(fields)


def _colleagues(session: Any, user_id: int, teams: Sequence[Collection[str]]) -> set[int]:
    """Whoever is in one of her teams, or in one that she was in before: the cases of one are open to the others."""
    hers = select(user_group_table.c.group_id).where(user_group_table.c.user_id == user_id)
    named = select(Group.id).where(Group.name.in_({name for names in teams for name in names}))
    of_group = user_group_table.c.group_id
    return {*session.scalars(select(user_group_table.c.user_id).where(of_group.in_(hers) | of_group.in_(named)))}


def account_differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What → (old, new), for everything that differs."""
    return {name: (old.get(name), new[name]) for name in new if old.get(name) != new[name]}


def account_entries(
    services: AccessServices,
    most: int,
    skipped: int = 0,
    user_id: int | None = None,
    actions: Sequence[AccountAction] = (),
) -> list[AccountEntry]:
    """The entries, newest first, of one account and of some actions if wanted: ``most`` after those ``skipped``."""
    query = select(history).order_by(history.c.id.desc()).limit(most).offset(skipped)
    if user_id is not None:
        query = query.where(history.c.user_id == user_id)
    return _read_entries(services, query.where(history.c.action.in_(actions)) if actions else query)


def last_change_id(services: AccessServices, user_id: int) -> int:
    """The entry that the page of this user stands at."""
    found = services.session.scalar(select(func.max(history.c.id)).where(*_on_user_page(user_id)))
    return found or 0


def account_changes_since(services: AccessServices, user_id: int, seen: int) -> list[AccountEntry]:
    """What was changed on the page of this user after the entry ``seen``, the oldest first."""
    return _read_entries(
        services, select(history).where(*_on_user_page(user_id), history.c.id > seen).order_by(history.c.id)
    )


def _on_user_page(user_id: int) -> tuple[Any, ...]:
    return history.c.user_id == user_id, history.c.action.in_(USER_PAGE_ACTIONS)


def _read_entries(services: AccessServices, query: Select[Any]) -> list[AccountEntry]:
    return [AccountEntry(*row) for row in services.session.execute(query)]
