"""The master key of a data folder: what opens it by itself, and what somebody types.

Folders of before there were slots have their key in a key file, or make it of a passphrase and a salt. The same key
goes on as their master key: their first slot is added beside it, and nothing is encrypted anew.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes

from dosar.database.keys.key_file import (
    SHORTEST_PASSPHRASE,
    default_key_file,
    has_database,
    key_from_file,
    key_from_passphrase,
    remember_passphrase,
    salt_file,
    secrets_in_file,
)
from dosar.database.keys.key_file_moves import settle_key_file
from dosar.database.keys.key_slots import (
    KEY_BYTES,
    OPENS_BY_ITSELF,
    KeySlot,
    KeySlots,
    SlotKind,
    TamperedSlots,
)
from dosar.database.keys.key_slots_file import StoredSlots, damaged_slots, read_slots, slots_file, write_slots
from dosar.database.keys.opening_log import OpeningLog
from dosar.database.keys.os_keyring import secret_in_keyring
from dosar.database.keys.recovery_card import MistypedCard, read_card
from dosar.database.store_errors import StoreDamaged, StoreError
from dosar.database.system_tables import utc_now
from dosar.language.text.characters import strip_invisible
from dosar.language.text.collation import CEDILLA_TO_COMMA

Secret = tuple[SlotKind, bytes]


class CardMistyped(StoreError):
    """The recovery card was typed with a slip; the message says where, if that can be told."""

    def __init__(self, group: int | None) -> None:
        if group is None:
            super().__init__("There is a typing error in the recovery card. Compare it with the paper, group by group.")
            return
        super().__init__(
            "There is a typing error in the recovery card, probably in group %(group)s. Compare it with the paper.",
            group=group,
        )


@dataclass(frozen=True)
class MasterKeyPlace:
    """Where the key of one data folder is looked for."""

    data: Path
    opens: Callable[[bytes], bool]
    """Whether a key opens the database; asked only where a file of ours does not tell."""
    key_file: Path | None = None
    """The key file that was named."""
    settles: bool = False
    """Whether an opening settles what the key file is called: of a folder that people work on, not of one unpacked to
    look at it."""
    openings: OpeningLog = field(init=False, compare=False)
    """What opened the folder last, and what did not."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "openings", OpeningLog(self.data))

    @property
    def usual_key_file(self) -> Path:
        """The key file that was named, or else the one called after the folder."""
        return self.key_file or default_key_file(self.data)

    @property
    def has_legacy_passphrase(self) -> bool:
        """Whether the key is made of a passphrase and a salt, as before there were slots."""
        return salt_file(self.data).exists() and not self.usual_key_file.exists() and not slots_file(self.data).exists()

    def by_itself(self) -> bytes | None:
        """The master key, if a key file or the computer's keyring opens it; made at the first start.

        None where somebody has to type something. Raises :class:`StoreError` for a key file that opens nothing.
        """
        stored = read_slots(self.data)
        if stored is None:
            key = None if self.has_legacy_passphrase else self._by_first_key_file()
        else:
            key = self._opened(stored, self._secrets_at_hand(stored))
        return self._settled_file(key)

    def by_typing(self, typed: str) -> bytes | None:
        """The master key, if this is the passphrase or the card. Raises :class:`StoreError`, and
        :class:`CardMistyped` for a card with a typing error. What opens nothing is noted as a wrong guess."""
        try:
            key = self._by_secret(typed)
        except CardMistyped:
            self.openings.note_wrong_guess()
            raise
        if key is None:
            self.openings.note_wrong_guess()
        return self._settled_file(key)

    def _settled_file(self, key: bytes | None) -> bytes | None:
        if key is not None and self.settles and self.key_file is None:
            settle_key_file(self.data, key)
        return key

    def _by_secret(self, typed: str) -> bytes | None:
        stored = read_slots(self.data)
        if stored is None:
            return self._by_first_passphrase(typed)
        try:
            card = read_card(typed)
        except MistypedCard as slip:
            if (key := self._opened(stored, [passphrase_secret(typed)])) is None:
                raise CardMistyped(slip.group) from None
            return key
        return self._opened(stored, [("card", card.secret)] if card else [passphrase_secret(typed)])

    def _by_first_key_file(self) -> bytes:
        key = key_from_file(self.data, self.key_file)
        self.openings.note_opened("key_file")
        return key

    def _by_first_passphrase(self, typed: str) -> bytes | None:
        """The key made of a passphrase as before there were slots, or a new one: either gets its first slot."""
        if self.usual_key_file.is_file():
            raise StoreError(
                "This data folder is opened by its key file %(file)s and has no passphrase yet. Set one: "
                "dosar key passphrase",
                file=self.usual_key_file,
            )
        is_new = not salt_file(self.data).exists() and not has_database(self.data)
        if is_new and len(passphrase_spelling(typed)) < SHORTEST_PASSPHRASE:
            raise StoreError("Choose a passphrase of at least 14 characters.")
        key = token_bytes(KEY_BYTES) if is_new else key_from_passphrase(self.data, typed)
        if not is_new and not self.opens(key):
            return None
        slots = KeySlots().with_slot(key, *passphrase_secret(typed), made_today())
        write_slots(self.data, slots)
        remember_passphrase(self.data)
        self.openings.note_opened("passphrase", slots.slots[0].id)
        return key

    def _secrets_at_hand(self, stored: StoredSlots) -> list[Secret]:
        slots = [slot for each in stored.sets for slot in each.of_kind(*OPENS_BY_ITSELF)]
        places = [Path(slot.place) for slot in slots if slot.kind == "key_file" and slot.place]
        files = [self.key_file] if self.key_file else [default_key_file(self.data), *places]
        in_files = [
            secret for file in dict.fromkeys(files) if file.exists() for secret in secrets_in_file(self.data, file)
        ]
        in_keyring = [secret_in_keyring(slot.place) for slot in slots if slot.kind == "keyring"]
        return [("key_file", secret) for secret in in_files] + [("keyring", secret) for secret in in_keyring if secret]

    def _opened(self, stored: StoredSlots, secrets: Iterable[Secret]) -> bytes | None:
        tried = [(slots, secret) for secret in secrets for slots in stored.sets]
        try:
            found = [(slots, slots.slot_opened_with(*secret)) for slots, secret in tried]
        except TamperedSlots:
            raise damaged_slots(slots_file(self.data)) from None
        opened = [(slots, *each) for slots, each in found if each is not None]
        settled = self._settled(stored, opened) if opened else None
        if settled is None:
            return None
        slot, key = settled
        self.openings.note_opened(slot.kind, slot.id)
        return key

    def _settled(
        self, stored: StoredSlots, found: list[tuple[KeySlots, KeySlot, bytes]]
    ) -> tuple[KeySlot, bytes] | None:
        """The key of the database that is there and its slot, if a change of the key was interrupted; the other set is
        dropped. None if only a key of the other database was found."""
        if stored.coming is None:
            return found[0][1:]
        for slots, slot, key in found:
            if self._opens_surely(key):
                write_slots(self.data, slots)
                return slot, key
        return None

    def _opens_surely(self, key: bytes) -> bool:
        """The old key looks like the right one for a damaged database, since it opens the copies made before."""
        try:
            return self.opens(key)
        except StoreDamaged:
            return False


def passphrase_spelling(typed: str) -> str:
    """The one spelling of a passphrase: blanks beside blanks, and marks of other keyboards, are nothing."""
    return unicodedata.normalize("NFC", " ".join(strip_invisible(typed).split())).translate(CEDILLA_TO_COMMA)


def passphrase_secret(typed: str) -> Secret:
    """The passphrase as its slot takes it: the same one, whichever keyboard it was typed on."""
    return "passphrase", passphrase_spelling(typed).encode()


def made_today() -> str:
    """The day that is written into a new slot."""
    return utc_now().date().isoformat()
