"""What opens a data folder: by itself, by typing, as it was made before there were slots and afterwards."""

from pathlib import Path

import pytest

from dosar.database.copies_folder import is_opened_by
from dosar.database.keys import key_slots
from dosar.database.keys.key_changes import KeyChanges
from dosar.database.keys.key_file import key_from_file, key_from_passphrase, knows_folder, salt_file
from dosar.database.keys.key_slots import Argon2Cost
from dosar.database.keys.key_slots_file import read_slots, slots_file, write_slots
from dosar.database.keys.master_key import CardMistyped, MasterKeyPlace
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.store import Store, database_file
from dosar.database.store_errors import StoreError

PASSPHRASE = "trei cai verzi pe pereți"
OTHER = "patru cuvinte fără rost"
CARD = RecoveryCard(bytes(range(20)))


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    monkeypatch.setattr("dosar.database.keys.key_file.PASSPHRASE_MEMORY_KIB", 1024)
    monkeypatch.setattr("dosar.database.keys.key_file.user_config_path", lambda name: tmp_path / "config" / name)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def place(data: Path, key_file: Path | None = None) -> MasterKeyPlace:
    return MasterKeyPlace(data, lambda key: is_opened_by(database_file(data), key), key_file)


def start(data: Path, key: bytes | None) -> bytes:
    """The program starts once with this key and makes the database."""
    assert key is not None
    Store.open(data, key=key).close()
    return key


def sealed(data: Path) -> bytes:
    """A folder with a passphrase and a card, which opened by itself before."""
    key = start(data, place(data).by_itself())
    changes = KeyChanges(data, key)
    changes.set_passphrase(PASSPHRASE)
    changes.set_card(CARD)
    changes.stop_opening_by_itself()
    return key


def test_a_folder_with_a_key_file_goes_on_with_the_same_key(data: Path) -> None:
    key = start(data, place(data).by_itself())
    assert place(data).by_itself() == key == key_from_file(data)
    changes = KeyChanges(data, key)
    assert changes.status().opens_by_itself and not changes.status().has_passphrase
    changes.set_passphrase(PASSPHRASE)
    assert place(data).by_itself() == key, "until the card is there too"
    assert place(data).by_typing(PASSPHRASE) == key
    start(data, key)


def test_the_key_file_goes_once_passphrase_and_card_open(data: Path) -> None:
    key = start(data, place(data).by_itself())
    key_file = place(data).usual_key_file
    changes = KeyChanges(data, key)
    changes.set_passphrase(PASSPHRASE)
    with pytest.raises(StoreError, match="recovery card first"):
        changes.stop_opening_by_itself()
    assert key_file.exists()
    changes.set_card(CARD)
    changes.stop_opening_by_itself()
    assert not key_file.exists() and place(data).by_itself() is None
    assert place(data).by_typing("-".join(CARD.groups).lower()) == key
    assert knows_folder(data), "an empty folder is no new organisation"


def test_a_passphrase_is_the_same_on_every_keyboard(data: Path) -> None:
    key = sealed(data)
    for typed in (PASSPHRASE.replace("ț", "ţ"), f" {PASSPHRASE}  ", PASSPHRASE.replace(" ", "  ")):
        assert place(data).by_typing(typed) == key
    for typed in (PASSPHRASE.upper(), "", "-".join(RecoveryCard.new().groups)):
        assert place(data).by_typing(typed) is None


def test_a_slip_in_the_card_is_told(data: Path) -> None:
    sealed(data)
    groups = CARD.groups
    with pytest.raises(CardMistyped, match="probably in group 5"):
        place(data).by_typing(" ".join([*groups[:4], groups[4][:3] + "Z", *groups[5:]]))


def test_a_passphrase_is_changed_by_wrapping_anew(data: Path) -> None:
    key = sealed(data)
    before = database_file(data).read_bytes()
    changes = KeyChanges(data, key)
    with pytest.raises(StoreError, match="not the passphrase"):
        changes.slot_opened_by("something else entirely")
    changes.set_passphrase(OTHER, changes.slot_opened_by(PASSPHRASE))
    assert place(data).by_typing(PASSPHRASE) is None
    assert place(data).by_typing(OTHER) == key
    assert database_file(data).read_bytes() == before


