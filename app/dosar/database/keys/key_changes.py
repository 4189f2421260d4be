"""What is done with the slots of an open data folder: a passphrase, a card, a key file more or less.

Every change is read back from the disk and opened before anything else goes: nobody is locked out by a slot that
cannot be read.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from hmac import compare_digest
from pathlib import Path
from secrets import token_bytes, token_hex

from dosar.database.keys.key_file import (
    default_key_file,
    new_key_file,
    own_key_file,
    remember_key_file,
    remember_passphrase,
    salt_file,
    secrets_in_file,
    write_secrets,
)
from dosar.database.keys.key_file_moves import is_file_of_another, slot_of_file
from dosar.database.keys.key_slots import (
    CARD_NUMBERS,
    KEY_BYTES,
    OPENS_BY_ITSELF,
    KeySlot,
    KeySlots,
    LastSlot,
    SlotKind,
    TamperedSlots,
    TooManySlots,
)
from dosar.database.keys.key_slots_file import damaged_slots, read_slots, slots_file, write_slots
from dosar.database.keys.master_key import made_today, passphrase_secret
from dosar.database.keys.os_keyring import forget_in_keyring, keep_in_keyring
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.store_errors import StoreError


@dataclass(frozen=True)
class KeyStatus:
    """What opens a data folder, as people ask for it."""

    slots: tuple[KeySlot, ...]
    has_salt: bool = False
    """Whether a passphrase of before there were slots still makes the key, whatever is done with the slots."""

    @property
    def is_unproved(self) -> bool:
        """Whether a key file is there and nothing beside it says what it is of: only the database can tell."""
        return any(slot.kind == "key_file" and not slot.id for slot in self.slots)

    @property
    def has_passphrase(self) -> bool:
        return any(slot.kind == "passphrase" for slot in self.slots)

    @property
    def has_card(self) -> bool:
        return any(slot.kind == "card" for slot in self.slots)

    @property
    def cards(self) -> dict[int, KeySlot]:
        """The recovery cards by their numbers."""
        found = [slot for slot in self.slots if slot.kind == "card"]
        return {slot.card_number: slot for slot in sorted(found, key=lambda slot: slot.card_number)}

    @property
    def free_card_number(self) -> int | None:
        """The number of one card more; none where both persons have theirs."""
        return next((number for number in CARD_NUMBERS if number not in self.cards), None)

    @property
    def opens_by_itself(self) -> bool:
        """Whether whoever has the computer has the data (one-laptop mode)."""
        return any(slot.kind in OPENS_BY_ITSELF for slot in self.slots)


def stored_status(data: Path, key_file: Path | None = None) -> KeyStatus:
    """What the folder's file of slots says, for who has no key; of a folder without one, its key file."""
    stored, file = read_slots(data), key_file or default_key_file(data)
    if stored is not None:
        return KeyStatus(stored.current.slots, salt_file(data).exists())
    kind: SlotKind = "key_file" if file.is_file() else "passphrase"
    is_there = file.is_file() or salt_file(data).exists()
    slots = (KeySlot("", kind, "", b"", place=str(file) if kind == "key_file" else ""),) if is_there else ()
    return KeyStatus(slots, salt_file(data).exists())


