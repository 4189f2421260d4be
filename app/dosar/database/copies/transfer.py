"""An organisation moves from one database to another, and nothing is missing on arrival.

Works on tables alone, whatever stands in them; columns and tables that no form names any more move too.
All or nothing: the copy is read again and compared, table by table, before it is kept.
"""

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Insert,
    LargeBinary,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table

from dosar.database.sealing.answer_columns import CHOSEN
from dosar.database.sealing.sealed_columns import KeyedColumn
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import attachment_table
from dosar.database.writing.append_only import close_like
from dosar.database.writing.lasting_numbers import give_numbers_once, numbers_given, raise_numbers

COPY_BATCH = 1000
COPY_FILES_BATCH = 4
"""Files are held in memory while they move."""


@dataclass(frozen=True)
class TableContent:
    """How many rows a table has and what they add up to, in whichever database it lies."""

    rows: int
    digest: str


CopiedTables = dict[str, TableContent]


def copy_database(source: Store, target: Store, tables: Iterable[Table], before_upgrade: bool = False) -> CopiedTables:
    """Copy everything in ``source`` to the empty database ``target``, and say what was copied.

    ``tables`` are those the program knows; of one name the first counts. ``before_upgrade`` takes a database of an
    earlier version as it stands. Raises :class:`StoreError`, and leaves the target as it was, when it already holds
    something or the copy differs from its source.
    """
    with source.snapshot() as read, target.writing() as session:
        write = session.connection()
        metadata = _all_tables(read, tables, before_upgrade)
        _require_empty(write, metadata)
        metadata.create_all(write)
        give_numbers_once(write)
        deferred = _defer_references(write, metadata)
        for table in metadata.tables.values():
            _copy_rows(read, write, table)
        _restore_references(write, deferred)
        counts = {name: _same_content(read, write, table) for name, table in sorted(metadata.tables.items())}
        _continue_numbers(write, metadata, numbers_given(read))
        close_like(read, write)
    return counts


def _all_tables(read: Connection, tables: Iterable[Table], before_upgrade: bool) -> MetaData:
    """The tables as the program knows them, and what else the database kept of older forms."""
    metadata = MetaData()
    stored = dict(_stored_columns(read))
    for table in tables:
        if table.name not in metadata.tables:
            names = {column.name for column in stored.get(table.name, ())}
            if not before_upgrade:
                _require_upgraded(table, names)
                table.to_metadata(metadata)
            elif names:
                _as_it_stands(table, names, metadata)
    for name, columns in stored.items():
        known = metadata.tables.get(name)
        if known is None:
            Table(name, metadata, *columns)
            continue
        for column in columns:
            if column.name not in known.columns:
                known.append_column(column)
        _as_sealed_bytes(known, columns, before_upgrade)
    return metadata


def _as_sealed_bytes(known: Table, stored: Iterable[Column[Any]], before_upgrade: bool) -> None:
    """Let sealed values be copied as they lie, without a key; those of an earlier version lie there in clear, and
    choices before an upgrade otherwise, perhaps, than the present forms want them."""
    before = {column.name: column.type for column in stored if before_upgrade}
    for column in known.columns:
        kind = before.get(column.name)
        if kind is not None and column.info.get(CHOSEN):
            column.type = kind
        elif isinstance(column.type, KeyedColumn):
            in_clear = kind is not None and not isinstance(kind, LargeBinary)
            column.type = column.type.plain if in_clear else column.type.lies_as


def _as_it_stands(table: Table, stored: Set[str], metadata: MetaData) -> None:
    """The table without the columns that a later version gave it, and without what is said of those."""
    if {*table.columns.keys()} <= stored:
        table.to_metadata(metadata)
        return
    former_table = Table(
        table.name, metadata, *(_column_like(column) for column in table.columns if column.name in stored)
    )
    for index in table.indexes:
        names = [expression.name if isinstance(expression, Column) else "" for expression in index.expressions]
        is_partial = any(option is not None for option in index.dialect_kwargs.values())
        if {*names} <= {*former_table.columns.keys()} and not is_partial:
            Index(index.name, *(former_table.columns[name] for name in names), unique=index.unique)


def _column_like(column: Column[Any]) -> Column[Any]:
    return Column(
        column.name,
        column.type,
        *(ForeignKey(key.target_fullname) for key in column.foreign_keys),
        primary_key=column.primary_key,
        nullable=column.nullable,
        server_default=column.server_default,
        info=column.info,
    )


def _stored_columns(read: Connection) -> Iterator[tuple[str, list[Column[Any]]]]:
    """Each table there is, with its columns as any database has them; what nobody writes any more too.

    Not by ``reflect``: it looks at the indexes as well, and warns of those over expressions.
    """
    found = inspect(read)
    for name in found.get_table_names():
        keys = found.get_pk_constraint(name)["constrained_columns"]
        columns = found.get_columns(name)
        sealed = _lying_as(read, name, "blob", [each["name"] for each in columns if isinstance(each["type"], String)])
        coded = _lying_as(read, name, "text", [each["name"] for each in columns if isinstance(each["type"], Boolean)])
        kinds: dict[str, Any] = {**dict.fromkeys(sealed, LargeBinary()), **dict.fromkeys(coded, Text())}
        yield (
            name,
            [
                Column(
                    column["name"],
                    kinds.get(column["name"]) or column["type"].as_generic(),
                    primary_key=column["name"] in keys,
                    nullable=column["nullable"],
                )
                for column in columns
            ],
        )


