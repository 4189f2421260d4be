"""The tables of a ledger are closed: the database itself refuses to change or delete an entry.

What is kept about an entry stays open: who accepted it, and that it went into the recycle bin along with
its case. An upgrade of the forms may move answers about: it opens the table inside its one transaction and
closes it again before the end, so nobody else ever finds it open.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect

PREFIX = "dosar_closed"
REFUSAL = "a ledger is append-only"
ABOUT = {"version", "changed_by", "changed_at", "to_check", "lacking", "deleted_by", "deleted_at"}
"""Columns that tell about an entry and are no part of it."""
UNIQUE = ("id", "reverses")
"""Columns of which no two entries have the same."""

FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {PREFIX}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$rule$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $rule$"
)
RAISE = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
OTHER_NAMES_OF_ID = ("rowid", "oid", "_rowid_")
"""SQLite takes them for the number of a row, too."""
CALL = f"EXECUTE FUNCTION {PREFIX}_refuse()"
BEFORE_CLOSING = {"sqlite": (), "postgresql": (FUNCTION,)}
CLOSE = {
    "sqlite": (
        f'CREATE TRIGGER "{PREFIX}_update__{{table}}" BEFORE UPDATE OF {{columns}} ON "{{table}}" {RAISE}',
        f'CREATE TRIGGER "{PREFIX}_delete__{{table}}" BEFORE DELETE ON "{{table}}" {RAISE}',
        # INSERT OR REPLACE takes the place of an entry, and SQLite calls no DELETE trigger for it
        f'CREATE TRIGGER "{PREFIX}_insert__{{table}}" BEFORE INSERT ON "{{table}}" '
        f'WHEN EXISTS (SELECT 1 FROM "{{table}}" WHERE {{taken}}) {RAISE}',
    ),
    "postgresql": (
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
    """The tables nobody may change entries of; one that lacks a trigger is not closed."""
    found = Counter(table for table, _ in _triggers(connection))
    return {table for table, triggers in found.items() if triggers == len(CLOSE[connection.dialect.name])}


def close_tables(connection: Connection, tables: Iterable[str]) -> None:
    """From now on entries of these tables are only added; one that has new columns is closed anew."""
    inspector, dialect = inspect(connection), connection.dialect.name
    for statement in BEFORE_CLOSING[dialect]:
        connection.exec_driver_sql(statement)
    for table in tables:
        _open(connection, table)
        columns = [column["name"] for column in inspector.get_columns(table) if column["name"] not in ABOUT]
        names = (*columns, *OTHER_NAMES_OF_ID) if dialect == "sqlite" else columns
        words = {
            "table": table, "columns": ", ".join(f'"{name}"' for name in names),
            "taken": " OR ".join(f'"{name}" = NEW."{name}"' for name in UNIQUE if name in columns),
        }
        for statement in CLOSE[dialect]:
            connection.exec_driver_sql(statement.format(**words))


@contextmanager
def opened(connection: Connection, table: str) -> Iterator[None]:
    """Let this transaction move the answers of a closed table about."""
    was_closed = _open(connection, table)
    yield
    if was_closed:
        close_tables(connection, [table])


def open_for_good(connection: Connection, table: str) -> None:
    """Let go of a table that is renamed: it is closed anew under its new name."""
    _open(connection, table)


def close_like(source: Connection, target: Connection) -> None:
    """Close in a copy what is closed in its source."""
    closed = {table for table, _ in _triggers(source)}
    close_tables(target, sorted(closed & {*inspect(target).get_table_names()}))


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
