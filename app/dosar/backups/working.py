"""Folders for the work on a back-up, and what a full disk is called there."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from errno import ENOSPC
from pathlib import Path
from tempfile import mkdtemp

from sqlcipher3 import dbapi2 as sqlcipher

from dosar.database.store_errors import DiskFull, StoreError

WORK_PREFIX = ".backup-"
"""How the folders begin in which a back-up is made or looked through; a kill leaves one."""
LONGEST_WORK = timedelta(hours=6)
FULL = ("database or disk is full", "disk I/O error")


@contextmanager
def work_folder(near: Path) -> Iterator[Path]:
    """A folder of one's own inside another one, gone at the end."""
    with disk_told(near):
        folder = Path(mkdtemp(prefix=WORK_PREFIX, dir=near))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def clear_work_folders(near: Path) -> None:
    """What a kill left of earlier ones; a newer one may be another program's, which works on in it."""
    for left in near.glob(f"{WORK_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LONGEST_WORK.total_seconds():
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def disk_told(folder: Path) -> Iterator[None]:
    """A disk that takes nothing more is told in words."""
    try:
        yield
    except (DiskFull, OSError, sqlcipher.DatabaseError) as error:
        is_full = isinstance(error, DiskFull) or getattr(error, "errno", None) == ENOSPC
        if is_full or any(words in str(error) for words in FULL):
            raise StoreError(
                "There is no room for the work on the back-up in %(folder)s: it takes twice the room of the database. "
                "Make room, and try again.",
                folder=folder,
            ) from None
        if not isinstance(error, OSError):
            raise
        raise StoreError(
            "The folder %(folder)s cannot be used: %(why)s. Give this account the right to write there, and try again.",
            folder=folder,
            why=error.strerror,
        ) from None
