"""The whole database as it was, to see what a request changed and to put it back.

Works on the raw connection, below everything the application does.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

WRITES = re.compile(r'\s*(INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)"?', re.IGNORECASE)
STILL_IN_USE = "UPDATE dosar_session SET seen"
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


class Photograph:
    """Every row of every table, kept beside the database, which itself compares and says what differs."""

    def __init__(self, engine: Engine) -> None:
        self._pooled = engine.raw_connection()
        self._connection: Any = self._pooled.driver_connection
        self.links: dict[str, dict[str, str]] = {}
        """Table → column → table it points to, as the database has it."""
        self._keys: dict[str, list[str]] = {}
        self._triggers: dict[str, list[tuple[str, str]]] = {}
        # nobody needs this connection's work after a power cut
        for setting in ("PRAGMA foreign_keys=OFF", "PRAGMA synchronous=OFF", "ATTACH ':memory:' AS was KEY ''"):
            self._connection.execute(setting)
        self._take()

    def _take(self) -> None:
        listed = self._connection.execute("SELECT name, type, tbl_name, sql FROM main.sqlite_master").fetchall()
        for name, kind, table, sql in listed:
            if kind == "table" and not name.startswith("sqlite_"):
                self._connection.execute(f'CREATE TABLE was."{name}" AS SELECT * FROM main."{name}"')
                links = self._connection.execute(f'PRAGMA main.foreign_key_list("{name}")').fetchall()
                self.links[name] = {link[3]: link[2] for link in links}
                columns = self._connection.execute(f'PRAGMA main.table_info("{name}")').fetchall()
                self._keys[name] = [column[1] for column in columns if column[5]]
            elif kind == "trigger":
                self._triggers.setdefault(table, []).append((name, sql))

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
            after, before = self._differing(table, "main", "was"), self._differing(table, "was", "main")
            found += [Change(table, before.get(key), after.get(key)) for key in sorted({*before, *after})]
        return found

    def _differing(self, table: str, here: str, there: str) -> dict[Key, Row]:
        """The rows that are so only here, by their key."""
        found = self._connection.execute(f'SELECT * FROM {here}."{table}" EXCEPT SELECT * FROM {there}."{table}"')
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {tuple(row[name] for name in self._keys[table]): row for row in rows}

    def row(self, table: str, number: int | None) -> Row | None:
        """The row with this number, as it was."""
        found = self._connection.execute(f'SELECT * FROM was."{table}" WHERE id = ?', (number,))
        names = [column[0] for column in found.description]
        return next((dict(zip(names, row, strict=True)) for row in found.fetchall()), None)

    def put_back(self, tables: Iterable[str]) -> None:
        """Make these tables what they were."""
        self._connection.execute("BEGIN IMMEDIATE")
        for table in tables:
            self._put_back(table)
        self._connection.execute("COMMIT")

    def _put_back(self, table: str) -> None:
        later, sooner = self._differing(table, "main", "was"), self._differing(table, "was", "main")
        if not later and not sooner:
            return
        for name, _ in self._triggers.get(table, []):
            self._connection.execute(f'DROP TRIGGER "{name}"')
        its_key = " AND ".join(f'"{name}" = ?' for name in self._keys[table])
        self._connection.executemany(f'DELETE FROM "{table}" WHERE {its_key}', list(later))
        for row in sooner.values():
            marks = ", ".join("?" for _ in row)
            self._connection.execute(f'INSERT INTO "{table}" VALUES ({marks})', list(row.values()))
        for _, sql in self._triggers.get(table, []):
            self._connection.execute(sql)


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