def _lying_as(read: Connection, table: str, kind: str, names: list[str]) -> set[str]:
    """The columns that SQLite goes on calling what they were before an upgrade sealed what stands in them."""
    if read.dialect.name != "sqlite" or not names:
        return set()
    stored = named_table(table, *map(named_column, names))
    found = read.execute(select(*(func.max(func.typeof(stored.c[name]) == kind) for name in names))).one()
    return {name for name, is_such in zip(names, found, strict=True) if is_such}


def _require_upgraded(known: Table, stored: Set[str]) -> None:
    if missing := {*known.columns.keys()} - stored:
        raise StoreError(
            "The forms have changed since the database was last opened: %(table)s has no %(column)s yet. "
            "Upgrade first (dosar upgrade), then copy.",
            table=known.name,
            column=min(missing),
        )


def _require_empty(write: Connection, metadata: MetaData) -> None:
    for name in sorted(set(inspect(write).get_table_names())):
        known = metadata.tables.get(name)
        if known is None or write.scalar(select(func.count()).select_from(known)):
            raise StoreError(
                "The database to copy to is not empty: it has %(table)s. Copy to a new database.", table=name
            )


def _defer_references(write: Connection, metadata: MetaData) -> list[str]:
    """Let rows come before the rows they point to, until all are there; returns what undoes it."""
    if write.dialect.name == "sqlite":
        write.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        return []
    quote = write.dialect.identifier_preparer.quote
    pointing = [
        f"ALTER TABLE {quote(table)} ALTER CONSTRAINT {quote(str(key['name']))}"
        for table in metadata.tables
        for key in inspect(write).get_foreign_keys(table)
    ]
    for constraint in pointing:
        write.exec_driver_sql(f"{constraint} DEFERRABLE INITIALLY DEFERRED")
    return [f"{constraint} NOT DEFERRABLE" for constraint in pointing]


def _restore_references(write: Connection, deferred: list[str]) -> None:
    if deferred:
        write.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    for constraint in deferred:
        write.exec_driver_sql(constraint)


def _copy_rows(read: Connection, write: Connection, table: Table) -> None:
    statement = _insert_statement(table)
    for batch in _row_batches(read, table):
        write.execute(statement, batch)


def _insert_statement(table: Table) -> Insert:
    """An insert that keeps "no answer" apart from the JSON word null."""
    values = {
        column.name: bindparam(column.name, type_=JSON(none_as_null=bool(column.nullable)))
        for column in table.columns
        if isinstance(column.type, JSON)
    }
    return insert(table).values(values) if values else insert(table)


def _row_batches(connection: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    size = COPY_FILES_BATCH if table.name == attachment_table.name else COPY_BATCH
    found = connection.execute(select(table), execution_options={"yield_per": size}).mappings()
    for batch in found.partitions(size):
        yield [dict(row) for row in batch]


def table_content(connection: Connection, table: Table) -> TableContent:
    """What stands in a table, independent of the database and of the order of its rows."""
    rows, total = 0, 0
    for batch in _row_batches(connection, table):
        rows += len(batch)
        total += sum(_row_digest(row) for row in batch)
    return TableContent(rows, f"{total % 2**256:064x}")


def _same_content(read: Connection, write: Connection, table: Table) -> TableContent:
    before, after = table_content(read, table), table_content(write, table)
    if before != after:
        raise StoreError(
            "%(table)s arrived differently: rows before: %(before)s, after: %(after)s. Nothing was copied.",
            table=table.name,
            before=before.rows,
            after=after.rows,
        )
    return before


def _row_digest(row: dict[str, Any]) -> int:
    content = json.dumps(
        {name: _portable_value(value) for name, value in row.items()}, sort_keys=True, ensure_ascii=False
    )
    return int.from_bytes(hashlib.sha256(content.encode()).digest())


def _portable_value(value: Any) -> Any:
    """A value as both databases tell it."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize() + 0)
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value


def _continue_numbers(write: Connection, metadata: MetaData, given: Mapping[str, int]) -> None:
    """The next number follows the highest that was ``given`` there, to a record that is no more perhaps."""
    if write.dialect.name == "sqlite":
        raise_numbers(write, {name: number for name, number in given.items() if name in metadata.tables})
        return
    for table in metadata.tables.values():
        column = table.autoincrement_column
        copied = None if column is None else write.scalar(select(func.max(column)))
        highest = max(copied or 0, given.get(table.name, 0))
        if column is not None and highest:
            write.execute(select(func.setval(_id_sequence(table, column), highest)))


def _id_sequence(table: Table, column: Column[Any]) -> Any:
    if isinstance(column.default, Sequence):
        return column.default.name
    return func.pg_get_serial_sequence(f'"{table.name}"', column.name)
