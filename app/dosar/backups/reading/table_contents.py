"""What stands in each table of an SQLite database, counted and added up by SQLite itself.

A thousand rows are joined to one text there and come over as one: Python would hold up whoever works meanwhile.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from dosar.backups.file.manifest import TableRows
from dosar.database.system_tables import attachment_table

ROWS_AT_ONCE, FILES_AT_ONCE, COLUMNS_AT_ONCE = 500, 4, 100
_TABLES = (
    "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' "
    "ORDER BY name"
)
_KEY = "SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk"
_COLUMNS = "SELECT name FROM pragma_table_info(?) ORDER BY name"


def table_contents(connection: Connection, tell: Callable[[float], None]) -> dict[str, TableRows]:
    """Every table by its name, as this transaction sees it."""
    tables = connection.exec_driver_sql(_TABLES).all()
    contents = {}
    for number, (name, has_no_number) in enumerate(tables, start=1):
        key = [_quoted(each) for (each,) in connection.exec_driver_sql(_KEY, (name,))] if has_no_number else ["rowid"]
        contents[str(name)] = _content(connection, name, key)
        tell(number / len(tables))
    return contents


def _content(connection: Connection, name: str, key: Sequence[str]) -> TableRows:
    columns = [str(each) for (each,) in connection.exec_driver_sql(_COLUMNS, (name,))]
    digest, rows = hashlib.sha256(repr(columns).encode()), 0
    for count, lines in _lines(connection, name, key, columns):
        rows += count
        digest.update(lines.encode())
    return TableRows(rows, digest.hexdigest())


def _lines(connection: Connection, name: str, key: Sequence[str], columns: Sequence[str]) -> Iterator[tuple[int, str]]:
    """How many rows, and their lines, for each batch of them in the order of the key.

    Names of tables and columns are the database's own, and no parameter can stand for one.
    """
    told = _line(columns)
    at_once = FILES_AT_ONCE if name == attachment_table.name else ROWS_AT_ONCE
    keys, places = ", ".join(key), ", ".join("?" for _ in key)
    rows = ""
    after: tuple[Any, ...] = ()
    while True:
        batch = f"FROM {_quoted(name)} {rows} ORDER BY {keys}"
        count, lines = connection.exec_driver_sql(
            f"SELECT count(*), group_concat(line, char(10)) FROM (SELECT {told} AS line {batch} LIMIT {at_once})",  # noqa: S608  # nosec B608
            after,
        ).one()
        if count:
            yield count, lines
        if count < at_once:
            return
        last = f"SELECT {keys} {batch} LIMIT 1 OFFSET {at_once - 1}"  # nosec B608
        after = tuple(connection.exec_driver_sql(last, after).one())
        rows = f"WHERE ({keys}) > ({places})"


def _line(columns: Sequence[str]) -> str:
    """All columns of a row as one text; in groups, since a function takes only so many."""
    told = [f"quote({_quoted(column)})" for column in columns]
    groups = [told[begin : begin + COLUMNS_AT_ONCE] for begin in range(0, len(told), COLUMNS_AT_ONCE)]
    return " || ',' || ".join(f"concat_ws(',', {', '.join(group)})" for group in groups)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
