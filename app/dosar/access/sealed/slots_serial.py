"""Whether the file of the key slots is the one that was written last, or an older one that somebody has put back.

An old file is signed like the new one, and a passphrase or a card that was taken away opens it again, as long as the
master key is the same. So the database, which an old file does not change, remembers the serial of the newest one it
has met, together with whose key that is: a copy that moved to another folder begins anew.
"""

import hmac
from pathlib import Path
from typing import Any

from dosar.access.organisation.settings import read_setting, write_setting
from dosar.database.keys.key_slots_file import read_slots
from dosar.database.sealing.key_derivation import derive_key
from dosar.language.text.message import Message

SERIAL_SETTING = "keys.slots"
SERIAL_PURPOSE = "key-slots-serial"
OLDER_SLOTS = Message(
    "The file of the key slots is older than the last change: a passphrase or a card that was taken away opens the "
    "data again. If you did not put it back yourself, somebody else did: dosar key new makes another key."
)
"""What is said where :func:`note_slots` finds an older file."""


def note_slots(session: Any, data: Path, master_key: bytes) -> bool:
    """Remember the serial of the folder's file, inside the caller's transaction. Whether the file is an older one than
    was met before; then what is remembered stays."""
    stored = read_slots(data)
    found = stored.current.serial if stored is not None else 0
    known = _known(session, master_key)
    if found > known:
        write_setting(session, SERIAL_SETTING, f"{found} {_whose(master_key)}")
    return found < known


def _known(session: Any, master_key: bytes) -> int:
    """The newest serial met with this key."""
    serial, _, whose = read_setting(session, SERIAL_SETTING).partition(" ")
    return int(serial) if hmac.compare_digest(whose, _whose(master_key)) else 0


def _whose(master_key: bytes) -> str:
    return derive_key(master_key, SERIAL_PURPOSE).hex()[:32]
