"""The whole database as it was, to see what a request changed and to put it back.

Works on the raw connection, below everything the application does.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Engine, event

WRITES = re.compile(r'\s*(INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
STILL_IN_USE = "UPDATE dosar_session SET seen"
AUDIT_LOG = "dosar_audit_event"
Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Change:
    """One row before and after; ``None`` where there is none."""

    table: str
    before: Row | None
    after: Row | None

    @property
    def row(self) -> Row:
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def columns(self) -> set[str]:
        """The columns with another value."""
        if self.before is None or self.after is None:
            return {name for name, value in self.row.items() if value is not None}
        return {name for name, value in self.after.items() if value != self.before[name]}


class Photograph(ABC):
    """Every row of every table, kept beside the database, which itself compares and says what differs."""

    mark: ClassVar[str]
    """Where a value stands in a statement."""
    settings: ClassVar[tuple[str, ...]]
    """Nothing is in the way of putting rows back, and nobody needs this connection's work after a power cut."""

    def __init__(self, engine: Engine) -> None:
        self._pooled = engine.raw_connection()
        self._connection = self._split_parts()
        self.links: dict[str, dict[str, str]] = {}
        """Table → column → table it points to, as the database has it."""
        self._keys: dict[str, list[str]] = {}
        for setting in self.settings:
            self._connection.execute(setting)
        for table in self._listed():
            self._connection.execute(f'CREATE TABLE was."{table}" AS {self._now(table)}')

    @abstractmethod
    def _listed(self) -> list[str]:
        """The tables there are; notes their keys and links."""

    @abstractmethod
    def _now(self, table: str) -> str:
        """The statement that reads the table as it is."""

    def _split_parts(self) -> Any:
        """A connection that begins no transaction by itself."""
        return self._pooled.driver_connection

    @contextmanager
    def _unguarded(self, table: str) -> Iterator[None]:
        """Meanwhile the table takes what the application never could do to it."""
        yield

    def close(self) -> None:
        """Give the connection up for good: its settings are not the application's."""
        self._pooled.invalidate()

    @property
    def tables(self) -> Iterable[str]:
        return self.links

    def changes(self, tables: Iterable[str]) -> list[Change]:
        """What differs now in these tables."""
        found = []
        for table in sorted(tables):
            after, before = self._differing(table)
            found += [Change(table, before.get(key), after.get(key)) for key in sorted({*before, *after})]
        return found

    def _differing(self, table: str) -> tuple[dict[Key, Row], dict[Key, Row]]:
        """The rows that are so only now, and those that were so only then, by their key."""
        now, then = self._now(table), self._then(table)
        return self._keyed(table, f"{now} EXCEPT {then}"), self._keyed(table, f"{then} EXCEPT {now}")

    def _then(self, table: str) -> str:
        return f'SELECT * FROM was."{table}"'

    def _keyed(self, table: str, statement: str) -> dict[Key, Row]:
        return {tuple(row[name] for name in self._keys[table]): row for row in self._rows(statement)}

    def row(self, table: str, number: int | None) -> Row | None:
        """The row with this number, as it was."""
        return next(iter(self._rows(f"{self._then(table)} WHERE id = {self.mark}", (number,))), None)

    def last(self, table: str) -> int:
        """The last entry of a log as it is now."""
        [row] = self._rows(f"SELECT max(seq) AS last FROM ({self._now(table)}) AS here")
        return row["last"] or 0

    def _rows(self, statement: str, values: tuple[Any, ...] = ()) -> list[Row]:
        found = self._connection.execute(statement, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def put_back(self, tables: Iterable[str] | None = None) -> None:
        """Make these tables, or all, what they were."""
        self._connection.execute("BEGIN")
        for table in self.tables if tables is None else tables:
            later, sooner = self._differing(table)
            if later or sooner:
                with self._unguarded(table):
                    self._put_back(table, later, sooner)
        self._put_numbers_back()
        self._connection.execute("COMMIT")

    @abstractmethod
    def _put_numbers_back(self) -> None:
        """Let the next records get the numbers that they would have got."""

    def _put_back(self, table: str, later: dict[Key, Row], sooner: dict[Key, Row]) -> None:
        its_key = " AND ".join(f'"{name}" = {self.mark}' for name in self._keys[table])
        for key in later:
            self._connection.execute(f'DELETE FROM "{table}" WHERE {its_key}', key)
        for row in sooner.values():
            marks = ", ".join(self.mark for _ in row)
            self._connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', tuple(row.values()))


class SqlitePhotograph(Photograph):
    """Kept in memory, where only this connection looks."""

    mark = "?"
    settings = ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=OFF", "ATTACH ':memory:' AS was KEY ''")

    def _listed(self) -> list[str]:
        self._numbers = self._highest_numbers()
        self._triggers: dict[str, list[tuple[str, str]]] = {}
        for name, table, sql in self._ask("SELECT name, tbl_name, sql FROM main.sqlite_master WHERE type = 'trigger'"):
            self._triggers.setdefault(table, []).append((name, sql))
        names = self._ask("SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        for (name,) in names:
            self.links[name] = {link[3]: link[2] for link in self._ask(f'PRAGMA main.foreign_key_list("{name}")')}
            self._keys[name] = [column[1] for column in self._ask(f'PRAGMA main.table_info("{name}")') if column[5]]
        return [name for (name,) in names]

    def _put_numbers_back(self) -> None:
        if self._numbers == (counted := self._highest_numbers()):
            return
        for table in counted:
            self._connection.execute("DELETE FROM main.sqlite_sequence WHERE name = ?", (table,))
        self._connection.executemany(
            "INSERT INTO main.sqlite_sequence (name, seq) VALUES (?, ?)", self._numbers.items()
        )

    def _highest_numbers(self) -> dict[str, int]:
        """Table → the highest number that it ever gave; it gives none below those of the rows that are there."""
        return dict(self._ask("SELECT name, seq FROM main.sqlite_sequence"))

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._connection.execute(question).fetchall()
        return found

    def _now(self, table: str) -> str:
        return f'SELECT * FROM main."{table}"'

    @contextmanager
    def _unguarded(self, table: str) -> Iterator[None]:
        triggers = self._triggers.get(table, [])
        for name, _ in triggers:
            self._connection.execute(f'DROP TRIGGER "{name}"')
        yield
        for _, sql in triggers:
            self._connection.execute(sql)


class PostgresPhotograph(Photograph):
    """Kept in a schema of its own. What is no number is kept, and compared, as its text."""

    mark = "%s"
    settings = (
        "SET session_replication_role = replica",  # no trigger and no reference is asked
        "DROP SCHEMA IF EXISTS was CASCADE",
        "CREATE SCHEMA was",
    )

    def __init__(self, engine: Engine) -> None:
        self._columns: dict[str, list[str]] = {}
        super().__init__(engine)

    def _split_parts(self) -> Any:
        connection = super()._split_parts()
        connection.autocommit = True
        return connection

    def _listed(self) -> list[str]:
        for table, column, kind in self._connection.execute(COLUMNS_OF_POSTGRESQL).fetchall():
            shown = f'"{column}"' if kind in ("integer", "bigint", "boolean") else f'"{column}"::text AS "{column}"'
            self._columns.setdefault(table, []).append(shown)
        self.links = {table: {} for table in self._columns}
        self._keys = {table: [] for table in self._columns}
        for table, column, kind, target in self._connection.execute(KEYS_OF_POSTGRESQL).fetchall():
            if kind == "p":
                self._keys[table].append(column)
            else:
                self.links[table][column] = target
        return list(self._columns)

    def _now(self, table: str) -> str:
        return f'SELECT {", ".join(self._columns[table])} FROM public."{table}"'

    def _put_numbers_back(self) -> None:
        """Its sequences go on counting, as they do where a transaction is undone: worlds are compared on SQLite."""


COLUMNS_OF_POSTGRESQL = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' ORDER BY table_name, ordinal_position
"""
KEYS_OF_POSTGRESQL = """
SELECT it.relname, attname, contype, target.relname FROM pg_constraint
JOIN pg_class it ON it.oid = conrelid JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
LEFT JOIN pg_class target ON target.oid = confrelid
WHERE contype IN ('p', 'f') AND it.relnamespace = 'public'::regnamespace
"""


def photographed(engine: Engine) -> Photograph:
    """The database as it is now."""
    return PostgresPhotograph(engine) if engine.dialect.name == "postgresql" else SqlitePhotograph(engine)


@contextmanager
def written_tables(engine: Engine) -> Iterator[set[str]]:
    """The tables that statements write to meanwhile; noting that a session is in use is not counted,
    nor the audit log, which only grows."""
    tables: set[str] = set()

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found = WRITES.match(statement)
        if found and found[2] != AUDIT_LOG and not statement.startswith(STILL_IN_USE):
            tables.add(found[2])

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(engine, "before_cursor_execute", note)
