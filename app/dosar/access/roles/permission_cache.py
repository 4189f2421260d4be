"""The permissions of Flask-AppBuilder's roles, read from its tables once and remembered until these change.

Whatever changes a role's permissions through the session is noticed; a program that writes into the tables behind
the session's back tells of it with :meth:`PermissionCache.forget`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import TextClause, event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from dosar.access.framework import Permission, PermissionView, Role, ViewMenu
from dosar.access.tables import menu_table, pair_table, permission_table, role_permissions, role_table

Permitted = tuple[str, str]
"""Permission and view menu: ("can_enter", "form:visit_report")."""

_TABLES = {role_table, permission_table, menu_table, pair_table, role_permissions}
_TOLD_BY: Mapping[type[Any], tuple[str, ...]] = {
    Role: ("name", "permissions"),
    Permission: ("name",),
    ViewMenu: ("name",),
    PermissionView: ("permission_id", "view_menu_id", "role"),
}
"""What of each class says who may do what: a role has users, too."""
_CHANGED, _BEGAN = "permissions changed", "permissions when the transaction began"

_OF_EVERY_ROLE = (
    select(role_table.c.name, permission_table.c.name, menu_table.c.name)
    .join_from(role_permissions, pair_table, pair_table.c.id == role_permissions.c.permission_view_id)
    .join(permission_table, permission_table.c.id == pair_table.c.permission_id)
    .join(menu_table, menu_table.c.id == pair_table.c.view_menu_id)
    .join(role_table, role_table.c.id == role_permissions.c.role_id)
)


@dataclass
class _Reading:
    """The permissions of every role, and of the sets of roles that were asked for."""

    by_role: Mapping[str, frozenset[Permitted]]
    together: dict[frozenset[str], frozenset[Permitted]] = field(default_factory=dict)

    def of(self, roles: frozenset[str]) -> frozenset[Permitted]:
        if roles not in self.together:
            permitted = (self.by_role.get(role, frozenset()) for role in roles)
            self.together[roles] = frozenset[Permitted]().union(*permitted)
        return self.together[roles]


class _Remembered:
    """What was read last, until a session says that the tables have changed.

    It does not know the store: the listeners live as long as the class of the store's sessions, and would keep it,
    with every mapped class, alive after the store is closed.
    """

    def __init__(self) -> None:
        self.reading: _Reading | None = None
        self._times_forgotten = 0

    def forget(self) -> None:
        """The tables have changed: read them anew when asked next."""
        self._times_forgotten += 1
        self.reading = None

    def keep(self, reading: _Reading, session: Session) -> None:
        """Remember what this session read, if others would read the same.

        A transaction sees the tables as they were when it began, or as it has changed them itself.
        """
        if session.info.get(_BEGAN) == self._times_forgotten and not session.info.get(_CHANGED):
            self.reading = reading

    def listen(self, sessions: Any) -> None:
        """Notice whatever these sessions do to the tables."""
        listeners: Mapping[str, Callable[..., None]] = {
            "after_begin": self._note_beginning,
            "after_flush": self._note_flush,
            "do_orm_execute": self._note_statement,
            "after_transaction_end": self._note_end,
        }
        for name, listener in listeners.items():
            event.listen(sessions, name, listener)

    def _note_beginning(self, session: Session, transaction: SessionTransaction, _: Any) -> None:
        if not transaction.nested:  # a savepoint sees what its transaction sees
            session.info[_BEGAN] = self._times_forgotten

    def _note_flush(self, session: Session, _: Any) -> None:
        come_or_gone = any(type(instance) in _TOLD_BY for instance in (*session.new, *session.deleted))
        if come_or_gone or any(map(_is_told_otherwise, session.dirty)):
            session.info[_CHANGED] = True

    def _note_statement(self, state: ORMExecuteState) -> None:
        if not state.is_select and _may_change_permissions(state.statement):
            state.session.info[_CHANGED] = True

    def _note_end(self, session: Session, transaction: SessionTransaction) -> None:
        """Others see what was changed once the whole transaction is over; a savepoint's end shows them nothing."""
        if transaction.parent is None and session.info.pop(_CHANGED, False):
            self.forget()


class PermissionCache:
    """What roles may do together, by their names."""

    def __init__(self, store: Any) -> None:
        self._session = store.session
        self._remembered = _Remembered()
        self._remembered.listen(store.sessions)

    def permitted_to(self, roles: frozenset[str]) -> frozenset[Permitted]:
        """What Flask-AppBuilder's tables permit who holds these roles; a role they do not know gives nothing."""
        reading = self._remembered.reading or self._read()
        return reading.of(roles)

    def permitted_roles(self) -> frozenset[str]:
        """The names of all roles that Flask-AppBuilder's tables permit something."""
        return frozenset((self._remembered.reading or self._read()).by_role)

    def warm(self) -> None:
        """Read the tables before anybody asks."""
        self._read()
        self._session.remove()

    def forget(self) -> None:
        """The tables have changed: read them anew when asked next."""
        self._remembered.forget()

    def _read(self) -> _Reading:
        by_role: dict[str, set[Permitted]] = {}
        for role, permission, menu in self._session.execute(_OF_EVERY_ROLE):
            by_role.setdefault(role, set()).add((permission, menu))
        reading = _Reading({role: frozenset(permitted) for role, permitted in by_role.items()})
        self._remembered.keep(reading, self._session())
        return reading


def _may_change_permissions(statement: Any) -> bool:
    """Whether this statement may write into the tables; one that is a text need only name one of them."""
    if isinstance(statement, TextClause):
        return any(table.name in statement.text.lower() for table in _TABLES)
    return getattr(statement, "table", None) in _TABLES


def _is_told_otherwise(instance: Any) -> bool:
    """Whether this object, in a session, now says otherwise who may do what."""
    attributes = inspect(instance).attrs
    return any(attributes[name].history.has_changes() for name in _TOLD_BY.get(type(instance), ()))
