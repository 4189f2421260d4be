"""When the last verified back-up was made, told beside the data, for the window: it knows no database."""

import time
from contextlib import suppress
from pathlib import Path

LAST_BACKUP_FILE = "last-backup"
DAY_SECONDS = 86_400
FRESH_DAYS = 3
"""An older one is a warning, in the window and on the pages."""


def tell_last_backup(data: Path) -> None:
    """A back-up was made just now; that it could not be told is no trouble."""
    with suppress(OSError):
        (data / LAST_BACKUP_FILE).write_text(f"{time.time():.0f}\n", "ascii")


def days_since_backup(data: Path, now: float) -> int | None:
    """Whole days since then; None where none was made of this folder yet, or that is not known."""
    with suppress(OSError, ValueError):
        return max(int((now - float((data / LAST_BACKUP_FILE).read_text("ascii"))) // DAY_SECONDS), 0)
    return None
