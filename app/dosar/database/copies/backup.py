"""A whole copy of the database, taken before something changes many records at once.

It is an encrypted SQLite database in a folder of its own, whatever the database it was taken of: that
folder can be started, or copied back, with the key or the passphrase of the data it was taken of.
"""

import shutil
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table, inspect

from dosar.database.atomic_files import rename_atomically
from dosar.database.audit.chain import audit_event_table
from dosar.database.audit.verification import anchor_line
from dosar.database.copies.transfer import copy_database
from dosar.database.copies_folder import COPIES_FOLDER, UNFINISHED_PREFIX
from dosar.database.installation.erasure_register import copy_register
from dosar.database.installation.installation_marker import has_people, mark_founded
from dosar.database.keys.key_file import salt_file
from dosar.database.keys.key_name import name_file
from dosar.database.keys.key_slots_file import slots_file
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.store_errors import StoreError

ANCHOR_FILE = "audit-anchor.txt"


def keep_copy(store: Store, data: Path, key: bytes, tables: Iterable[Table], moment: datetime) -> Path:
    """Copy everything into ``data/copies/<moment>``; returns that folder.

    ``tables`` are those the database has at this moment. Raises :class:`StoreError`.
    """
    folder = data / COPIES_FOLDER / f"{moment:%Y-%m-%d-%H%M%S}"
    if folder.exists():
        raise StoreError("There is already a copy in %(folder)s. Wait a second and try again.", folder=folder)
    _clear_unfinished(data)
    draft = folder.with_name(UNFINISHED_PREFIX + folder.name)
    draft.mkdir(mode=0o700, parents=True)
    store.tell("copied")
    try:
        _copy_into(draft, store, key, tables)
        _write_anchor(draft, store)
        copy_register(data, draft)
        for what_opens_it in (slots_file, salt_file, name_file):
            if what_opens_it(data).exists():
                shutil.copy2(what_opens_it(data), what_opens_it(draft))
        rename_atomically(draft, folder)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return folder


def _clear_unfinished(data: Path) -> None:
    """What a kill or a full disk left of earlier copies."""
    for unfinished in (data / COPIES_FOLDER).glob(f"{UNFINISHED_PREFIX}*"):
        shutil.rmtree(unfinished)


def _write_anchor(folder: Path, store: Store) -> None:
    """The end of the audit log, beside the copy and in clear: a copy kept elsewhere tells later that the log of the
    running database goes on from there."""
    with store.snapshot() as connection:
        if inspect(connection).has_table(audit_event_table.name):
            (folder / ANCHOR_FILE).write_text(anchor_line(connection) + "\n", encoding="ascii")


def _copy_into(folder: Path, store: Store, key: bytes, tables: Iterable[Table]) -> None:
    if has_people(store):
        mark_founded(folder)
    taken = SqliteStore(folder, key)
    try:
        if isinstance(store, SqliteStore):
            store.copy_into(taken)
        else:
            copy_database(store, taken, tables, before_upgrade=True)
    finally:
        taken.close()
