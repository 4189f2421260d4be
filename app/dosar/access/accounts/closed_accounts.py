"""Who was closed out stays out, whatever older data take the place of those of now: a restore lets no leaver in."""

from collections.abc import Set
from typing import Any

from sqlalchemy import Connection, inspect, select, update

from dosar.access.audit.account_log import add_account_entry
from dosar.access.tables import account_history_table, role_table, user_role_table, user_table
from dosar.database.system_tables import utc_now
from dosar.language.organisation.roles import ADMINISTRATOR

ClosedAccount = tuple[int, str]
"""The number and the user name: what was made anew under either is another account."""
_TABLES = {table.name for table in (user_table, role_table, user_role_table, account_history_table)}


def closed_accounts(connection: Connection) -> frozenset[ClosedAccount]:
    """Those that open nothing; none in a database that has no accounts."""
    return _accounts(connection, is_open=False) if _has_accounts(connection) else frozenset()


def close_again(session: Any, closed: Set[ClosedAccount]) -> None:
    """Close what is open here and was closed there, inside the caller's transaction. Where nobody would be left who
    looks after accounts, administrators stay as they came."""
    if not closed or not _has_accounts(session.connection()):
        return
    numbers = {number for number, _ in _accounts(session.connection(), is_open=True) & closed}
    administrators = _administrators(session)
    if administrators <= numbers:
        numbers -= administrators
    for number in sorted(numbers):
        session.execute(update(user_table).where(user_table.c.id == number).values(active=False))
        add_account_entry(session, utc_now(), None, number, "closed")


def _has_accounts(connection: Connection) -> bool:
    return {*inspect(connection).get_table_names()} >= _TABLES


def _accounts(connection: Connection, is_open: bool) -> frozenset[ClosedAccount]:
    rows = connection.execute(select(user_table.c.id, user_table.c.username, user_table.c.active))
    return frozenset((row.id, row.username) for row in rows if bool(row.active) is is_open)


def _administrators(session: Any) -> set[int]:
    """Who can sign in, by her own role: whoever is one by that of a team alone is not counted on."""
    hers = user_role_table.c.user_id == user_table.c.id, user_role_table.c.role_id == role_table.c.id
    able = user_table.c.active.is_(True), user_table.c.password.is_not(None)
    return {*session.scalars(select(user_table.c.id).where(*hers, *able, role_table.c.name == ADMINISTRATOR))}
