"""Slots: one master key, several things that open it, and nothing that is changed behind its back."""

import copy
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from dosar.database.keys import key_slots
from dosar.database.keys.key_slots import (
    MOST_SLOTS,
    Argon2Cost,
    DamagedSlots,
    KeySlots,
    LastSlot,
    TamperedSlots,
    TooManySlots,
    slots_from,
)
from dosar.database.keys.key_slots_file import read_slots, slots_file, write_slots
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.store_errors import StoreError

MASTER_KEY = bytes(range(32))
CARD = RecoveryCard(bytes(20))
DAY = "2026-11-29"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))


def two_slots() -> KeySlots:
    made = KeySlots().with_slot(MASTER_KEY, "passphrase", b"patru cuvinte", DAY)
    return made.with_slot(MASTER_KEY, "card", CARD.secret, DAY)


def test_each_slot_opens_with_its_own_secret_alone() -> None:
    slots = two_slots()
    assert slots.opened_with("passphrase", b"patru cuvinte") == MASTER_KEY
    assert slots.opened_with("card", CARD.secret) == MASTER_KEY
    assert slots.opened_with("passphrase", b"patru cuvint") is None
    assert slots.opened_with("card", b"patru cuvinte") is None
    assert slots.opened_with("key_file", CARD.secret) is None


def test_two_people_have_two_passphrases() -> None:
    slots = two_slots().with_slot(MASTER_KEY, "passphrase", b"alte patru", DAY)
    first, second = slots.of_kind("passphrase")
    assert slots.opened_with("passphrase", b"alte patru") == MASTER_KEY
    left = slots.without(MASTER_KEY, first.id)
    assert left.opened_with("passphrase", b"patru cuvinte") is None
    assert left.opened_with("passphrase", b"alte patru") == MASTER_KEY
    assert [slot.id for slot in left.of_kind("passphrase")] == [second.id]


def test_the_last_slot_stays() -> None:
    slots = two_slots()
    with pytest.raises(LastSlot):
        slots.without(MASTER_KEY, *(slot.id for slot in slots.slots))
    one = slots.without(MASTER_KEY, slots.slots[0].id)
    with pytest.raises(LastSlot):
        one.without(MASTER_KEY, one.slots[0].id)


def test_nobody_keeps_more_slots_than_she_can_look_after() -> None:
    slots = KeySlots()
    for _ in range(MOST_SLOTS):
        slots = slots.with_slot(MASTER_KEY, "card", CARD.secret, DAY)
    with pytest.raises(TooManySlots):
        slots.with_slot(MASTER_KEY, "card", CARD.secret, DAY)


def test_the_same_secret_gives_other_bytes_each_time() -> None:
    first, second = (two_slots().slots[0] for _ in range(2))
    assert first.wrapped != second.wrapped and first.salt != second.salt


def test_what_a_guess_costs_usually() -> None:
    assert Argon2Cost() == Argon2Cost(iterations=3, memory_kib=256 * 1024, lanes=2)


CHANGES: list[tuple[str, Any]] = [
    ("made", "2020-01-01"),
    ("place", "/elsewhere"),
    ("id", "00000000"),
    ("salt", "00" * 16),
    ("wrapped", "00" * 60),
    ("cost", {"iterations": 2, "memory_kib": 1024, "lanes": 1}),
]


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_a_slot_that_was_changed_opens_nothing(name: str, value: Any) -> None:
    contents = two_slots().contents()
    contents["slots"][0][name] = value
    slots = slots_from(contents)
    assert slots.opened_with("passphrase", b"patru cuvinte") is None
    with pytest.raises(TamperedSlots):
        slots.opened_with("card", CARD.secret)


def test_a_slot_added_or_taken_away_by_a_stranger_is_noticed() -> None:
    contents = two_slots().contents()
    stranger = KeySlots().with_slot(bytes(32), "passphrase", b"a strangers words", DAY).contents()["slots"]
    for slots in (contents["slots"] + stranger, contents["slots"][1:], contents["slots"][::-1]):
        with pytest.raises(TamperedSlots):
            slots_from({**contents, "slots": slots}).opened_with("card", CARD.secret)


def odd(change: Any) -> Any:
    contents = copy.deepcopy(two_slots().contents())
    change(contents["slots"][0], contents)
    return contents


@pytest.mark.parametrize(
    "change",
    [
        lambda slot, _: slot["cost"].update(memory_kib=2**24),
        lambda slot, _: slot["cost"].update(iterations=10**6),
        lambda slot, _: slot["cost"].update(lanes=0),
        lambda slot, _: slot["cost"].update(memory_kib="1024"),
        lambda slot, _: slot["cost"].update(memory_kib=True),
        lambda slot, _: slot["cost"].update(more=1),
        lambda slot, _: slot.update(cost=None),
        lambda slot, _: slot.update(kind="master"),
        lambda slot, _: slot.update(kind=["passphrase"]),
        lambda slot, _: slot.update(salt=""),
        lambda slot, _: slot.update(wrapped="ab"),
        lambda slot, _: slot.update(wrapped="x" * 120),
        lambda slot, _: slot.pop("salt"),
        lambda slot, _: slot.update(place=1),
        lambda slot, every: every.update(slots=[slot, slot]),
        lambda slot, every: every.update(slots=[slot] * 10**5),
        lambda _, every: every.update(slots=[]),
        lambda _, every: every.update(slots={}),
        lambda _, every: every.update(signature=None),
    ],
)
def test_a_file_made_up_by_a_stranger_costs_neither_memory_nor_minutes(change: Any) -> None:
    with pytest.raises(DamagedSlots):
        slots_from(odd(change))


def test_the_file_is_for_its_owner_alone_and_small(tmp_path: Path) -> None:
    assert read_slots(tmp_path) is None
    write_slots(tmp_path, two_slots())
    file = slots_file(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_size < 2000 and list(tmp_path.iterdir()) == [file]
    stored = read_slots(tmp_path)
    assert stored is not None and stored.current == two_slots_of(file) and stored.coming is None
    assert MASTER_KEY.hex() not in file.read_text() and CARD.secret.hex() not in file.read_text()


def two_slots_of(file: Path) -> KeySlots:
    return slots_from(json.loads(file.read_text()))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"version": 2}', "[" * 60000, "x" * 70000, "\xff\xfe"])
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    slots_file(tmp_path).write_text(text, encoding="latin-1")
    with pytest.raises(StoreError, match=r"key-slots\.json, is damaged"):
        read_slots(tmp_path)


def test_a_copy_of_before_the_slots_opens_with_those_of_its_folder(tmp_path: Path) -> None:
    copied = tmp_path / "copies" / "2026-11-01-090000"
    copied.mkdir(parents=True)
    write_slots(tmp_path, two_slots())
    stored = read_slots(copied)
    assert stored is not None and stored.current.opened_with("card", CARD.secret) == MASTER_KEY
