"""Swap space that is not encrypted: what is in memory, keys and names too, may lie readable on the disk.

Only Linux tells. A swap device is taken for encrypted if it, or a device below it, is made by dm-crypt (LUKS); zram is
memory itself. What cannot be told is told as it is: a file on a disk of which nothing says that it is encrypted.
"""

import os
from collections.abc import Iterator
from pathlib import Path

SWAPS = Path("/proc/swaps")
DEVICES = Path("/sys/dev/block")
ENCRYPTED = "CRYPT-"
IN_MEMORY = "zram"


def unencrypted_swap(swaps: Path = SWAPS, devices: Path = DEVICES) -> list[str]:
    """The swap spaces in use that lie on no encrypted device; none where the system does not tell."""
    try:
        lines = swaps.read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        return []
    places = [line.split()[0] for line in lines if line.strip()]
    return [place for place in places if not _is_safe(place, devices)]


def _is_safe(place: str, devices: Path) -> bool:
    if Path(place).name.startswith(IN_MEMORY):
        return True
    try:
        found = os.stat(place)
    except OSError:  # of another name space: this program does not see it
        return False
    number = found.st_rdev or found.st_dev
    return any(_is_encrypted(below) for below in _with_those_below(devices / f"{os.major(number)}:{os.minor(number)}"))


def _with_those_below(device: Path) -> Iterator[Path]:
    yield device
    slaves = device / "slaves"
    for below in sorted(slaves.iterdir()) if slaves.is_dir() else ():
        yield from _with_those_below(below)


def _is_encrypted(device: Path) -> bool:
    uuid = device / "dm/uuid"
    return uuid.is_file() and uuid.read_text(encoding="ascii").startswith(ENCRYPTED)
