"""Whether a large file may be written, since a full disk would stop the work on the data beside it; and what is said
where the disk is full all the same."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path

from dosar.database.store_errors import DiskFull, StoreError

SPARE_BYTES = 256 * 2**20
"""What stays free on the disk: whoever sends without end fills no disk of others."""


def has_room(folder: Path, size: int) -> bool:
    """Whether so many bytes fit on the disk of this folder, and enough stays free."""
    return shutil.disk_usage(folder).free >= size + SPARE_BYTES


@contextmanager
def disk_errors_in_words(folder: Path, no_room: str) -> Iterator[None]:
    """Raise a :class:`StoreError` in words where the disk of this folder takes nothing more: ``no_room``."""
    try:
        yield
    except DiskFull:
        raise StoreError(no_room, folder=folder) from None
    except OSError as error:
        if error.errno == ENOSPC:
            raise StoreError(no_room, folder=folder) from None
        raise StoreError(
            "The folder %(folder)s cannot be used: %(why)s. Give this account the right to write there, and try again.",
            folder=folder,
            why=error.strerror or type(error).__name__,
        ) from None
