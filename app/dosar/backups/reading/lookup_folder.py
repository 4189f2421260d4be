"""A back-up that is opened to look something up in it, beside the data, and goes when that is done.

It knows the places where back-ups go, and is older than what lies there: so it makes none.
"""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from dosar.backups.reading.registers import merged_registers, registers_near
from dosar.backups.working import LONGEST_WORK
from dosar.database.atomic_files import write_atomically
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.installation.lock_file import FolderInUse, lock_folder
from dosar.database.store_errors import StoreError

MARKER_FILE = "only-to-look"
FOLDER_PREFIX = "dosar-look-"


def is_lookup_folder(data: Path) -> bool:
    """Whether the folder holds a back-up that somebody opened to look at."""
    return (data / MARKER_FILE).exists()


def refuse_lookup_folder(data: Path) -> None:
    """Raises :class:`StoreError` for such a folder."""
    if is_lookup_folder(data):
        raise StoreError(
            "This is a back-up that was opened to look at, so no back-up is made of it. Make it of the data themselves."
        )


def clear_lookup_folders(near: Path) -> None:
    """What a kill left of those that were opened before; a newer one, or one that somebody has open, stays."""
    for left in near.glob(f"{FOLDER_PREFIX}*"):
        with suppress(OSError, FolderInUse):
            if is_lookup_folder(left) and time.time() - left.stat().st_mtime > LONGEST_WORK.total_seconds():
                with lock_folder(left):
                    pass
                shutil.rmtree(left)


@contextmanager
def lookup_folder(data: Path) -> Iterator[Path]:
    """An empty data folder beside that of the organisation, whose erasures it knows; it is gone at the end."""
    near = data.parent if data.parent.is_dir() else None
    clear_lookup_folders(Path(gettempdir()) if near is None else near)
    with TemporaryDirectory(prefix=FOLDER_PREFIX, dir=near, ignore_cleanup_errors=True) as made:
        folder = Path(made)
        write_atomically(folder / MARKER_FILE, "")
        if data.is_dir() and (known := merged_registers(registers_near(data))):
            (folder / REGISTER_FILE).write_bytes(known)
        yield folder
