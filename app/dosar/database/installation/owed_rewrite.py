"""The database is written anew after an erasure, at once or as soon as nobody keeps the old pages by reading.

A file in the data folder says that it is owed, from before the erasure is kept until nothing of it is left: whatever
ends the program meanwhile, the next start goes on.
"""

from pathlib import Path
from threading import Thread

from dosar.database.atomic_files import sync_folder, write_atomically
from dosar.database.store import Store
from dosar.database.store_errors import StoreError

OWED_FILE = "rewrite-owed"
FIRST_SECONDS = 20.0
AGAIN_SECONDS = 10 * 60.0


def owe_rewrite(data: Path | None) -> None:
    """To be said before what is deleted is kept as deleted."""
    if data is not None:
        write_atomically(data / OWED_FILE, "")


def is_rewrite_owed(data: Path | None) -> bool:
    """Whether files of the database may still hold what was erased."""
    return data is not None and (data / OWED_FILE).exists()


def rewrite_or_owe(store: Store) -> None:
    """Write the database anew now, or leave that to who tries again. Raises :class:`StoreError` where nobody can."""
    data = store.data_folder
    try:
        store.rewrite()
    except StoreError:
        if data is None:
            raise
        return
    if data is not None:
        (data / OWED_FILE).unlink(missing_ok=True)
        sync_folder(data)


def watch_owed_rewrite(store: Store) -> None:
    """From now on, in the background, do what is owed, also what an earlier run of the program left."""
    Thread(target=_try_again, args=(store,), daemon=True).start()


def _try_again(store: Store) -> None:
    wait = FIRST_SECONDS
    while not store.closed.wait(wait):
        if is_rewrite_owed(store.data_folder):
            rewrite_or_owe(store)
        wait = AGAIN_SECONDS
