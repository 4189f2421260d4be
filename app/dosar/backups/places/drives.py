"""Which disks, sticks and shares a computer has, read from what its system says of them."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

STICK, DISK, NETWORK = "stick", "disk", "network"
NETWORK_SYSTEMS = {"cifs", "smb3", "smbfs", "nfs", "nfs4", "fuse.sshfs", "davfs", "fuse.davfs2", "9p", "fuse.rclone"}
WHERE_DISKS_ARE = ("/media/", "/run/media/", "/mnt/", "/srv/")
"""Other disks of Linux are the system's own."""
DRIVE_REMOVABLE, DRIVE_FIXED, DRIVE_REMOTE = 2, 3, 4
"""How Windows counts kinds of drives."""
WINDOWS_KINDS = {DRIVE_REMOVABLE: STICK, DRIVE_FIXED: DISK, DRIVE_REMOTE: NETWORK}
_ESCAPED = re.compile(r"\\(\d{3})")


@dataclass(frozen=True)
class Drive:
    """Something on which back-ups could lie, beside the system's own disk."""

    path: Path
    kind: str
    """``stick``, ``disk`` or ``network``."""
    title: str


def linux_drives(mounts: str, is_removable: Callable[[str], bool]) -> list[Drive]:
    """Those in ``/proc/mounts``; ``is_removable`` is asked for the name of a device, ``sdb1``."""
    return list(_linux_drives(mounts, is_removable))


def _linux_drives(mounts: str, is_removable: Callable[[str], bool]) -> Iterator[Drive]:
    for line in mounts.splitlines():
        device, point, system = (_ESCAPED.sub(_letter, word) for word in line.split()[:3])
        path = Path(point)
        if system in NETWORK_SYSTEMS:
            yield Drive(path, NETWORK, path.name)
        elif device.startswith("/dev/") and point.startswith(WHERE_DISKS_ARE):
            yield Drive(path, STICK if is_removable(device.rpartition("/")[2]) else DISK, path.name)


def mac_drives(names: Iterable[str], is_system: Callable[[str], bool]) -> list[Drive]:
    """Those in ``/Volumes``, where the system's own disk stands as a link."""
    volumes = Path("/Volumes")
    return [Drive(volumes / name, DISK, name) for name in sorted(names) if name[0] != "." and not is_system(name)]


def windows_drives(kinds: Mapping[str, int], titles: Mapping[str, str], system: str) -> list[Drive]:
    """Those with a letter; ``system`` is that of Windows itself."""
    return [
        Drive(Path(f"{letter}:\\"), WINDOWS_KINDS[kind], titles.get(letter) or f"{letter}:")
        for letter, kind in sorted(kinds.items())
        if kind in WINDOWS_KINDS and letter.upper() != system.upper()
    ]


def drives_of_letters(bits: int) -> list[str]:
    """The letters in the number with which Windows tells them."""
    return [chr(ord("A") + place) for place in range(26) if bits >> place & 1]


def _letter(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 8))
