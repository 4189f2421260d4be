"""What was chosen lies as the forms want it: as codes of its question's place where it is sensitive, else in clear.

Looked up in the database itself, so whatever made a difference is put right: an earlier version, another sensitivity,
a rule that tells of a sensitive answer. A code of another place is believed only where an upgrade moved it from
(:mod:`dosar.migrations.convert.bound_answers`). In the transaction of the start; nothing of the old values is left over
(see :mod:`dosar.migrations.convert.sealed_values`).
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from logging import getLogger
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    case,
    cast,
    func,
    inspect,
    select,
    update,
)
from sqlalchemy import column as named_column
from sqlalchemy import table as named_table
from sqlalchemy.schema import CreateIndex
from sqlalchemy.types import TypeDecorator, TypeEngine

from dosar.database.ordering.form_indexes import INDEX_PREFIX
from dosar.database.sealing.answer_columns import CHOSEN
from dosar.database.sealing.sealed_choices import ChoiceAsItLies, SealedChoice, choice_beginning
from dosar.database.writing.append_only import table_opened

BATCH = 1000
EVERY_INDEX = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "postgresql": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
}

log = getLogger(__name__)


def settle_choices(connection: Connection, tables: Collection[Table]) -> int:
    """Bring the choices in these tables, as they should be, to lie so; says in how many columns any did not."""
    stored = _stored_types(connection, tables)
    return sum(_settle_table(connection, table, stored[table.name]) for table in tables if table.name in stored)


def has_unsettled_choices(connection: Connection, tables: Collection[Table]) -> bool:
    """Whether any choice in these tables lies otherwise than it should."""
    stored = _stored_types(connection, tables)
    return any(_unsettled(connection, table, stored[table.name]) for table in tables if table.name in stored)


def drop_indexes_over(connection: Connection, table: str, names: Iterable[str]) -> None:
    """Drop those indexes of the forms that say one of these columns."""
    quote = connection.dialect.identifier_preparer.quote
    mentions = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b")
    for owner, index, made in connection.exec_driver_sql(EVERY_INDEX[connection.dialect.name]).all():
        if owner == table and index.startswith(INDEX_PREFIX) and mentions.search(made.partition("(")[2]):
            connection.exec_driver_sql(f"DROP INDEX {quote(index)}")


def _settle_table(connection: Connection, table: Table, stored: Mapping[str, TypeEngine[Any]]) -> int:
    unsettled = _unsettled(connection, table, stored)
    if not unsettled:
        return 0
    names = [column.name for column in unsettled]
    drop_indexes_over(connection, table.name, names)
    with table_opened(connection, table.name):
        _let_hold_texts(connection, table.name, [name for name in names if not isinstance(stored[name], Text)])
        count = _write_anew(connection, table.name, unsettled)
        _rewrite_table(connection, table.name, unsettled)
    _remake_indexes(connection, table, stored)
    if count:
        log.info("Sealing choices, or opening them: %d rows written anew", count)
    return len(unsettled)


def _stored_types(connection: Connection, tables: Collection[Table]) -> Mapping[str, Mapping[str, TypeEngine[Any]]]:
    """Table → column → its type, as they are, of those tables that hold choices."""
    names = [table.name for table in tables if any(column.info.get(CHOSEN) for column in table.columns)]
    found = inspect(connection).get_multi_columns(filter_names=names) if names else {}
    return {name: {column["name"]: column["type"] for column in columns} for (_, name), columns in found.items()}


def _unsettled(connection: Connection, table: Table, stored: Mapping[str, TypeEngine[Any]]) -> Sequence[Column[Any]]:
    chosen = [column for column in table.columns if column.info.get(CHOSEN) and column.name in stored]
    found = {*_wrongly_typed(connection, chosen, stored), *_wrongly_lying(connection, table, chosen, stored)}
    return [column for column in chosen if column in found]


def _wrongly_typed(
    connection: Connection, chosen: Sequence[Column[Any]], stored: Mapping[str, TypeEngine[Any]]
) -> Iterator[Column[Any]]:
    """Yes or no in clear needs a column of its own; on PostgreSQL codes need one of texts, SQLite takes them in any."""
    for column in chosen:
        kept = stored[column.name]
        if isinstance(column.type, Boolean):
            fits = isinstance(kept, Boolean)
        elif connection.dialect.name == "sqlite":
            fits = True
        else:
            fits = isinstance(kept, Text if isinstance(column.type, SealedChoice) else String)
        if not fits:
            yield column


def _wrongly_lying(
    connection: Connection, table: Table, chosen: Sequence[Column[Any]], stored: Mapping[str, TypeEngine[Any]]
) -> Sequence[Column[Any]]:
    """The columns in which something lies that should lie otherwise."""
    is_typed = connection.dialect.name == "postgresql"
    asked = [column for column in chosen if not (is_typed and isinstance(stored[column.name], Boolean))]
    if not asked:
        return ()
    lying = named_table(table.name, *[named_column(column.name) for column in asked])
    found = connection.execute(
        select(*[func.max(_lies_wrongly(connection, column, lying.c[column.name])) for column in asked])
    ).one()
    return [column for column, wrongly in zip(asked, found, strict=True) if wrongly]


def _lies_wrongly(connection: Connection, column: Column[Any], lying: Any) -> Any:
    """In clear where it should be sealed, or the other way round; a code of another place stays, and is not read."""
    kind = column.type
    if isinstance(kind, SealedChoice):
        beginning = choice_beginning(ChoiceAsItLies(kind.plain), connection.dialect)
        return case((func.substr(lying, 1, len(beginning)) != beginning, 1), else_=0)
    beginning = choice_beginning(ChoiceAsItLies(kind, _place(column)), connection.dialect)
    return case((func.substr(lying, 1, len(beginning)) == beginning, 1), else_=0)


def _place(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def _let_hold_texts(connection: Connection, table: str, names: Sequence[str]) -> None:
    if connection.dialect.name == "postgresql":
        _alter(connection, table, {name: "TYPE text USING {name}::text" for name in names})


def _write_anew(connection: Connection, table: str, columns: Sequence[Column[Any]]) -> int:
    """Write what lies otherwise, one batch after the other; says in how many rows."""
    lying = named_table(table, named_column("id"), *[named_column(column.name) for column in columns])
    changed = update(lying).where(lying.c.id == bindparam("row"))
    changed = changed.values({column.name: bindparam(f"to_{column.name}") for column in columns})
    count, last = 0, 0
    while rows := connection.execute(select(lying).where(lying.c.id > last).order_by(lying.c.id).limit(BATCH)).all():
        fresh = [(number, _settled(connection, columns, values)) for number, *values in rows]
        anew = [
            {"row": number, **{f"to_{column.name}": value for column, value in zip(columns, settled, strict=True)}}
            for (number, settled), (_, *values) in zip(fresh, rows, strict=True)
            if settled != values
        ]
        if anew:
            connection.execute(changed, anew)
        count, last = count + len(anew), rows[-1][0]
    return count


def _settled(connection: Connection, columns: Sequence[Column[Any]], values: Sequence[Any]) -> list[Any]:
    return [_as_wanted(connection, column, value) for column, value in zip(columns, values, strict=True)]


def _as_wanted(connection: Connection, column: Column[Any], value: Any) -> Any:
    """How a value should lie in a column of this type; on PostgreSQL yes or no as a text, until its column is one."""
    kind = column.type
    if isinstance(kind, SealedChoice) and _is_code(connection, kind, value):
        return value
    plain = kind.plain if isinstance(kind, SealedChoice) else kind
    answer = ChoiceAsItLies(plain, _place(column)).process_result_value(value, connection.dialect)
    if answer is None:
        return None
    if isinstance(kind, TypeDecorator):
        return kind.process_bind_param(answer, connection.dialect)
    if isinstance(kind, Boolean):
        return int(answer) if connection.dialect.name == "sqlite" else str(answer).lower()
    return answer


def _is_code(connection: Connection, kind: SealedChoice, value: Any) -> bool:
    beginning = choice_beginning(ChoiceAsItLies(kind.plain), connection.dialect)
    return isinstance(value, str) and value.startswith(beginning)


def _rewrite_table(connection: Connection, table: str, columns: Sequence[Column[Any]]) -> None:
    """Yes or no gets a column of its own. On PostgreSQL each is told by an expression: the table is written anew,
    without the rows as they were."""
    if connection.dialect.name == "postgresql":
        text, truth = "TYPE text USING {name} || ''", "TYPE boolean USING {name}::boolean"
        changes = {column.name: truth if isinstance(column.type, Boolean) else text for column in columns}
        _alter(connection, table, changes)
        return
    quote = connection.dialect.identifier_preparer.quote
    for column in columns:
        if isinstance(column.type, Boolean):
            name, text = quote(column.name), quote(f"{column.name}__text")
            for change in (f"RENAME COLUMN {name} TO {text}", f"ADD COLUMN {name} BOOLEAN"):
                connection.exec_driver_sql(f"ALTER TABLE {quote(table)} {change}")
            answers = named_table(table, named_column(column.name), named_column(f"{column.name}__text"))
            is_yes = cast(answers.c[f"{column.name}__text"], Integer)
            connection.execute(update(answers).values({column.name: is_yes}))
            connection.exec_driver_sql(f"ALTER TABLE {quote(table)} DROP COLUMN {text}")


def _alter(connection: Connection, table: str, changes: Mapping[str, str]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    if changes:
        altered = ", ".join(
            f"ALTER COLUMN {quote(name)} {change.format(name=quote(name))}" for name, change in changes.items()
        )
        connection.exec_driver_sql(f"ALTER TABLE {quote(table)} {altered}")


def _remake_indexes(connection: Connection, table: Table, stored: Mapping[str, Any]) -> None:
    """Those that are wanted, as far as their columns are there."""
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        if _columns_named(index) <= stored.keys():
            connection.execute(CreateIndex(index, if_not_exists=True))


def _columns_named(index: Index) -> set[str]:
    return {*index.columns.keys()}
