"""What lay in clear in Dosar's own tables is sealed: before format 6 history, drafts, typed pages and names of files,
before format 14 the addresses of these pages and the names of saved lists.

In the transaction of the start: a kill leaves all of it as it was, and the next start begins anew. Nothing of the
old values is left over. SQLite overwrites them (``secure_delete``); PostgreSQL writes the whole table anew before the
transaction ends, in a file of its own, and removes the old one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from logging import getLogger
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    LargeBinary,
    Table,
    bindparam,
    column,
    func,
    inspect,
    or_,
    select,
    table,
    update,
)
from sqlalchemy.types import TypeEngine

from dosar.database.sealing.answer_columns import StoredBytes
from dosar.database.sealing.sealed_columns import SealedColumn
from dosar.database.system_tables import SYSTEM_METADATA

BATCH = 1000
TOLD_EVERY = 20_000
"""So many values between two lines that say how far it has come."""

SealedName = tuple[str, SealedColumn]
"""A column's name, and how it is sealed."""


@dataclass(frozen=True)
class Rewriting:
    """How the values of a column are written anew."""

    is_meant: Callable[[Any], Any]
    """The condition that the column holds such a value."""
    anew: Callable[[Any, Dialect], Any]
    """How a value lies from now on; of the rows with such a value every one is asked for."""
    lies_as: type[TypeEngine[Any]] = StoredBytes


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
    if connection.dialect.name == "postgresql":
        in_clear = _in_clear(connection, table_name)
        columns = [(name, kind) for name, kind in columns if name in in_clear]
        if not columns:
            return 0
        _let_hold_bytes(connection, table_name, [name for name, _ in columns])
    rewritings = {name: Rewriting(partial(_is_in_clear, connection), partial(_sealed, kind)) for name, kind in columns}
    count = write_anew(connection, table_name, rewritings)
    write_table_anew(connection, table_name, rewritings)
    return count


def write_anew(connection: Connection, table_name: str, rewritings: Mapping[str, Rewriting]) -> int:
    """Write what is meant in these columns (column → how) anew, one batch after the other; says in how many rows."""
    lying = table(table_name, column("id"), *map(column, rewritings))
    changed = update(lying).where(lying.c.id == bindparam("row"))
    changed = changed.values(
        {name: bindparam(f"to_{name}", type_=rewriting.lies_as) for name, rewriting in rewritings.items()}
    )
    is_meant = or_(*(rewriting.is_meant(lying.c[name]) for name, rewriting in rewritings.items()))
    count, last = 0, 0
    while rows := connection.execute(
        select(lying).where(lying.c.id > last, is_meant).order_by(lying.c.id).limit(BATCH)
    ).all():
        anew = [
            {
                "row": number,
                **{
                    f"to_{name}": rewriting.anew(value, connection.dialect)
                    for (name, rewriting), value in zip(rewritings.items(), values, strict=True)
                },
            }
            for number, *values in rows
        ]
        connection.execute(changed, anew)
        count, last = count + len(rows), rows[-1][0]
        if count % TOLD_EVERY == 0:
            log.info("Sealing answers and texts: %d rows so far", count)
    return count


def write_table_anew(connection: Connection, table_name: str, names: Iterable[str]) -> None:
    """Let PostgreSQL write the table anew, without the rows as they were: these columns are told by an expression."""
    if connection.dialect.name == "postgresql":
        _alter_to_bytes(connection, table_name, {name: "{name} || ''::bytea" for name in names})


def _in_clear(connection: Connection, table_name: str) -> set[str]:
    """The columns that hold no bytes yet."""
    stored = inspect(connection).get_columns(table_name)
    return {each["name"] for each in stored if not isinstance(each["type"], LargeBinary)}


def _let_hold_bytes(connection: Connection, table_name: str, names: Sequence[str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    dropped = ", ".join(f"ALTER COLUMN {quote(name)} DROP DEFAULT" for name in names)
    connection.exec_driver_sql(f"ALTER TABLE {quote(table_name)} {dropped}")
    _alter_to_bytes(connection, table_name, dict.fromkeys(names, "convert_to({name}::text, 'UTF8')"))


def _alter_to_bytes(connection: Connection, table_name: str, made: Mapping[str, str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    altered = ", ".join(
        f"ALTER COLUMN {quote(name)} TYPE bytea USING {expression.format(name=quote(name))}"
        for name, expression in made.items()
    )
    connection.exec_driver_sql(f"ALTER TABLE {quote(table_name)} {altered}")


def _is_in_clear(connection: Connection, value: Any) -> Any:
    is_given = value.is_not(None)
    return is_given & (func.typeof(value) != "blob") if connection.dialect.name == "sqlite" else is_given


def _sealed(kind: SealedColumn, value: Any, dialect: Dialect) -> bytes | None:
    """The envelope; on SQLite bytes are one already."""
    if value is None or (isinstance(value, bytes) and dialect.name == "sqlite"):
        return value
    return kind.seal(value if isinstance(value, bytes) else str(value).encode(), dialect)
