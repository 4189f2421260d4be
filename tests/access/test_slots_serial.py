"""An old file of key slots that is put back opens what was taken away: the database notices it."""

import json
from pathlib import Path
from secrets import token_bytes

import pytest

from dosar.access.sealed.slots_serial import note_slots
from dosar.database.keys.key_slots import DamagedSlots, KeySlots, TamperedSlots, slots_from
from dosar.database.keys.key_slots_file import write_slots
from tests.access.conftest import Office

SECRET = token_bytes(32)


def test_an_older_file_is_noticed_until_something_is_changed(office: Office, tmp_path: Path) -> None:
    key = token_bytes(32)
    first = KeySlots().with_slot(key, "card", SECRET, "2026-11-29")
    second = first.with_slot(key, "key_file", SECRET, "2026-11-29")
    third = second.without(key, first.slots[0].id)

    def is_older(slots: KeySlots) -> bool:
        write_slots(tmp_path, slots)
        with office.services.store.writing() as session:
            return note_slots(session, tmp_path, key)

    assert [is_older(slots) for slots in (first, second, second, first, first)] == [False, False, False, True, True]
    assert [is_older(slots) for slots in (third, second)] == [False, True]


def test_a_copy_that_moved_to_another_key_begins_anew(office: Office, tmp_path: Path) -> None:
    for key in (token_bytes(32), token_bytes(32)):
        write_slots(tmp_path, KeySlots().with_slot(key, "card", SECRET, "2026-11-29"))
        with office.services.store.writing() as session:
            assert not note_slots(session, tmp_path, key)
    (tmp_path / "key-slots.json").unlink()
    with office.services.store.writing() as session:
        assert note_slots(session, tmp_path, key), "and one that was taken away is noticed"


def test_nobody_makes_an_old_file_a_new_one() -> None:
    key = token_bytes(32)
    contents = json.loads(json.dumps(KeySlots().with_slot(key, "card", SECRET, "2026-11-29").contents()))
    for serial in (contents["serial"] + 1, 0):
        with pytest.raises(TamperedSlots):
            slots_from({**contents, "serial": serial}).require_untouched(key)
    for serial in ("1", -1, 2**60, True, 1.5):
        with pytest.raises(DamagedSlots):
            slots_from({**contents, "serial": serial})
