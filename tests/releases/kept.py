"""The databases that releases left behind, each opened in a place of its own."""

import gzip
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import inspect, text

from dosar.database.store import Store
from tests.databases import Place, fresh_place

HERE = Path(__file__).parent
RELEASES = sorted(folder.name for folder in HERE.glob("[0-9]*"))
Rows = dict[str, list[dict[str, Any]]]
"""Table → its rows, in an order of their own."""


def forms_of(version: str, folder: Path) -> Path:
    """The forms the organisation had then, in the folder: files of its own before those that all releases share."""
    forms = folder / "forms"
    for source in (HERE / "forms", HERE / version):
        shutil.copytree(source, forms, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.gz", "*.db"))
    return forms


@contextmanager
def left_behind(version: str, database: str, folder: Path) -> Iterator[Place]:
    """A copy of the database that the release left behind, with a folder for its data."""
    with fresh_place(database, folder) as place:
        if place.url is not None:
            _restore(place.url, HERE / version / "dosar.sql.gz")
            place = replace(place, data=folder / "data")
        assert place.data is not None
        place.data.mkdir()
        if place.url is None:
            shutil.copyfile(HERE / version / "dosar.db", place.data / "dosar.db")
        yield place


def _restore(url: str, dump: Path) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(gzip.decompress(dump.read_bytes()))


def rows_in(store: Store) -> Rows:
    """Everything that stands in the database."""
    with store.snapshot() as connection:
        found = {
            name: connection.execute(text(f'SELECT * FROM "{name}"')) for name in inspect(connection).get_table_names()
        }
        return {name: sorted(map(dict, rows.mappings()), key=repr) for name, rows in found.items()}
