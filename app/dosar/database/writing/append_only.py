"""The tables of a ledger are closed: the database itself refuses to change or delete an entry.

What is kept about an entry stays open: who accepted it, and that it went into the recycle bin along with
its case. An upgrade of the forms may move answers about: it opens the table inside its one transaction and
closes it again before the end, so nobody else ever finds it open.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect

TRIGGER_PREFIX = "dosar_closed"
REFUSAL_TEXT = "a ledger is append-only"
CHANGEABLE_COLUMNS = {"version", "changed_by", "changed_at", "to_check", "lacking", "deleted_by", "deleted_at"}
"""Columns that tell about an entry and are no part of it."""
UNIQUE_COLUMNS = ("id", "seq", "reverses")
"""Columns of which no two entries have the same."""

REFUSE_FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {TRIGGER_PREFIX}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$rule$ BEGIN RAISE EXCEPTION '{REFUSAL_TEXT}' USING ERRCODE = 'integrity_constraint_violation'; END $rule$"
)
RAISE_REFUSAL = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL_TEXT}'); END"
OTHER_NAMES_OF_ID = ("rowid", "oid", "_rowid_")
"""SQLite takes them for the number of a row, too."""
CALL_REFUSAL = f"EXECUTE FUNCTION {TRIGGER_PREFIX}_refuse()"
BEFORE_CLOSING = {"sqlite": (), "postgresql": (REFUSE_FUNCTION,)}
CLOSE_STATEMENTS = {
    "sqlite": (
        f'CREATE TRIGGER "{TRIGGER_PREFIX}_update__{{table}}" BEFORE UPDATE OF {{columns}} ON "{{table}}" '
        f"{RAISE_REFUSAL}",
        f'CREATE TRIGGER "{TRIGGER_PREFIX}_delete__{{table}}" BEFORE DELETE ON "{{table}}" {RAISE_REFUSAL}',
        # INSERT OR REPLACE takes the place of an entry, and SQLite calls no DELETE trigger for it.
        # Marked, since it looks like a query made of words: all of them are ours
        f'CREATE TRIGGER "{TRIGGER_PREFIX}_insert__{{table}}" BEFORE INSERT ON "{{table}}" '  # noqa: S608  # nosec B608
        f'WHEN EXISTS (SELECT 1 FROM "{{table}}" WHERE {{taken}}) {RAISE_REFUSAL}',
    ),
    "postgresql": (
        f'CREATE TRIGGER {TRIGGER_PREFIX}_update BEFORE UPDATE OF {{columns}} ON "{{table}}" '
        f"FOR EACH ROW {CALL_REFUSAL}",
        f'CREATE TRIGGER {TRIGGER_PREFIX}_delete BEFORE DELETE ON "{{table}}" FOR EACH ROW {CALL_REFUSAL}',
        f'CREATE TRIGGER {TRIGGER_PREFIX}_empty BEFORE TRUNCATE ON "{{table}}" FOR EACH STATEMENT {CALL_REFUSAL}',
    ),
}
OPEN_STATEMENTS = {"sqlite": 'DROP TRIGGER "{name}"', "postgresql": 'DROP TRIGGER {name} ON "{table}"'}
TRIGGERS_QUERY = {
    "sqlite": "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": (
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
        "JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE NOT tgisinternal AND nspname = current_schema()"
    ),
}


def closed_tables(connection: Connection) -> set[str]:
    """The tables nobody may change entries of; one that lacks a trigger is not closed."""
    found = Counter(table for table, _ in _closing_triggers(connection))
    return {table for table, triggers in found.items() if triggers == len(CLOSE_STATEMENTS[connection.dialect.name])}


def close_tables(connection: Connection, tables: Iterable[str]) -> None:
    """From now on entries of these tables are only added; one that has new columns is closed anew."""
    inspector, dialect = inspect(connection), connection.dialect.name
    for statement in BEFORE_CLOSING[dialect]:
        connection.exec_driver_sql(statement)
    for table in tables:
        _drop_triggers(connection, table)
        columns = [
            column["name"] for column in inspector.get_columns(table) if column["name"] not in CHANGEABLE_COLUMNS
        ]
        names = (*columns, *OTHER_NAMES_OF_ID) if dialect == "sqlite" else columns
        words = {
            "table": table,
            "columns": ", ".join(f'"{name}"' for name in names),
            "taken": " OR ".join(f'"{name}" = NEW."{name}"' for name in UNIQUE_COLUMNS if name in columns),
        }
        for statement in CLOSE_STATEMENTS[dialect]:
            connection.exec_driver_sql(statement.format(**words))


@contextmanager
def table_opened(connection: Connection, table: str) -> Iterator[None]:
    """Let this transaction move the answers of a closed table about."""
    was_closed = _drop_triggers(connection, table)
    yield
    if was_closed:
        close_tables(connection, [table])


def open_for_good(connection: Connection, table: str) -> None:
    """Let go of a table that is renamed: it is closed anew under its new name."""
    _drop_triggers(connection, table)


def close_like(source: Connection, target: Connection) -> None:
    """Close in a copy what is closed in its source."""
    closed = {table for table, _ in _closing_triggers(source)}
    close_tables(target, sorted(closed & {*inspect(target).get_table_names()}))


def drop_foreign_views_and_triggers(connection: Connection) -> list[str]:
    """Let nothing run in a database of SQLite that came from elsewhere: every view goes, and every trigger that closes
    no table; their names. No version of Dosar makes one, and it could change in silence whatever is written later."""
    made = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
    strangers = [
        (kind, name)
        for kind, name, sql in made.all()
        if kind == "view" or not (name.startswith(TRIGGER_PREFIX) and sql.endswith(RAISE_REFUSAL))
    ]
    for kind, name in strangers:
        quoted = name.replace('"', '""')
        connection.exec_driver_sql(f'DROP {kind} IF EXISTS "{quoted}"')
    return [name for _, name in strangers]


def _drop_triggers(connection: Connection, table: str) -> bool:
    """Open the table; whether it was closed."""
    names = [name for found, name in _closing_triggers(connection) if found == table]
    for name in names:
        connection.exec_driver_sql(OPEN_STATEMENTS[connection.dialect.name].format(name=name, table=table))
    return bool(names)


def _closing_triggers(connection: Connection) -> list[tuple[str, str]]:
    """Table and name of every trigger that closes one."""
    found = connection.exec_driver_sql(TRIGGERS_QUERY[connection.dialect.name])
    return [(table, name) for table, name in found if name.startswith(TRIGGER_PREFIX)]
