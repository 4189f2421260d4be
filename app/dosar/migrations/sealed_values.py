"""What lay in clear in Dosar's own tables before format 6 is sealed: history, drafts, typed pages, names of files.

In the transaction of the start: a kill leaves all of it as it was, and the next start begins anew. Nothing of the
old values is left over. SQLite overwrites them (``secure_delete``); PostgreSQL writes the whole table anew before the
transaction ends, in a file of its own, and removes the old one.
"""

from collections.abc import Iterator, Sequence
from logging import getLogger
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, bindparam, column, func, inspect, select, table, update

from dosar.database.sealed_columns import SealedColumn
from dosar.database.system_tables import SYSTEM_METADATA

SEALED_VALUES_SINCE_FORMAT = 6
BATCH = 1000
TOLD_EVERY = 20_000
"""So many values between two lines that say how far it has come."""

log = getLogger(__name__)


def seal_own_values(connection: Connection) -> int:
    """Seal what is not sealed in Dosar's own tables; says how many values."""
    return sum(seal_column(connection, sealed) for sealed in _own_sealed_columns())


def _own_sealed_columns() -> Iterator[Column[Any]]:
    for own in SYSTEM_METADATA.sorted_tables:
        yield from (each for each in own.columns if isinstance(each.type, SealedColumn))


def seal_column(connection: Connection, sealed: Column[Any]) -> int:
    """Seal what stands in the column in clear; says how many values. Its table has an ``id``."""
    if connection.dialect.name != "postgresql":
        return _seal_rows(connection, sealed)
    if _is_binary(connection, sealed):
        return 0
    quote = connection.dialect.identifier_preparer.quote
    name, changed = quote(sealed.name), f"ALTER TABLE {quote(sealed.table.name)} ALTER COLUMN {quote(sealed.name)}"
    connection.exec_driver_sql(f"{changed} TYPE bytea USING convert_to({name}::text, 'UTF8')")
    count = _seal_rows(connection, sealed)
    # an expression, so that the table is written anew, without the rows as they were
    connection.exec_driver_sql(f"{changed} TYPE bytea USING {name} || ''::bytea")
    return count


def _is_binary(connection: Connection, sealed: Column[Any]) -> bool:
    stored = inspect(connection).get_columns(sealed.table.name)
    return any(each["name"] == sealed.name and isinstance(each["type"], LargeBinary) for each in stored)


def _seal_rows(connection: Connection, sealed: Column[Any]) -> int:
    """Seal the values one batch after the other."""
    sealed_type = sealed.type
    assert isinstance(sealed_type, SealedColumn)
    in_clear = table(sealed.table.name, column("id"), column(sealed.name))
    changed = update(in_clear).where(in_clear.c.id == bindparam("row"))
    changed = changed.values({sealed.name: bindparam("envelope", type_=LargeBinary)})
    count = 0
    for rows in _batches(connection, in_clear.c.id, in_clear.c[sealed.name]):
        envelopes = (
            {"row": number, "envelope": sealed_type.seal(_as_bytes(value), connection.dialect)}
            for number, value in rows
        )
        connection.execute(changed, list(envelopes))
        count += len(rows)
        if count % TOLD_EVERY == 0:
            log.info("Sealing %s: %d so far", sealed_type.place, count)
    return count


def _batches(connection: Connection, number: Any, value: Any) -> Iterator[Sequence[Any]]:
    """(id, value in clear) of all rows, in the order of their ids."""
    in_clear = [value.is_not(None)]
    if connection.dialect.name == "sqlite":
        in_clear.append(func.typeof(value) != "blob")
    last = 0
    while rows := connection.execute(
        select(number, value).where(number > last, *in_clear).order_by(number).limit(BATCH)
    ).all():
        yield rows
        last = rows[-1][0]


def _as_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
