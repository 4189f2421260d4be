"""Another master key for a database that is there: for the day when somebody may know the one it has.

A copy gets the new key, is looked through, and then takes the database's place. The slots of both keys stand in one
file meanwhile, so whichever database a power cut leaves, a passphrase opens it. The old database stays, as a copy with
a name. Every function here is one step, at any point of which a kill loses nothing.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from dosar.database.atomic_files import rename_atomically, sync_folder
from dosar.database.copies_folder import COPIES_FOLDER, DATABASE_FILE, OLD_KEY_FOLDER, UNFINISHED_PREFIX
from dosar.database.installation.installation_marker import has_people, mark_founded
from dosar.database.keys.key_file import salt_file, write_secrets
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import slots_file, write_slots
from dosar.database.page_key import give_page_key
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store
from dosar.database.store_errors import StoreError

DRAFT_FOLDER = ".new-key"


@dataclass(frozen=True)
class NewKey:
    """What takes the place of what."""

    data: Path
    old_key: bytes
    new_key: bytes
    old_slots: KeySlots
    new_slots: KeySlots
    key_file: Path | None = None
    """The key file that opens the data by itself, if one does."""
    old_secret: bytes = b""
    new_secret: bytes = b""
    """What stands in the key file before and afterwards."""

    @property
    def draft(self) -> Path:
        """Where the copy gets its new key."""
        return self.data / DRAFT_FOLDER


def change_master_key(change: NewKey, store: Store, moment: str) -> Iterator[str]:
    """Take every step; yields the name of each once it is done. The store is closed on the way.

    Raises :class:`StoreError` for a copy that is not what it is a copy of: then nothing was changed.
    """
    if not isinstance(store, SqliteStore):
        yield from _change_wrapping(change, store)
        return
    _copy(change, store)
    yield "copied"
    _give_new_key(change)
    yield "encrypted"
    _compare(change, store)
    yield "compared"
    _announce(change)
    yield "announced"
    _keep_old(change, store, moment)
    yield "kept"
    _swap(change)
    yield "swapped"
    _finish(change)
    yield "finished"


def unused_name(data: Path, moment: str) -> str:
    """What the old database is called: the moment, unless there is one of this second."""
    names = (moment, *(f"{moment}-{number}" for number in range(2, 1000)))
    return next(name for name in names if not kept_copy(data, name).exists())


def kept_copy(data: Path, moment: str) -> Path:
    """Where the old database is afterwards."""
    return data / OLD_KEY_FOLDER / moment


def kept_key_file(file: Path, moment: str) -> Path:
    """Where the key file is that opens it."""
    return file.with_name(f"{file.name}.{moment}")


def _change_wrapping(change: NewKey, store: Store) -> Iterator[str]:
    """On PostgreSQL the key of the folder wraps the data key, and encrypts nothing else."""
    _announce(change)
    yield "announced"
    with store.writing() as session:
        store.wrap_data_key_for(session.connection(), change.new_key)
    store.close()
    yield "swapped"
    _finish(change)
    yield "finished"


def _copy(change: NewKey, store: SqliteStore) -> None:
    """A copy of this moment, without what was deleted; the log is written into the file first."""
    shutil.rmtree(change.draft, ignore_errors=True)
    change.draft.mkdir(mode=0o700)
    with closing(store.connect_apart()) as source:
        source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        source.execute("VACUUM INTO ?", (str(change.draft / DATABASE_FILE),))
    (change.draft / DATABASE_FILE).chmod(0o600)


def _give_new_key(change: NewKey) -> None:
    with closing(sqlcipher.connect(str(change.draft / DATABASE_FILE), isolation_level=None)) as copied:
        give_page_key(copied, change.old_key)
        copied.execute(f"PRAGMA rekey=\"x'{change.new_key.hex()}'\"")
    store = SqliteStore(change.draft, change.new_key)
    try:
        with store.writing() as session:
            store.rewrap_data_key(session.connection(), change.old_key)
    finally:
        store.close()


def _compare(change: NewKey, source: SqliteStore) -> None:
    """Every page, every index and the number of rows of every table; raises :class:`StoreError`."""
    copied = SqliteStore(change.draft, change.new_key)
    try:
        copied.require_right_key()
        with closing(copied.connect_apart()) as here, closing(source.connect_apart()) as there:
            here.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_whole = _all(here, "PRAGMA integrity_check") == [("ok",)]
            is_authentic = not _all(here, "PRAGMA cipher_integrity_check")
            if not (is_whole and is_authentic and _counts(here) == _counts(there)):
                raise StoreError("The copy with the new key is not what the database is. Nothing was changed.")
    finally:
        copied.close()


def _all(connection: Any, statement: str) -> list[Any]:
    found: list[Any] = connection.execute(statement).fetchall()
    return found


def _counts(connection: Any) -> dict[str, int]:
    tables = _all(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    # the names of tables are ours, and no parameter can stand for one
    return {name: _all(connection, f'SELECT count(*) FROM "{name}"')[0][0] for (name,) in tables}  # noqa: S608  # nosec B608


def _announce(change: NewKey) -> None:
    """From here on both keys are known to who opens the data."""
    write_slots(change.data, change.old_slots, change.new_slots)
    if change.key_file is not None:
        write_secrets(change.data, change.key_file, change.new_secret, change.old_secret)


def _keep_old(change: NewKey, store: SqliteStore, moment: str) -> None:
    """Give the old database a name of its own, with what opens it; nothing is copied where the disk can do without."""
    founded = has_people(store)
    store.close()
    database, folder = change.data / DATABASE_FILE, kept_copy(change.data, moment)
    if any((change.data / f"{DATABASE_FILE}{end}").exists() for end in ("-wal", "-journal")):
        raise StoreError("Another program has the database open. Stop it, and try again.")
    unfinished = folder.with_name(UNFINISHED_PREFIX + folder.name)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700, parents=True)
    try:
        os.link(database, unfinished / DATABASE_FILE)
    except OSError:  # a disk without links
        shutil.copy2(database, unfinished / DATABASE_FILE)
    write_slots(unfinished, change.old_slots)
    if founded:
        mark_founded(unfinished)
    if change.key_file is not None:
        write_secrets(change.data, kept_key_file(change.key_file, moment), change.old_secret)
    rename_atomically(unfinished, folder)
    for copy in (change.data / COPIES_FOLDER).glob(f"*/{DATABASE_FILE}"):
        if not slots_file(copy.parent).exists():  # so far it opened with the slots of this folder
            write_slots(copy.parent, change.old_slots)


def _swap(change: NewKey) -> None:
    draft = change.draft / DATABASE_FILE
    with draft.open("r+b") as written:
        os.fsync(written.fileno())
    os.replace(draft, change.data / DATABASE_FILE)
    sync_folder(change.data)


def _finish(change: NewKey) -> None:
    """Only the new key opens the data from now on."""
    write_slots(change.data, change.new_slots)
    if change.key_file is not None:
        write_secrets(change.data, change.key_file, change.new_secret)
    salt_file(change.data).unlink(missing_ok=True)
    shutil.rmtree(change.draft, ignore_errors=True)
