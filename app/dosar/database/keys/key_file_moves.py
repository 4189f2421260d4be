"""What an opening settles about the key file: its name stays with the folder, and its slot says where it lies.

A folder that was moved, or came to another computer with its keys, finds its file by the name. One that was copied gets
a file of its own: otherwise whoever closes one of the two with a passphrase would take the key from the other.
"""

from contextlib import suppress
from hmac import compare_digest
from pathlib import Path

from dosar.database.keys.key_file import (
    default_key_file,
    keys_folder,
    remember_passphrase,
    secrets_in_file,
    write_secrets,
)
from dosar.database.keys.key_name import NAME, is_name_of_another, keep_name, own_name
from dosar.database.keys.key_slots import KeySlot, KeySlots
from dosar.database.keys.key_slots_file import StoredSlots, read_slots, write_slots
from dosar.database.store_errors import StoreError

Found = tuple[Path, bytes, KeySlot | None]
"""A key file, what in it opens the folder, and which slot, where there are slots."""


def settle_key_file(data: Path, master_key: bytes) -> None:
    """After the folder was opened. A disk that takes nothing stops nobody from working."""
    stored = read_slots(data)
    with suppress(OSError):
        if stored is not None and stored.current.of_kind("passphrase", "card"):
            remember_passphrase(data)
        if stored is None or stored.coming is None:  # a change of the key is finished first
            _settle(data, stored, master_key)


def slot_of_file(data: Path, slots: KeySlots, file: Path) -> tuple[KeySlot, bytes] | None:
    """The slot that the key file opens, and the secret in it. Raises :class:`StoreError` for a damaged file."""
    secrets = secrets_in_file(data, file) if file.is_file() else []
    opened = ((slot, secret) for slot in slots.of_kind("key_file") for secret in secrets if slot.opened_with(secret))
    return next(opened, None)


def is_file_of_another(data: Path, file: Path) -> bool:
    """Whether the key file still opens another folder, of which this one is a copy, or which is a copy of this one."""
    return file.parent == keys_folder() and is_name_of_another(keys_folder(), data, file.stem)


def _settle(data: Path, stored: StoredSlots | None, master_key: bytes) -> None:
    found = _opening_file(data, stored, master_key)
    if found is None:
        return
    file, secret, slot = found
    keys = keys_folder()
    if file.parent != keys or not NAME.fullmatch(file.stem):
        return
    name = own_name(keys, data, file.stem)
    own = keys / f"{name}.key"
    if own != file:
        write_secrets(data, own, secret)
    keep_name(keys, data, name)
    if stored is not None and slot is not None and _is_elsewhere(data, slot, own):
        write_slots(data, stored.current.with_place(master_key, slot.id, secret, str(own)))


def _is_elsewhere(data: Path, slot: KeySlot, own: Path) -> bool:
    """Whether the slot names a file that is none of this folder, or is not there."""
    named = Path(slot.place)
    return named != own and (is_file_of_another(data, named) or not named.exists())


def _opening_file(data: Path, stored: StoredSlots | None, master_key: bytes) -> Found | None:
    file = default_key_file(data)
    if stored is None:
        is_right = file.is_file() and compare_digest(secrets_in_file(data, file)[0], master_key)
        return (file, master_key, None) if is_right else None
    for each in dict.fromkeys([file, *(Path(slot.place) for slot in stored.current.of_kind("key_file"))]):
        with suppress(StoreError):
            found = slot_of_file(data, stored.current, each)
            if found is not None:
                return each, found[1], found[0]
    return None
