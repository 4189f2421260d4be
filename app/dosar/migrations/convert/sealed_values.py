"""What lay in clear in Dosar's own tables is sealed: before format 6 history, drafts, typed pages and names of files,
before format 14 the addresses of these pages and the names of saved lists.

In the transaction of the start: a kill leaves all of it as it was, and the next start begins anew. Nothing of the
old values is left over. SQLite overwrites them (``secure_delete``); PostgreSQL writes the whole table anew before the
transaction ends, in a file of its own, and removes the old one.
"""

from collections.abc import Iterator, Sequence
from logging import getLogger
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    Table,
    TableClause,
    bindparam,
    column,
    func,
    inspect,
    or_,
    select,
    table,
    update,
)

from dosar.database.sealing.sealed_columns import SealedColumn
from dosar.database.system_tables import SYSTEM_METADATA

BATCH = 1000
TOLD_EVERY = 20_000
"""So many values between two lines that say how far it has come."""

SealedName = tuple[str, SealedColumn]
"""A column's name, and how it is sealed."""

log = getLogger(__name__)


def seal_own_values(connection: Connection) -> int:
    """Seal what is not sealed in Dosar's own tables; says how many rows."""
    return sum(seal_columns(connection, own.name, names) for own, names in _own_sealed_columns())


def _own_sealed_columns() -> Iterator[tuple[Table, list[SealedName]]]:
    for own in SYSTEM_METADATA.sorted_tables:
        if names := [(each.name, each.type) for each in own.columns if isinstance(each.type, SealedColumn)]:
            yield own, names


def seal_columns(connection: Connection, table_name: str, columns: Sequence[SealedName]) -> int:
    """Seal what stands in these columns in clear; says in how many rows. Their table has an ``id``."""
    if connection.dialect.name != "postgresql":
        return _seal_rows(connection, table_name, columns)
    in_clear = _in_clear(connection, table_name)
    columns = [(name, kind) for name, kind in columns if name in in_clear]
    if not columns:
        return 0
    quote = connection.dialect.identifier_preparer.quote
    names = [quote(name) for name, _ in columns]
    connection.exec_driver_sql(
        f"ALTER TABLE {quote(table_name)} " + ", ".join(f"ALTER COLUMN {name} DROP DEFAULT" for name in names)
    )
    alter = f"ALTER TABLE {quote(table_name)} " + ", ".join(
        f"ALTER COLUMN {name} TYPE bytea USING {{}}" for name in names
    )
    connection.exec_driver_sql(alter.format(*(f"convert_to({name}::text, 'UTF8')" for name in names)))
    count = _seal_rows(connection, table_name, columns)
    # an expression, so that the table is written anew, without the rows as they were
    connection.exec_driver_sql(alter.format(*(f"{name} || ''::bytea" for name in names)))
    return count


def _in_clear(connection: Connection, table_name: str) -> set[str]:
    """The columns that hold no bytes yet."""
    stored = inspect(connection).get_columns(table_name)
    return {each["name"] for each in stored if not isinstance(each["type"], LargeBinary)}


def _seal_rows(connection: Connection, table_name: str, columns: Sequence[SealedName]) -> int:
    """Seal the values one batch after the other."""
    in_clear = table(table_name, column("id"), *[column(name) for name, _ in columns])
    changed = update(in_clear).where(in_clear.c.id == bindparam("row"))
    changed = changed.values({name: bindparam(f"to_{name}", type_=LargeBinary) for name, _ in columns})
    count = 0
    for rows in _batches(connection, in_clear, [in_clear.c[name] for name, _ in columns]):
        envelopes = [
            {
                "row": number,
                **{
                    f"to_{name}": _sealed(kind, value, connection)
                    for (name, kind), value in zip(columns, values, strict=True)
                },
            }
            for number, *values in rows
        ]
        connection.execute(changed, envelopes)
        count += len(rows)
        if count % TOLD_EVERY == 0:
            log.info("Sealing answers and texts: %d rows so far", count)
    return count


def _batches(connection: Connection, in_clear: TableClause, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """(id, the values) of the rows with something in clear, in the order of their ids."""
    number = in_clear.c.id
    unsealed = or_(*(_is_in_clear(connection, value) for value in values))
    last = 0
    while rows := connection.execute(
        select(number, *values).where(number > last, unsealed).order_by(number).limit(BATCH)
    ).all():
        yield rows
        last = rows[-1][0]


def _is_in_clear(connection: Connection, value: Any) -> Any:
    is_given = value.is_not(None)
    return is_given & (func.typeof(value) != "blob") if connection.dialect.name == "sqlite" else is_given


def _sealed(kind: SealedColumn, value: Any, connection: Connection) -> bytes | None:
    """The envelope; on SQLite bytes are one already."""
    if value is None or (isinstance(value, bytes) and connection.dialect.name == "sqlite"):
        return value
    return kind.seal(value if isinstance(value, bytes) else str(value).encode(), connection.dialect)
