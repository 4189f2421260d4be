"""The tables as they stand at this point of a plan: what was read from the database, and what the steps change."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, Table
from sqlalchemy.schema import CreateColumn, CreateIndex

from dosar.database.ordering.form_indexes import INDEX_PREFIX
from dosar.database.writing.append_only import closed_tables
from dosar.records.case_members import CASE_OF_SHEET

EVERY_COLUMN = {
    "sqlite": (
        "SELECT owner.name, its.name FROM sqlite_master AS owner JOIN pragma_table_info(owner.name) AS its "
        "WHERE owner.type = 'table' AND substr(owner.name, 1, 7) <> 'sqlite_'"
    ),
    "postgresql": (
        "SELECT owner.relname, attname FROM pg_class AS owner JOIN pg_attribute ON attrelid = owner.oid "
        "AND attnum > 0 AND NOT attisdropped JOIN pg_namespace AS place ON place.oid = relnamespace "
        "WHERE relkind IN ('r', 'p') AND relpersistence <> 't' AND nspname <> 'pg_catalog' "
        "AND pg_table_is_visible(owner.oid)"
    ),
}
"""Table and column. SQLAlchemy's inspector finds the same by a hundred questions, and types that nobody asks for."""
EVERY_INDEX = {
    "sqlite": (
        "SELECT made.tbl_name, made.name, its.name FROM sqlite_master AS made "
        "LEFT JOIN pragma_index_info(made.name) AS its WHERE made.type = 'index' AND made.sql IS NOT NULL"
    ),
    "postgresql": (
        "SELECT owner.relname, made.relname, attname FROM pg_index JOIN pg_class AS made ON made.oid = indexrelid "
        "JOIN pg_class AS owner ON owner.oid = indrelid "
        "LEFT JOIN pg_attribute ON attrelid = owner.oid AND attnum = ANY (indkey) WHERE NOT indisprimary"
    ),
}
"""Table, index, and each of its columns; of an expression there is none."""

Place = tuple[str, str]
"""A table, and a column in it."""


@dataclass
class TableState:
    """A table as it stands at this point of the plan."""

    columns: set[str] = field(default_factory=set)
    indexes: dict[str, set[str]] = field(default_factory=dict)
    """Index → its columns, as they were called at first."""
    moved: set[str] = field(default_factory=set)
    """Columns that got another name: indexes over them are made anew."""
    changed: bool = False
    """Whether its columns are others than before."""

    def move(self, old: str, new: str) -> None:
        """A column gets another name."""
        self.columns = self.columns - {old} | {new}
        self.moved |= {old}
        self.changed = True

    def without_indexes(self) -> "TableState":
        """The table under another name: its indexes, and what closes it, are made anew."""
        return TableState(self.columns, changed=True)

    def add(self, names: Iterable[str]) -> None:
        """Columns are added."""
        self.columns |= {*names}
        self.changed = True


class PlannedSchema:
    """The tables that are there, by name; every method that changes one gives back the statement that does it."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect
        self.quote = connection.dialect.identifier_preparer.quote
        self.tables = _read_tables(connection)
        self.closed = closed_tables(connection)
        """The tables that are only added to."""
        self._moved: dict[Place, Place] = {}

    def rename_table(self, old: str, new: str) -> str:
        """Give a table another name; its indexes and what closes it stay."""
        for column in self.tables[old].columns:
            self._move((old, column), (new, column))
        self.tables[new] = self.tables.pop(old)
        self.closed |= {new} if old in self.closed else set()
        return f"ALTER TABLE {self.quote(old)} RENAME TO {self.quote(new)}"

    def forget(self, table: str) -> None:
        """The table is no more."""
        self.tables.pop(table)
        self.closed.discard(table)

    def add_table(self, table: Table) -> None:
        """The table is there, with its indexes."""
        indexes = {str(index.name): {*index.columns.keys()} for index in table.indexes}
        self.tables[table.name] = TableState({*table.c.keys()}, indexes)

    def move_column(self, table: str, old: str, new: str) -> str:
        """Give a column another name."""
        self._move((table, old), (table, new))
        self.tables[table].move(old, new)
        return f"ALTER TABLE {self.quote(table)} RENAME COLUMN {self.quote(old)} TO {self.quote(new)}"

    def take_moved(self) -> dict[str, dict[str, str]]:
        """Table → column → where it stood (``table.column``): those that moved since this was asked last."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for (table, column), was in self._moved.items():
            found[table][column] = ".".join(was)
        self._moved = {}
        return found

    def _move(self, old: Place, new: Place) -> None:
        self._moved[new] = self._moved.pop(old, old)

    def add_columns(self, table: str, columns: Collection[Column[Any]]) -> list[str]:
        """Add columns; records that are there have nothing in them."""
        self.tables[table].add(column.name for column in columns)
        return [f"ALTER TABLE {self.quote(table)} ADD COLUMN {self._column_spec(column)}" for column in columns]

    def _column_spec(self, column: Column[Any]) -> str:
        spec = str(CreateColumn(column).compile(dialect=self.dialect)).strip()
        if column.name == CASE_OF_SHEET:
            spec = spec.removesuffix(" NOT NULL")  # the records that are there have none yet
        for key in column.foreign_keys:
            spec += f" REFERENCES {self.quote(key.column.table.name)} (id)"
        return spec

    def replace_indexes(self, table: Table) -> list[str]:
        """Drop the indexes that are not wanted any more or over other columns, and make those that lack."""
        state = self.tables[table.name]
        indexes = {str(index.name): index for index in table.indexes}
        useless = {
            name
            for name, columns in state.indexes.items()
            if name.startswith(INDEX_PREFIX) and (name not in indexes or columns & state.moved)
        }
        made = [index for name, index in indexes.items() if name not in state.indexes or name in useless]
        return [
            *(f"DROP INDEX IF EXISTS {self.quote(name)}" for name in sorted(useless)),
            *(str(CreateIndex(index, if_not_exists=True).compile(dialect=self.dialect)) for index in made),
        ]

    def free_column(self, table: str, name: str) -> str:
        """The name, or the next one that no column has."""
        return _free_name(name, self.tables[table].columns)

    def free_table(self, name: str) -> str:
        """The name, or the next one that no table has."""
        return _free_name(name, self.tables)


def _free_name(name: str, taken: Collection[str]) -> str:
    number = 1
    while (free := name if number == 1 else f"{name}{number}") in taken:
        number += 1
    return free


def _read_tables(connection: Connection) -> dict[str, TableState]:
    states: dict[str, TableState] = {}
    for table, column in connection.exec_driver_sql(EVERY_COLUMN[connection.dialect.name]):
        states.setdefault(table, TableState()).columns.add(column)
    for table, index, column in connection.exec_driver_sql(EVERY_INDEX[connection.dialect.name]):
        if table in states:
            states[table].indexes.setdefault(index, set()).update(() if column is None else (column,))
    return states
