"""Folders for the work on a back-up, and what a full disk is called there."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

from dosar.database.sqlite_store import refusals_in_words
from dosar.language.text.message import msgid
from dosar.long_work.disk_room import disk_errors_in_words

WORK_PREFIX = ".backup-"
"""How the folders begin in which a back-up is made or looked through; a kill leaves one."""
LONGEST_WORK = timedelta(hours=6)
NO_ROOM_FOR_BACKUP = msgid(
    "There is no room for the work on the back-up in %(folder)s: it takes twice the room of the database. Make room, "
    "and try again."
)


@contextmanager
def work_folder(near: Path) -> Iterator[Path]:
    """A folder of one's own inside another one, gone at the end."""
    with work_errors_in_words(near):
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
def work_errors_in_words(folder: Path) -> Iterator[None]:
    """A disk that takes nothing more of the work on a back-up is told in words."""
    with disk_errors_in_words(folder, NO_ROOM_FOR_BACKUP), refusals_in_words():
        yield
