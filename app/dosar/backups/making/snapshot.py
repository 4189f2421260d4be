"""The whole database of one moment as one encrypted SQLite file, whatever database it is taken of.

SQLite copies its pages inside one reading transaction, a few thousand at a time: others write on meanwhile, and the
copy neither begins anew for that nor holds them up. Of PostgreSQL the rows are copied, as ``dosar copy`` does.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, inspect
from sqlcipher3 import dbapi2 as sqlcipher

from dosar.access.tables import ACCESS_TABLES
from dosar.backups.file.manifest import TableRows
from dosar.backups.file.paced_writing import SYNC_BYTES
from dosar.backups.reading.table_contents import table_contents
from dosar.database.audit.chain import audit_event_table
from dosar.database.audit.verification import anchor_line
from dosar.database.copies.transfer import copy_database
from dosar.database.copies_folder import DATABASE_FILE
from dosar.database.form_tables import all_tables, make_tables
from dosar.database.format_version import stored_format
from dosar.database.page_key import give_page_key
from dosar.database.sqlite_store import PAGE_BYTES, SqliteStore
from dosar.database.store import Store
from dosar.long_work.progress import Progress
from dosar.migrations.upgrade import last_good_definition

STEP_PAGES = 1000
_WITHOUT_JOURNAL = ("journal_mode=OFF", "synchronous=OFF", "temp_store=MEMORY")
"""A copy that was not finished is thrown away."""


@dataclass(frozen=True)
class Snapshot:
    """A copy of one moment."""

    file: Path
    contents: Mapping[str, TableRows]
    """Of the database itself, in the transaction that was copied."""
    anchor: str
    format: int


def take_snapshot(store: Store, key: bytes, folder: Path, tell: Progress) -> Snapshot:
    """Copy the database into the empty folder. Raises :class:`~dosar.database.store_errors.StoreError`."""
    if isinstance(store, SqliteStore):
        return _snapshot_of_pages(store, key, folder / DATABASE_FILE, tell)
    return _snapshot_of_rows(store, key, folder, tell)


def known_tables(store: Store) -> list[Table]:
    """The tables that the program and the forms that run know."""
    return [*ACCESS_TABLES, *all_tables(make_tables(last_good_definition(store).forms))]


def _snapshot_of_pages(store: SqliteStore, key: bytes, file: Path, tell: Progress) -> Snapshot:
    with store.snapshot_apart() as read:
        contents = table_contents(read, partial(tell, "count"))
        found = Snapshot(file, contents, _anchor(read), stored_format(read))
        _copy_pages(read, key, file, partial(tell, "copy"))
    return found


def _copy_pages(read: Connection, key: bytes, file: Path, tell: Callable[[float], None]) -> None:
    source: Any = read.connection.driver_connection
    with closing(_opened(file, key, _WITHOUT_JOURNAL)) as target, file.open("r+b") as written:
        written_pages = 0

        def pace(_: int, left: int, every: int) -> None:
            nonlocal written_pages
            if (every - left - written_pages) * PAGE_BYTES >= SYNC_BYTES:
                os.fsync(written.fileno())
                written_pages = every - left
            tell((every - left) / max(every, 1))

        source.backup(target, pages=STEP_PAGES, progress=pace)
        target.execute("PRAGMA journal_mode=DELETE")
        os.fsync(written.fileno())


def _snapshot_of_rows(store: Store, key: bytes, folder: Path, tell: Progress) -> Snapshot:
    tell("copy", 0.0)
    taken = SqliteStore(folder, key)
    try:
        copy_database(store, taken, known_tables(store), before_upgrade=True)
        tell("copy", 1.0)
        with taken.snapshot_apart() as read:
            contents = table_contents(read, partial(tell, "count"))
            found = Snapshot(folder / DATABASE_FILE, contents, _anchor(read), stored_format(read))
    finally:
        taken.close()
    with closing(_opened(found.file, key, ("journal_mode=DELETE",))):
        pass
    return found


def _opened(file: Path, key: bytes, pragmas: Iterable[str]) -> Any:
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))
    opened = sqlcipher.connect(str(file), isolation_level=None)
    give_page_key(opened, key)
    for pragma in pragmas:
        opened.execute(f"PRAGMA {pragma}")
    return opened


def _anchor(read: Connection) -> str:
    return anchor_line(read) if inspect(read).has_table(audit_event_table.name) else ""
