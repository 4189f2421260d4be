"""The databases that releases left behind, each opened in a place of its own."""

import gzip
import lzma
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import inspect, text
from sqlcipher3 import dbapi2 as sqlcipher

from dosar.database.store import Store
from dosar.database.text import collation
from tests.databases import KEY, Place, fresh_place

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


def demo_left_behind(version: str, folder: Path) -> Place:
    """The demo cases on the forms that the release shipped, as its program filed them."""
    opened = folder / "opened.db"
    opened.write_bytes(lzma.decompress((HERE / version / "demo.db.xz").read_bytes()))
    (folder / "data").mkdir()
    export_database(opened, None, folder / "data" / "dosar.db", KEY)
    return Place(folder / "data", None, KEY)


def export_database(source: Path, key: bytes | None, target: Path, target_key: bytes | None) -> None:
    """Write an SQLite database anew, as small as it can be; without a key it is not encrypted."""
    connection = sqlcipher.connect(str(source), isolation_level=None)
    if key:
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    connection.create_collation(collation.ALPHABETICAL, collation.compare_texts)
    written_with = f"x'{target_key.hex()}'" if target_key else ""
    connection.execute("ATTACH ? AS target KEY ?", (str(target), written_with))
    connection.execute("SELECT sqlcipher_export('target')")
    connection.close()


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