@dataclass(frozen=True)
class KeyChanges:
    """The slots of one folder, for who has its master key."""

    data: Path
    master_key: bytes
    key_file: Path | None = None
    """The key file that was named at the start."""

    def status(self) -> KeyStatus:
        """What opens the folder now."""
        return KeyStatus(self._slots().slots, salt_file(self.data).exists())

    def slots(self) -> KeySlots:
        """Every slot, as it is kept. Raises :class:`StoreError` if somebody else has changed them."""
        return self._slots()

    def secret_in_file(self, file: Path) -> bytes:
        """What in the key file opens the folder. Raises :class:`StoreError` if nothing in it does."""
        slots = self._slots()
        for secret in secrets_in_file(self.data, file):
            if compare_digest(slots.opened_with("key_file", secret) or b"", self.master_key):
                return secret
        raise StoreError("The key file %(file)s opens nothing here. Put the right one back.", file=file)

    def set_passphrase(self, passphrase: str, *replaced: str) -> None:
        """Let this passphrase open the data; the slots it replaces open them no more."""
        self._write(self._slots(), passphrase_secret(passphrase))
        self._drop(*replaced)

    def slot_opened_by(self, passphrase: str) -> str:
        """The slot of a passphrase. Raises :class:`StoreError` if it is none of this folder."""
        kind, secret = passphrase_secret(passphrase)
        for slot in self._slots().of_kind(kind):
            if slot.opened_with(secret) is not None:
                return slot.id
        raise StoreError("This is not the passphrase.")

    def set_card(self, card: RecoveryCard, number: int = CARD_NUMBERS[0]) -> None:
        """Let this card open the data, and none that was printed before with its number."""
        old = [slot.id for slot in self._slots().of_kind("card") if slot.card_number == number]
        self._write(self._slots(), ("card", card.secret), str(number))
        self._drop(*old)

    def keep_in_file(self) -> Path:
        """Let a key file open the data without anybody (one-laptop mode); where it lies."""
        file = self.key_file or own_key_file(self.data)
        slots = self._slots()
        if not any(self._may_open(slot, file) for slot in slots.of_kind("key_file")):
            if file.exists() and self.key_file is None:
                file = new_key_file()  # what lies there opens what was here before a back-up was restored
            elif file.exists():
                raise StoreError(
                    "There is a file %(file)s already, and it is none of these data. Move it away, or name another one "
                    "with --key-file.",
                    file=file,
                )
            secret = token_bytes(KEY_BYTES)
            write_secrets(self.data, file, secret)
            if self.key_file is None:
                remember_key_file(self.data, file)
            self._write(slots, ("key_file", secret), str(file))
        return file

    def keep_in_keyring(self) -> None:
        """Let the computer's keyring open the data once somebody has signed in to the computer."""
        secret, place = token_bytes(KEY_BYTES), token_hex(8)
        keep_in_keyring(place, secret)
        self._write(self._slots(), ("keyring", secret), place)

    def stop_opening_by_itself(self) -> None:
        """From the next start on somebody types the passphrase. Raises :class:`StoreError` without passphrase or card.

        The key file goes last: until then it opens what it always opened.
        """
        status = self.status()
        if not (status.has_passphrase and status.has_card):
            raise StoreError(
                "Set a passphrase and make a recovery card first: without them nothing would open the data."
            )
        self.remove(*(slot.id for slot in status.slots if slot.kind in OPENS_BY_ITSELF))

    def remove(self, *ids: str) -> None:
        """Take slots away, and what opened them. Raises :class:`StoreError` if none would be left, or one is none."""
        gone = self._slots_named(ids)
        self._drop(*ids)
        for slot in gone:
            if slot.kind == "key_file":
                self._delete_files_of(slot)
            elif slot.kind == "keyring":
                forget_in_keyring(slot.place)

    def _delete_files_of(self, slot: KeySlot) -> None:
        """The key file of a slot, where it was put and where it is found: none that opens something else."""
        for file in {Path(slot.place), self.key_file or default_key_file(self.data)}:
            if not is_file_of_another(self.data, file) and self._may_open(slot, file):
                with suppress(FileNotFoundError):
                    file.unlink()

    def _may_open(self, slot: KeySlot, file: Path) -> bool:
        """Whether the file opens the slot; one that is damaged, or that others read, is taken for it where it lay."""
        try:
            return slot_of_file(self.data, KeySlots((slot,)), file) is not None
        except StoreError:
            return str(file) == slot.place

    def _slots_named(self, ids: Collection[str]) -> list[KeySlot]:
        known = {slot.id: slot for slot in self._slots().slots}
        for unknown in (name for name in ids if name not in known):
            every, close = ", ".join(known), get_close_matches(unknown, known, 1)
            if close:
                raise StoreError(
                    'Nothing that opens the data is called "%(slot)s". Did you mean %(close)s? Nothing was changed.',
                    slot=unknown,
                    close=close[0],
                )
            raise StoreError(
                'Nothing that opens the data is called "%(slot)s". Nothing was changed. There are: %(every)s; '
                "dosar key status says what each of them is.",
                slot=unknown,
                every=every,
            )
        return [known[name] for name in ids]

    def _slots(self) -> KeySlots:
        """Those of the file; of a folder of before there were any, its key file as the first one."""
        stored = read_slots(self.data)
        if stored is None:
            return self._first_slots()
        try:
            stored.current.require_untouched(self.master_key)
        except TamperedSlots:
            raise damaged_slots(slots_file(self.data)) from None
        return stored.current

    def _first_slots(self) -> KeySlots:
        file = self.key_file or default_key_file(self.data)
        if not file.is_file() or self.master_key not in secrets_in_file(self.data, file):
            return KeySlots()
        return KeySlots().with_slot(self.master_key, "key_file", self.master_key, made_today(), str(file))

    def _write(self, slots: KeySlots, secret: tuple[SlotKind, bytes], place: str = "") -> None:
        """Add a slot, and see that it opens as it lies on the disk."""
        try:
            changed = slots.with_slot(self.master_key, *secret, made_today(), place)
        except TooManySlots:
            raise StoreError("There are 16 ways to open the data already. Remove one first: dosar key remove") from None
        write_slots(self.data, changed)
        remember_passphrase(self.data)
        stored = read_slots(self.data)
        if stored is None or not compare_digest(stored.current.opened_with(*secret) or b"", self.master_key):
            raise damaged_slots(slots_file(self.data))

    def _drop(self, *ids: str) -> None:
        if not ids:
            return
        try:
            write_slots(self.data, self._slots().without(self.master_key, *ids))
        except LastSlot:
            raise StoreError("Without it nothing would open the data any more. Set another passphrase first.") from None
