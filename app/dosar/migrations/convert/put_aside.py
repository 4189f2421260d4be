"""Answers that an upgrade puts aside lie sealed: nobody asks the database for them, whatever they were before.

Otherwise the choices of a question that becomes sensitive while its kind changes would stay there in clear.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Boolean, Connection, LargeBinary, String, inspect
from sqlalchemy import Text as LongText

from dosar.database.form_tables import Record
from dosar.database.sealing.answer_columns import SealedAnswer
from dosar.database.writing.append_only import table_opened
from dosar.migrations.convert.sealed_values import seal_columns
from dosar.migrations.convert.settled_choices import drop_indexes_over


def is_put_aside(column: Any) -> bool:
    """Whether words, choices, yes or no stand in a column of no question."""
    is_answer = isinstance(column["type"], (String, LargeBinary, Boolean))
    return is_answer and column["name"] not in Record.__annotations__


def seal_aside(connection: Connection, put_aside: Mapping[str, Collection[str]]) -> None:
    """Seal the words, choices, yes and no in these columns of these tables."""
    for table, names in put_aside.items():
        stored: list[Any] = inspect(connection).get_columns(table)
        seal_table(connection, table, [each["name"] for each in stored if each["name"] in names and is_put_aside(each)])


def seal_table(connection: Connection, table: str, names: Collection[str]) -> int:
    """Seal the answers in these columns; says in how many rows."""
    if not names:
        return 0
    drop_indexes_over(connection, table, names)
    with table_opened(connection, table):
        return seal_columns(connection, table, [(name, SealedAnswer(LongText(), f"{table}.{name}")) for name in names])
