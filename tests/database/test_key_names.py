"""The key file of a data folder is found wherever the folder was moved or copied to, and is taken from no other one."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from dosar.cli.first_start import may_start_empty
from dosar.cli.places import Places
from dosar.database.atomic_files import write_atomically
from dosar.database.installation.installation_marker import mark_beginning
from dosar.database.keys import key_slots
from dosar.database.keys.key_changes import KeyChanges
from dosar.database.keys.key_file import default_key_file, has_database, key_from_file, keys_folder
from dosar.database.keys.key_name import name_file, name_in_folder, path_digest
from dosar.database.keys.key_slots import Argon2Cost
from dosar.database.keys.key_slots_file import slots_file
from dosar.database.keys.master_key import MasterKeyPlace
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.store import database_file
from dosar.database.store_errors import StoreError

Making = Callable[[Path], bytes]
PASSPHRASE = "trei cai verzi pe pereți"


@dataclass
class Computer:
    """One computer: its key files, and the folders on its disk."""

    disk: Path
    monkeypatch: pytest.MonkeyPatch

    def use(self) -> "Computer":
        self.monkeypatch.setattr("dosar.database.keys.key_file.user_config_path", lambda name: self.disk / name)
        return self

    @property
    def keys(self) -> list[str]:
        return sorted(file.name for file in (self.disk / "dosar/keys").glob("*.key"))


@pytest.fixture
def computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Computer:
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Computer(tmp_path / "this", monkeypatch).use()


def started(data: Path) -> bytes:
    """The key that opens the folder by itself, or what somebody types; a first start leaves a database."""
    place = MasterKeyPlace(data, lambda _: True, settles=True)
    key = place.by_itself() or place.by_typing(PASSPHRASE)
    assert key is not None
    if not has_database(data):
        write_atomically(database_file(data), "full")
    return key


def with_slots(data: Path) -> bytes:
    """A folder with a passphrase and a card, that a key file opens as well."""
    key = started(data)
    KeyChanges(data, key).set_passphrase(PASSPHRASE)
    KeyChanges(data, key).set_card(RecoveryCard.new())
    return key


def of_before(data: Path) -> bytes:
    """A folder whose key file is called after its path, as it was before folders had names."""
    key = bytes(range(32))
    write_atomically(keys_folder() / f"{path_digest(data)}.key", f"{key.hex()}\n")
    write_atomically(database_file(data), "full")
    return key


MADE = pytest.mark.parametrize("made", [started, with_slots, of_before])


def opens_by_itself(data: Path) -> bool:
    return MasterKeyPlace(data, lambda _: True, settles=True).by_itself() is not None


@MADE
def test_a_folder_that_was_moved_finds_its_key(computer: Computer, made: Making) -> None:
    data, moved = computer.disk / "data", computer.disk / "elsewhere" / "dosarele noastre"
    key = made(data)
    assert started(data) == key
    moved.parent.mkdir()
    data.rename(moved)
    assert started(moved) == key and len(computer.keys) == 1
    slots = KeyChanges(moved, key).status().slots
    assert [slot.place for slot in slots if slot.kind == "key_file"] == [str(default_key_file(moved))]
    moved.rename(computer.disk / "a disk that is not connected")
    for path in (data, moved):
        with pytest.raises(StoreError, match="missing or empty"):
            may_start_empty(Places(path, None, None, False), path, demo=False, new_organisation=False)


@MADE
def test_on_another_computer_the_copied_key_folder_is_found(computer: Computer, made: Making, tmp_path: Path) -> None:
    data = computer.disk / "data"
    key = made(data)
    assert started(data) == key
    other = Computer(tmp_path / "other", computer.monkeypatch)
    shutil.copytree(computer.disk / "dosar", other.disk / "dosar")
    shutil.copytree(data, other.disk / "Documente" / "data")
    shutil.rmtree(computer.disk)  # stolen, broken
    other.use()
    here = other.disk / "Documente" / "data"
    assert started(here) == key and len(other.keys) == 1
    changes = KeyChanges(here, key)
    changes.set_passphrase(PASSPHRASE)
    changes.set_card(RecoveryCard.new())
    changes.stop_opening_by_itself()
    assert other.keys == [] and not opens_by_itself(here)


@MADE
@pytest.mark.parametrize("sealed_one", [0, 1])
def test_closing_a_copy_takes_the_key_from_nobody(computer: Computer, made: Making, sealed_one: int) -> None:
    folders = [computer.disk / "data", computer.disk / "a copy to try things with"]
    key = made(folders[0])
    assert started(folders[0]) == key
    shutil.copytree(folders[0], folders[1])
    for _ in range(2):
        assert {started(folder) for folder in folders} == {key} and len(computer.keys) == 2
    assert len({name_in_folder(folder) for folder in folders}) == 2
    closed, open_one = folders[sealed_one], folders[1 - sealed_one]
    changes = KeyChanges(closed, key)
    changes.set_passphrase(PASSPHRASE)
    changes.set_card(RecoveryCard.new())
    changes.stop_opening_by_itself()
    assert not opens_by_itself(closed) and opens_by_itself(open_one) and len(computer.keys) == 1


def test_a_copy_that_was_opened_by_typing_takes_no_key_either(computer: Computer) -> None:
    data, copy = computer.disk / "data", computer.disk / "copy"
    key = with_slots(data)
    shutil.copytree(data, copy)
    KeyChanges(copy, key).stop_opening_by_itself()
    assert opens_by_itself(data) and not opens_by_itself(copy)
    KeyChanges(copy, key).keep_in_file()
    assert opens_by_itself(copy) and len(computer.keys) == 2


@MADE
def test_killed_while_a_copy_gets_its_key_it_gets_the_same_one(computer: Computer, made: Making) -> None:
    data, copy = computer.disk / "data", computer.disk / "copy"
    key = made(data)
    assert started(data) == key
    shutil.copytree(data, copy)
    before = {file: file.read_bytes() for file in (name_file(copy), slots_file(copy)) if file.exists()}
    assert started(copy) == key
    after = {file: file.read_bytes() for file in before}
    for kept in ([], [name_file(copy)], list(before)):  # what had reached the disk
        for file in before:
            file.write_bytes(after[file] if file in kept else before[file])
        assert started(copy) == key and len(computer.keys) == 2
        assert {file: json_or_text(file) for file in before} == {
            file: json_or_text(file, text) for file, text in after.items()
        }


def json_or_text(file: Path, text: bytes | None = None) -> object:
    """What stands in the file, of slots where the key file lies."""
    text = file.read_bytes() if text is None else text
    return [slot["place"] for slot in json.loads(text)["slots"]] if file.suffix == ".json" else text


def test_a_folder_that_is_only_looked_at_leaves_nothing_among_the_keys(computer: Computer, tmp_path: Path) -> None:
    """A back-up that is unpacked to be compared, and goes again."""
    data, unpacked = computer.disk / "data", tmp_path / "unpacked"
    key = with_slots(data)
    before = {file: file.read_bytes() for file in keys_folder().iterdir()}
    unpacked.mkdir()
    shutil.copy2(slots_file(data), unpacked)
    assert MasterKeyPlace(unpacked, lambda _: True).by_typing(PASSPHRASE) == key
    assert {file: file.read_bytes() for file in keys_folder().iterdir()} == before
    assert slots_file(unpacked).read_bytes() == slots_file(data).read_bytes()


def test_where_a_back_up_took_the_place_of_other_data_their_key_file_stays(computer: Computer) -> None:
    """A new computer has a key file from its first start; then the data of the old one are restored there."""
    old, new = computer.disk / "old", computer.disk / "new"
    key, first_start = with_slots(old), started(new)
    KeyChanges(old, key).stop_opening_by_itself()
    shutil.copy2(slots_file(old), new)
    [before] = [file for file in keys_folder().glob("*.key") if first_start.hex() in file.read_text()]
    assert started(new) == key != first_start
    assert KeyChanges(new, key).keep_in_file() != before
    assert opens_by_itself(new) and before.read_text().strip() == first_start.hex()


def test_a_missing_key_of_data_on_a_server_is_never_replaced(computer: Computer) -> None:
    """The folder holds no database then, only the name of the key that wraps what is on the server."""
    data = computer.disk / "data"
    key_from_file(data)
    default_key_file(data).unlink()
    with pytest.raises(StoreError, match="is missing"):
        key_from_file(data)
    assert computer.keys == []
    mark_beginning(data)
    key_from_file(data)
    assert len(computer.keys) == 1, "a first start that was killed is begun again"


def test_a_folder_that_lost_its_name_finds_the_key_by_its_path(computer: Computer) -> None:
    data = computer.disk / "data"
    key = started(data)
    shutil.rmtree(data)
    write_atomically(database_file(data), "put back from a back-up, alone")
    assert started(data) == key and name_in_folder(data) == computer.keys[0].removesuffix(".key")


@pytest.mark.parametrize("planted", ["", "../../elsewhere", "0123456789abcdeg", "Ș" * 5000, "\0" * 16])
def test_nobody_names_a_file_outside_of_the_keys(computer: Computer, planted: str) -> None:
    data = computer.disk / "data"
    write_atomically(name_file(data), planted)
    assert default_key_file(data) == keys_folder() / f"{path_digest(data)}.key"
    (keys_folder() / f"{path_digest(data)}.folder").parent.mkdir(parents=True)
    for marked in ("[" * 5000, '{"name": "../x", "folder": 1}', "[]", "null"):
        (keys_folder() / f"{path_digest(data)}.folder").write_text(marked, "utf-8")
        assert default_key_file(data) == keys_folder() / f"{path_digest(data)}.key"


def test_a_mark_that_names_no_path_stops_no_start(computer: Computer) -> None:
    data = computer.disk / "data"
    key = started(data)
    mark = {"name": name_in_folder(data), "folder": "a\0b"}
    (keys_folder() / "0123456789abcdef.folder").write_text(json.dumps(mark), "utf-8")
    assert started(data) == key and len(computer.keys) == 1


def test_two_new_folders_at_the_same_path_never_have_the_same_key_file(computer: Computer, tmp_path: Path) -> None:
    """As on two computers whose accounts are called alike: a copied key folder writes over nothing."""
    data = tmp_path / "data"
    names = set()
    for number in range(2):
        Computer(tmp_path / str(number), computer.monkeypatch).use()
        key_from_file(data)
        names.add(default_key_file(data).name)
        shutil.rmtree(data)
    assert len(names) == 2
