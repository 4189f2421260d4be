"""Whether a large file may be written: a full disk would stop the work on the data beside it."""

import shutil
from pathlib import Path

SPARE_BYTES = 256 * 2**20
"""What stays free on the disk: whoever sends without end fills no disk of others."""


def has_room(folder: Path, size: int) -> bool:
    """Whether so many bytes fit on the disk of this folder, and enough stays free."""
    return shutil.disk_usage(folder).free >= size + SPARE_BYTES