def test_a_new_card_makes_the_old_one_void(data: Path) -> None:
    key = sealed(data)
    card = RecoveryCard.new()
    KeyChanges(data, key).set_card(card)
    assert place(data).by_typing("-".join(CARD.groups)) is None
    assert place(data).by_typing("-".join(card.groups)) == key


def test_back_to_one_laptop_and_a_removed_file_opens_nothing_any_more(data: Path) -> None:
    key = sealed(data)
    changes = KeyChanges(data, key)
    file = changes.keep_in_file()
    assert place(data).by_itself() == key and file.read_text().strip() != key.hex()
    kept = file.read_text()
    changes.stop_opening_by_itself()
    file.write_text(kept)
    file.chmod(0o600)
    assert place(data).by_itself() is None, "a key file that somebody had copied is worth nothing"


def test_the_last_way_in_is_never_taken_away(data: Path) -> None:
    key = sealed(data)
    changes = KeyChanges(data, key)
    passphrase, card = changes.status().slots
    changes.remove(card.id)
    with pytest.raises(StoreError, match="nothing would open"):
        changes.remove(passphrase.id)
    assert place(data).by_typing(PASSPHRASE) == key


def test_slots_changed_by_somebody_else_open_nothing(data: Path) -> None:
    key = sealed(data)
    file = slots_file(data)
    file.write_text(file.read_text().replace('"made": "2', '"made": "1'))
    for refused in (lambda: place(data).by_typing("-".join(CARD.groups)), KeyChanges(data, key).status):
        try:
            assert refused() is None  # type: ignore[no-untyped-call]
        except StoreError as told:
            assert "was changed by something else" in str(told)


def test_slots_of_another_key_are_no_slots(data: Path, tmp_path: Path) -> None:
    key = sealed(data)
    other = sealed(tmp_path / "other")
    stored = read_slots(tmp_path / "other")
    assert stored is not None and other != key
    write_slots(data, stored.current)
    with pytest.raises(StoreError, match="was changed by something else"):
        KeyChanges(data, key).status()


def test_a_passphrase_of_before_the_slots_gets_its_slot_when_it_is_typed(data: Path) -> None:
    key = start(data, key_from_passphrase(data, PASSPHRASE))
    assert place(data).by_itself() is None and place(data).has_legacy_passphrase
    assert place(data).by_typing(OTHER) is None and not slots_file(data).exists()
    assert place(data).by_typing(PASSPHRASE) == key and slots_file(data).exists()
    salt_file(data).unlink()
    assert place(data).by_typing(PASSPHRASE.replace("ț", "ţ")) == key


def test_a_new_folder_begins_with_a_passphrase(data: Path) -> None:
    data.mkdir()
    with pytest.raises(StoreError, match="at least 14 characters"):
        place(data).by_typing("scurt")
    assert not slots_file(data).exists()
    key = start(data, place(data).by_typing(PASSPHRASE))
    assert place(data).by_typing(PASSPHRASE) == key and place(data).by_itself() is None


def test_a_folder_with_a_key_file_takes_no_passphrase_that_nobody_set(data: Path) -> None:
    start(data, place(data).by_itself())
    with pytest.raises(StoreError, match="dosar key passphrase"):
        place(data).by_typing(PASSPHRASE)


def test_a_named_key_file_that_is_gone_means_that_somebody_types(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "key"
    key = start(data, place(data, file).by_itself())
    changes = KeyChanges(data, key, file)
    changes.set_passphrase(PASSPHRASE)
    changes.set_card(CARD)
    assert place(data, file).by_itself() == place(data).by_itself() == key, "the slot knows where its file lies"
    changes.stop_opening_by_itself()
    assert not file.exists() and place(data, file).by_itself() is None


def test_the_computers_keyring(data: Path) -> None:
    keyring = pytest.importorskip("keyring")
    before = keyring.get_keyring()
    kept: dict[tuple[str, str], str] = {}

    class InMemory(keyring.backend.KeyringBackend):  # type: ignore[misc, name-defined]
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            kept[service, username] = password

        def delete_password(self, service: str, username: str) -> None:
            del kept[service, username]

    keyring.set_keyring(InMemory())
    try:
        key = sealed(data)
        changes = KeyChanges(data, key)
        changes.keep_in_keyring()
        assert place(data).by_itself() == key and key.hex() not in kept.values()
        changes.stop_opening_by_itself()
        assert place(data).by_itself() is None and not kept
    finally:
        keyring.set_keyring(before)
