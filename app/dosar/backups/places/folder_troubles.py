"""What a disk, a stick or a share answers that takes no file, in words."""

import errno
from collections.abc import Mapping
from pathlib import Path

from dosar.backups.places.place import PlaceUnreachable
from dosar.language.text.message import msgid

NOT_THERE = msgid(
    "The folder %(folder)s for back-ups is not there. Connect the disk or the stick, or name another folder."
)
NOT_ANSWERING = msgid(
    "%(place)s does not answer. Connect the disk again, or look whether the other computer and the network are there."
)
FULL = msgid("There is no room left in %(folder)s for the back-up. Make room, or choose another place.")
TOO_LARGE = msgid(
    "The disk of %(folder)s takes no file of this size: it is formatted as FAT32, which ends at 4 GB. Format it as "
    "exFAT or NTFS (what is on it goes), or choose another place."
)
READ_ONLY = msgid(
    "%(folder)s can only be read. Look whether the stick has a small switch that locks it, or choose another place."
)
NO_RIGHT = msgid(
    "Dosar may not write into %(folder)s. Give this account the right to write there, or choose another place."
)
GONE = msgid(
    "%(folder)s went away while it was used. Connect the disk or the stick again; if this comes again, it is worn out: "
    "take a new one."
)
UNUSABLE = msgid(
    "The folder %(folder)s for back-ups cannot be used (%(number)s). Connect the disk or the stick again, or choose "
    "another place."
)
TROUBLES: Mapping[str, str] = {
    "ENOSPC": FULL,
    "EDQUOT": FULL,
    "EFBIG": TOO_LARGE,
    "EROFS": READ_ONLY,
    "EACCES": NO_RIGHT,
    "EPERM": NO_RIGHT,
    "EIO": GONE,
    "ENODEV": GONE,
    "ENXIO": GONE,
    "ESTALE": GONE,
    "ENOTCONN": GONE,
    "EHOSTDOWN": GONE,
    "ETIMEDOUT": GONE,
}


def folder_trouble(error: OSError, folder: Path) -> PlaceUnreachable:
    """What the system's error means for a place of back-ups."""
    name = errno.errorcode.get(error.errno or 0, "")
    return PlaceUnreachable(TROUBLES.get(name, UNUSABLE), folder=folder, number=name or error.errno or "?")
