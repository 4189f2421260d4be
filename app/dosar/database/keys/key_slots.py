"""Key slots: one random master key, wrapped once for each thing that opens it, as LUKS does for disks.

The master key opens the database and never changes when a passphrase does: a new passphrase is a new wrapping. Each
wrapping is bound to what stands beside it in its slot, and all of them together are signed with the master key, so
that whoever changes the file is noticed at the next opening. Nothing here reads or writes a file.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from secrets import token_bytes, token_hex
from time import time
from typing import Any, Literal, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from dosar.database.sealing.key_derivation import derive_key
from dosar.database.sealing.sealed_value import NONCE_BYTES, open_value, seal_value

SlotKind = Literal["passphrase", "card", "key_file", "keyring"]
SLOT_KINDS: tuple[SlotKind, ...] = get_args(SlotKind)
OPENS_BY_ITSELF: tuple[SlotKind, ...] = ("key_file", "keyring")
"""What opens the data without anybody being there."""
KEY_BYTES = 32
SALT_BYTES = 16
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + 16
MOST_SLOTS = 16
CARD_NUMBERS = (1, 2)
"""One card for each of two persons: every further one lies in one more place where somebody may find it."""
CARD_PLACES = frozenset(map(str, CARD_NUMBERS))
LARGEST_SERIAL = 2**53
SIGNING_PURPOSE = "key-slots"
WRAPPING_PURPOSE = "key-slot"


@dataclass(frozen=True)
class Argon2Cost:
    """What one guess at a passphrase costs."""

    iterations: int = 3
    memory_kib: int = 256 * 1024
    lanes: int = 2

    @property
    def is_bearable(self) -> bool:
        """Whether it was written by us: a file of a stranger must not take all memory, or minutes."""
        return 1 <= self.iterations <= 16 and 1024 <= self.memory_kib <= 2**20 and 1 <= self.lanes <= 8


USUAL_COST = Argon2Cost()


class DamagedSlots(ValueError):
    """This is no set of key slots, or not any more."""


class TamperedSlots(Exception):
    """A slot opens, but the set of them was changed by somebody without the master key."""


class TooManySlots(Exception):
    """There are as many slots as anybody looks after."""


class LastSlot(Exception):
    """Without this slot nothing would open the data any more."""


@dataclass(frozen=True)
class KeySlot:
    """The master key, wrapped for one thing that opens it."""

    id: str
    kind: SlotKind
    made: str
    """The day, for people: ``2026-11-29``."""
    salt: bytes
    wrapped: bytes = b""
    cost: Argon2Cost | None = None
    """For passphrases alone; everything else has bits enough."""
    place: str = ""
    """Where the key file lies; of a card, its number."""

    def opened_with(self, secret: bytes) -> bytes | None:
        """The master key, if this is the secret."""
        try:
            return open_value(self._wrapping_key(secret), self.wrapped, self._beside)
        except InvalidTag:
            return None

    def wrapping(self, master_key: bytes, secret: bytes) -> "KeySlot":
        """The slot with the master key in it."""
        return replace(self, wrapped=seal_value(self._wrapping_key(secret), master_key, self._beside))

    def _wrapping_key(self, secret: bytes) -> bytes:
        if self.cost is None:
            return derive_key(self.salt + secret, WRAPPING_PURPOSE)
        kdf = Argon2id(
            salt=self.salt,
            length=KEY_BYTES,
            iterations=self.cost.iterations,
            lanes=self.cost.lanes,
            memory_cost=self.cost.memory_kib,
        )
        return kdf.derive(secret)

    @property
    def card_number(self) -> int:
        """The number printed on a card; cards of before there were two have none, and are the first."""
        return int(self.place) if self.place in CARD_PLACES else CARD_NUMBERS[0]

    @property
    def _beside(self) -> bytes:
        return _canonical(_slot_contents(replace(self, wrapped=b"")))


@dataclass(frozen=True)
class KeySlots:
    """Every slot of one master key."""

    slots: tuple[KeySlot, ...] = ()
    signature: bytes = b""
    serial: int = 0
    """Grows with every change, as seconds do: the database remembers it, so that an older file put back is noticed.
    0 in files of before there were serials."""

    def opened_with(self, kind: SlotKind, secret: bytes) -> bytes | None:
        """The master key, if a slot of this kind has this secret. Raises :class:`TamperedSlots`."""
        found = self.slot_opened_with(kind, secret)
        return None if found is None else found[1]

    def slot_opened_with(self, kind: SlotKind, secret: bytes) -> tuple[KeySlot, bytes] | None:
        """The slot of this kind that has this secret, and the master key. Raises :class:`TamperedSlots`."""
        for slot in self.of_kind(kind):
            master_key = slot.opened_with(secret)
            if master_key is not None:
                self.require_untouched(master_key)
                return slot, master_key
        return None

    def require_untouched(self, master_key: bytes) -> None:
        """Raises :class:`TamperedSlots` if somebody else has added, changed or taken away a slot."""
        if not hmac.compare_digest(self.signature, _signature(self.slots, master_key, self.serial)):
            raise TamperedSlots

    def of_kind(self, *kinds: SlotKind) -> list[KeySlot]:
        """The slots of these kinds."""
        return [slot for slot in self.slots if slot.kind in kinds]

    def with_slot(self, master_key: bytes, kind: SlotKind, secret: bytes, made: str, place: str = "") -> "KeySlots":
        """One slot more. Raises :class:`TooManySlots`."""
        if len(self.slots) >= MOST_SLOTS:
            raise TooManySlots
        cost = USUAL_COST if kind == "passphrase" else None
        empty = KeySlot(token_hex(4), kind, made, token_bytes(SALT_BYTES), cost=cost, place=place)
        return self._signed([*self.slots, empty.wrapping(master_key, secret)], master_key)

    def without(self, master_key: bytes, *ids: str) -> "KeySlots":
        """Without these slots. Raises :class:`LastSlot` if none would be left."""
        left = [slot for slot in self.slots if slot.id not in ids]
        if not left:
            raise LastSlot
        return self._signed(left, master_key)

    def with_place(self, master_key: bytes, id: str, secret: bytes, place: str) -> "KeySlots":
        """The same slots, where what opens one of them lies elsewhere now."""
        moved = [
            replace(slot, place=place).wrapping(master_key, secret) if slot.id == id else slot for slot in self.slots
        ]
        return self._signed(moved, master_key)

    def _signed(self, slots: list[KeySlot], master_key: bytes) -> "KeySlots":
        serial = max(self.serial + 1, int(time()))
        return KeySlots(tuple(slots), _signature(slots, master_key, serial), serial)

    def contents(self) -> dict[str, Any]:
        """What is written down of them."""
        serial = {"serial": self.serial} if self.serial else {}
        return {**serial, "slots": [_slot_contents(slot) for slot in self.slots], "signature": self.signature.hex()}


def slots_from(contents: Any) -> KeySlots:
    """The slots that were written down. Raises :class:`DamagedSlots` for anything else, however large or odd."""
    try:
        slots = tuple(_slot_from(slot) for slot in contents["slots"][: MOST_SLOTS + 1])
        found = KeySlots(slots, bytes.fromhex(contents["signature"]), contents.get("serial", 0))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedSlots from error
    if type(found.serial) is not int or not 0 <= found.serial < LARGEST_SERIAL:
        raise DamagedSlots
    if not 1 <= len(slots) <= MOST_SLOTS or len({slot.id for slot in slots}) != len(slots):
        raise DamagedSlots
    return found


def _slot_contents(slot: KeySlot) -> dict[str, Any]:
    return {
        "id": slot.id,
        "kind": slot.kind,
        "made": slot.made,
        "salt": slot.salt.hex(),
        "wrapped": slot.wrapped.hex(),
        "cost": asdict(slot.cost) if slot.cost else None,
        "place": slot.place,
    }


def _slot_from(contents: Mapping[str, Any]) -> KeySlot:
    texts = [contents[name] for name in ("id", "kind", "made", "place")]
    if not all(isinstance(text, str) for text in texts) or contents["kind"] not in SLOT_KINDS:
        raise DamagedSlots
    cost = _cost_from(contents["cost"]) if contents["kind"] == "passphrase" else None
    salt, wrapped = bytes.fromhex(contents["salt"]), bytes.fromhex(contents["wrapped"])
    if (len(salt), len(wrapped)) != (SALT_BYTES, WRAPPED_BYTES):
        raise DamagedSlots
    return KeySlot(contents["id"], contents["kind"], contents["made"], salt, wrapped, cost, contents["place"])


def _cost_from(contents: Mapping[str, Any]) -> Argon2Cost:
    cost = Argon2Cost(**contents)
    if not all(type(value) is int for value in asdict(cost).values()) or not cost.is_bearable:
        raise DamagedSlots
    return cost


def _signature(slots: Iterable[KeySlot], master_key: bytes, serial: int) -> bytes:
    listed = [_slot_contents(slot) for slot in slots]
    signed = _canonical({"serial": serial, "slots": listed} if serial else listed)
    return hmac.digest(derive_key(master_key, SIGNING_PURPOSE), signed, "sha256")


def _canonical(contents: Any) -> bytes:
    return json.dumps(contents, sort_keys=True, separators=(",", ":")).encode()
