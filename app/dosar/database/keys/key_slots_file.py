"""The file of the key slots: ``key-slots.json`` in the data folder, so that a back-up opens with the passphrase too.

While the master key is being changed it holds both sets, of the key that goes and of the one that comes: whichever
database a power cut leaves, the same passphrase opens it.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from dosar.database.atomic_files import write_atomically
from dosar.database.copies_folder import COPIES_FOLDER
from dosar.database.keys.key_slots import DamagedSlots, KeySlots, slots_from
from dosar.database.store_errors import StoreError

SLOTS_FILE = "key-slots.json"
FILE_VERSION = 1
MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class StoredSlots:
    """What stands in the file."""

    current: KeySlots
    coming: KeySlots | None = None
    """Of the master key that is taking over."""

    @property
    def sets(self) -> list[KeySlots]:
        """The current slots, then the coming ones."""
        return [self.current, *([self.coming] if self.coming else [])]


def slots_file(data: Path) -> Path:
    """Where the slots of a data folder are."""
    return data / SLOTS_FILE


def read_slots(data: Path) -> StoredSlots | None:
    """The slots of the folder; None where there never were any. A copy taken before there were any has those of the
    folder it lies in. Raises :class:`StoreError` for a damaged file."""
    file = slots_file(data)
    if not file.is_file() and data.parent.name == COPIES_FOLDER:
        file = slots_file(data.parent.parent)
    if not file.is_file():
        return None
    try:
        return _stored(file)
    except (DamagedSlots, ValueError, RecursionError):
        raise damaged_slots(file) from None


def damaged_slots(file: Path) -> StoreError:
    """Says that the file is not what Dosar wrote."""
    return StoreError(
        "The file of the key slots, %(file)s, is damaged or was changed by something else than Dosar. Nothing was "
        "opened: put this file back from your last copy.",
        file=file,
    )


def write_slots(data: Path, current: KeySlots, coming: KeySlots | None = None) -> None:
    """Replace the file, whole or not at all."""
    contents = {"version": FILE_VERSION, **current.contents()}
    if coming is not None:
        contents["coming"] = coming.contents()
    write_atomically(slots_file(data), json.dumps(contents, indent=1) + "\n")


def _stored(file: Path) -> StoredSlots:
    with file.open("rb") as opened:
        text = opened.read(MOST_BYTES + 1)
    contents = json.loads(text) if len(text) <= MOST_BYTES else None
    if not isinstance(contents, dict) or contents.get("version") != FILE_VERSION:
        raise DamagedSlots
    coming = contents.get("coming")
    return StoredSlots(slots_from(contents), slots_from(coming) if coming is not None else None)
