"""Sealed answers follow their columns: what lay in another place is sealed anew for the one where it stands now.

The plan of an upgrade knows which columns moved, so no table is searched; and nothing else is believed: what somebody
put into a column from another one stays as it is, and is not read (:mod:`dosar.database.sealing.answer_columns`).
Words lie in envelopes, sensitive choices as codes (:mod:`dosar.database.sealing.choice_codes`).
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection, Dialect, LargeBinary, String, Text, case, func, literal, select
from sqlalchemy import column as named_column
from sqlalchemy import inspect as look_at
from sqlalchemy import table as named_table

from dosar.database.sealing.answer_columns import SealedAnswer, answer_beginning, open_answer
from dosar.database.sealing.choice_codes import place_mark
from dosar.database.sealing.sealed_choices import recoded
from dosar.database.store_errors import StoreError
from dosar.database.writing.append_only import table_opened
from dosar.migrations.convert.sealed_values import Rewriting, write_anew, write_table_anew


def bind_tables(connection: Connection, moved: Mapping[str, Mapping[str, str]]) -> None:
    """Bind the answers of each table (table → column → where it stood)."""
    for table, columns in moved.items():
        bind_answers(connection, table, {name: answer_beginning(place) for name, place in columns.items()})
        _bind_codes(connection, table, columns)


def bind_answers(connection: Connection, table: str, former: Mapping[str, bytes]) -> int:
    """Seal anew what begins in these columns as answers began there (column → beginning); says in how many rows."""
    rewritings = {
        name: Rewriting(
            partial(_begins, beginning), partial(_bound_anew, SealedAnswer(Text(), f"{table}.{name}"), beginning)
        )
        for name, beginning in former.items()
    }
    return _bind(connection, table, LargeBinary, rewritings)


def _bind_codes(connection: Connection, table: str, former: Mapping[str, str]) -> int:
    rewritings = {
        name: Rewriting(partial(_holds, place_mark(place)), partial(_coded_anew, place, f"{table}.{name}"), Text)
        for name, place in former.items()
    }
    return _bind(connection, table, String, rewritings)


def _bind(connection: Connection, table: str, lying_as: type[Any], rewritings: Mapping[str, Rewriting]) -> int:
    meant = {name: rewritings[name] for name in _columns_to_bind(connection, table, lying_as, rewritings)}
    if not meant:
        return 0
    with table_opened(connection, table):
        count = write_anew(connection, table, meant)
        if lying_as is LargeBinary:
            write_table_anew(connection, table, meant)
    return count


def _columns_to_bind(
    connection: Connection, table: str, lying_as: type[Any], rewritings: Mapping[str, Rewriting]
) -> list[str]:
    """Those in which anything is meant. SQLite goes on calling a column what it was in clear."""
    is_typed = connection.dialect.name == "postgresql"
    stored = look_at(connection).get_columns(table)
    names = [each["name"] for each in stored if not is_typed or isinstance(each["type"], lying_as)]
    names = [name for name in names if name in rewritings]
    if not names:
        return []
    lying = named_table(table, *map(named_column, names))
    asked = [func.max(case((rewritings[name].is_meant(lying.c[name]), 1), else_=0)) for name in names]
    found = connection.execute(select(*asked)).one()
    return [name for name, is_there in zip(names, found, strict=True) if is_there]


def _begins(beginning: bytes, column: Any) -> Any:
    return func.substr(column, 1, len(beginning)) == literal(beginning, LargeBinary)


def _bound_anew(kind: SealedAnswer, beginning: bytes, value: Any, dialect: Dialect) -> Any:
    """The envelope for its place; what was changed, and what lies there otherwise, stays as it is."""
    if not isinstance(value, bytes) or not value.startswith(beginning):
        return value
    try:
        return kind.seal(open_answer(value, dialect), dialect)
    except StoreError:
        return value


def _holds(mark: str, column: Any) -> Any:
    return column.contains(mark)


def _coded_anew(was: str, place: str, value: Any, dialect: Dialect) -> Any:
    """The codes for their place; what was changed stays as it is."""
    try:
        return recoded(value, was, place, dialect) if isinstance(value, str) else value
    except StoreError:
        return value
