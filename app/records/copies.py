"""A whole copy of the database, taken before something changes many records at once.

It is an encrypted SQLite database in a folder of its own, whatever the database it was taken of: that
folder can be started, or copied back, with the key of the data it was taken of.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Table

from app.records.copying import copy
from app.records.store import SqliteStore, Store
from app.records.trouble import Trouble

FOLDER = "copies"


def keep_copy(store: Store, data: Path, key: bytes, tables: Iterable[Table], moment: datetime) -> Path:
    """Copy everything into ``data/copies/<moment>``; returns that folder.

    ``tables`` are those the database has at this moment. Raises :class:`Trouble`.
    """
    folder = data / FOLDER / f"{moment:%Y-%m-%d-%H%M%S}"
    if folder.exists():
        raise Trouble("There is already a copy in %(folder)s. Wait a second and try again.", folder=folder)
    folder.mkdir(mode=0o700, parents=True)
    taken = SqliteStore(folder, key)
    try:
        if isinstance(store, SqliteStore):
            store.copy_into(taken)
        else:
            copy(store, taken, tables)
    finally:
        taken.close()
    _sync(folder)
    return folder


def _sync(folder: Path) -> None:
    """The copy must be there even if the power goes in the middle of what comes next."""
    for file in folder.iterdir():
        with file.open("rb") as written:
            os.fsync(written.fileno())
