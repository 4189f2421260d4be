"""The disks, sticks and shares that are connected just now, and which back-ups lie on them."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from dosar.backups.file.names import BackupName, read_name
from dosar.backups.places.addresses import FOLDER_NAME
from dosar.backups.places.drives import Drive, drives_of_letters, linux_drives, mac_drives, windows_drives
from dosar.backups.places.timeouts import run_with_timeout

LOOKING_SECONDS = 3.0
"""A share that does not answer is shown without what is on it."""


@dataclass(frozen=True)
class BackupFile:
    """A file that is called as a back-up is."""

    file: Path
    name: BackupName
    bytes: int


@dataclass(frozen=True)
class ConnectedDrive:
    """A drive, and what could be seen of it."""

    drive: Drive
    free: int | None = None
    """Bytes; none where it does not answer."""
    backups: list[BackupFile] = field(default_factory=list)
    """Newest first, whoever's they are."""


def connected_drives() -> list[Drive]:
    """Every drive beside the system's own, without looking into any."""
    return _LOOKS.get(sys.platform, lambda: [])()


def look_into(drives: list[Drive]) -> list[ConnectedDrive]:
    """The same with their room and their back-ups, all at once: several may not answer."""
    with ThreadPoolExecutor(max(len(drives), 1)) as looking:
        return list(looking.map(_looked_into, drives))


def backups_in(folder: Path) -> list[BackupFile]:
    """The back-ups in a folder and in its folder ``Dosar``, newest first. Raises :class:`OSError`.

    Two folders deep and no deeper: what else lies on a stick is nobody's business.
    """
    found = [*_backups_of(folder)]
    if (folder / FOLDER_NAME).is_dir():
        found += _backups_of(folder / FOLDER_NAME)
    return sorted(found, key=lambda backup: backup.name.moment, reverse=True)


def _backups_of(folder: Path) -> Iterator[BackupFile]:
    with os.scandir(folder) as entries:
        for entry in entries:
            name = read_name(entry.name)
            if name is not None and entry.is_file():
                yield BackupFile(Path(entry.path), name, entry.stat().st_size)


def _looked_into(drive: Drive) -> ConnectedDrive:
    try:
        return run_with_timeout(LOOKING_SECONDS, lambda _: _look(drive))
    except OSError:
        return ConnectedDrive(drive)


def _look(drive: Drive) -> ConnectedDrive:
    return ConnectedDrive(drive, shutil.disk_usage(drive.path).free, backups_in(drive.path))


def _on_linux() -> list[Drive]:
    return linux_drives(Path("/proc/mounts").read_text("utf-8", "replace"), _is_removable)


def _is_removable(device: str, devices: Path = Path("/sys/class/block")) -> bool:
    """Sticks say so; disks in a box hang on USB and do not."""
    try:
        place = (devices / device).resolve(strict=True)
        disk = place if (place / "removable").exists() else place.parent
        return (disk / "removable").read_text("ascii").strip() == "1" or "/usb" in str(place)
    except OSError:
        return False


def _on_mac() -> list[Drive]:
    volumes = Path("/Volumes")
    return mac_drives(os.listdir(volumes), lambda name: (volumes / name).resolve() == Path("/"))


def _on_windows() -> list[Drive]:
    if sys.platform != "win32":
        return []
    import ctypes

    system, quiet = ctypes.windll.kernel32, 1
    system.SetThreadErrorMode(quiet, None)  # no window that asks for a card in an empty reader
    titles, kinds = {}, {}
    for letter in drives_of_letters(system.GetLogicalDrives()):
        kinds[letter] = system.GetDriveTypeW(f"{letter}:\\")
        title = ctypes.create_unicode_buffer(261)
        if system.GetVolumeInformationW(f"{letter}:\\", title, 261, None, None, None, None, 0):
            titles[letter] = title.value
    return windows_drives(kinds, titles, os.environ.get("SYSTEMDRIVE", "C:")[0])


_LOOKS: dict[str, Callable[[], list[Drive]]] = {"linux": _on_linux, "darwin": _on_mac, "win32": _on_windows}
