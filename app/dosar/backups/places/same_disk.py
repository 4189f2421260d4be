"""Whether a back-up dies with the disk of the data."""

import os
from pathlib import Path

from dosar.backups.places.timeouts import run_with_timeout

LOOKING_SECONDS = 5.0
DISKS_OF_LINUX = Path("/sys/dev/block")


def is_same_disk(one: Path, other: Path) -> bool:
    """Whether both lie on one disk, as far as the system tells; a folder that is not there, or does not answer, is on
    none."""
    try:
        return run_with_timeout(LOOKING_SECONDS, lambda _: _disk_of(one) == _disk_of(other))
    except OSError:
        return False


def _disk_of(folder: Path) -> object:
    """The disk, where the system tells of which one a part is; the part itself elsewhere."""
    number = folder.stat().st_dev
    if not DISKS_OF_LINUX.exists():
        return number
    part = DISKS_OF_LINUX / f"{os.major(number)}:{os.minor(number)}"
    if not (part / "partition").exists():
        return number
    return part.resolve().parent.name
