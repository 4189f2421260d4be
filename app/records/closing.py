"""The tables of a ledger are closed: the database itself refuses to change or delete an entry.

What is kept about an entry stays open: who accepted it, and that it went into the recycle bin along with
its case. An upgrade of the forms may move answers about: it opens the table inside its one transaction and
closes it again before the end, so nobody else ever finds it open.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect

PREFIX = "dosar_closed"
REFUSAL = "a ledger is append-only"
ABOUT = {"version", "changed_by", "changed_at", "to_check", "lacking", "deleted_by", "deleted_at"}
"""Columns that tell about an entry and are no part of it."""

FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {PREFIX}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$rule$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $rule$"
)
RAISE = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
CALL = f"EXECUTE FUNCTION {PREFIX}_refuse()"
CLOSE = {
    "sqlite": (
        f'CREATE TRIGGER "{PREFIX}_update__{{table}}" BEFORE UPDATE OF {{columns}} ON "{{table}}" {RAISE}',
        f'CREATE TRIGGER "{PREFIX}_delete__{{table}}" BEFORE DELETE ON "{{table}}" {RAISE}',
    ),
    "postgresql": (
        FUNCTION,
        f'CREATE TRIGGER {PREFIX}_update BEFORE UPDATE OF {{columns}} ON "{{table}}" FOR EACH ROW {CALL}',
        f'CREATE TRIGGER {PREFIX}_delete BEFORE DELETE ON "{{table}}" FOR EACH ROW {CALL}',
        f'CREATE TRIGGER {PREFIX}_empty BEFORE TRUNCATE ON "{{table}}" FOR EACH STATEMENT {CALL}',
    ),
}
OPEN = {"sqlite": 'DROP TRIGGER "{name}"', "postgresql": 'DROP TRIGGER {name} ON "{table}"'}
TRIGGERS = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "WHERE NOT tgisinternal"
    ),
}


def closed_tables(connection: Connection) -> set[str]:
    """The tables nobody may change entries of."""
    return {table for table, _ in _triggers(connection)}


def close_tables(connection: Connection, tables: Iterable[str]) -> None:
    """From now on entries of these tables are only added; one that has new columns is closed anew."""
    inspector = inspect(connection)
    for table in tables:
        _open(connection, table)
        columns = [column["name"] for column in inspector.get_columns(table) if column["name"] not in ABOUT]
        quoted = ", ".join(f'"{name}"' for name in columns)
        for statement in CLOSE[connection.dialect.name]:
            filled = statement if statement == FUNCTION else statement.format(table=table, columns=quoted)
            connection.exec_driver_sql(filled)


@contextmanager
def opened(connection: Connection, table: str) -> Iterator[None]:
    """Let this transaction move the answers of a closed table about."""
    was_closed = _open(connection, table)
    yield
    if was_closed:
        close_tables(connection, [table])


def close_like(source: Connection, target: Connection) -> None:
    """Close in a copy what is closed in its source."""
    close_tables(target, sorted(closed_tables(source) & {*inspect(target).get_table_names()}))


def _open(connection: Connection, table: str) -> bool:
    """Open the table; whether it was closed."""
    names = [name for found, name in _triggers(connection) if found == table]
    for name in names:
        connection.exec_driver_sql(OPEN[connection.dialect.name].format(name=name, table=table))
    return bool(names)


def _triggers(connection: Connection) -> list[tuple[str, str]]:
    """Table and name of every trigger that closes one."""
    found = connection.exec_driver_sql(TRIGGERS[connection.dialect.name])
    return [(table, name) for table, name in found if name.startswith(PREFIX)]
