"""The whole database as it was, to see what a request changed and to put it back.

Works on the raw connection, below everything the application does.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

WRITES = re.compile(r'\s*(INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
STILL_IN_USE = "UPDATE dosar_session SET seen"
Row = dict[str, Any]


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


@dataclass
class Photograph:
    """Every row of every table."""

    engine: Engine
    rows: dict[str, list[Row]] = field(default_factory=dict)
    triggers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    links: dict[str, dict[str, str]] = field(default_factory=dict)
    """Table → column → table it points to, as the database has it."""

    def __post_init__(self) -> None:
        with self._raw() as connection:
            listed = connection.execute("SELECT name, type, tbl_name, sql FROM sqlite_master").fetchall()
            for name, kind, table, sql in listed:
                if kind == "table" and not name.startswith("sqlite_"):
                    self.rows[name] = self._read(connection, name)
                    found = connection.execute(f'PRAGMA foreign_key_list("{name}")').fetchall()
                    self.links[name] = {key[3]: key[2] for key in found}
                elif kind == "trigger":
                    self.triggers.setdefault(table, []).append((name, sql))

    @contextmanager
    def _raw(self) -> Iterator[Any]:
        pooled = self.engine.raw_connection()
        try:
            yield pooled.driver_connection
        finally:
            pooled.close()

    @staticmethod
    def _read(connection: Any, table: str) -> list[Row]:
        found = connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def changes(self, tables: Iterable[str]) -> list[Change]:
        """What differs now in these tables; each has an ``id``."""
        found = []
        with self._raw() as connection:
            for table in sorted(tables):
                before = {row["id"]: row for row in self.rows[table]}
                after = {row["id"]: row for row in self._read(connection, table)}
                found += [
                    Change(table, before.get(one), after.get(one))
                    for one in sorted({*before, *after}, key=str) if before.get(one) != after.get(one)
                ]
        return found

    def put_back(self, tables: Iterable[str]) -> None:
        """Make these tables what they were."""
        with self._raw() as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            connection.execute("BEGIN IMMEDIATE")
            for table in tables:
                self._put_back(connection, table)
            connection.execute("COMMIT")
            connection.execute("PRAGMA foreign_keys=ON")

    def _put_back(self, connection: Any, table: str) -> None:
        triggers = self.triggers.get(table, [])
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(f'DELETE FROM "{table}"')
        if self.rows[table]:
            names = ", ".join(f'"{name}"' for name in self.rows[table][0])
            marks = ", ".join("?" for _ in self.rows[table][0])
            connection.executemany(
                f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [tuple(row.values()) for row in self.rows[table]]
            )
        for _, sql in triggers:
            connection.execute(sql)


@contextmanager
def written_tables(engine: Engine) -> Iterator[set[str]]:
    """The tables that statements write to meanwhile; noting that a session is in use is not counted."""
    tables: set[str] = set()

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        found = WRITES.match(statement)
        if found and not statement.startswith(STILL_IN_USE):
            tables.add(found[2])
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield tables
    finally:
        event.remove(engine, "before_cursor_execute", note)
