"""A database that was cut off or overwritten is told as such, with the way to the last copy."""

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest

from dosar.database.copies.backup import keep_copy
from dosar.database.installation import integrity
from dosar.database.installation.integrity import watch_integrity
from dosar.database.sqlite_store import PAGE_BYTES
from dosar.database.store import Store, database_file
from dosar.database.store_errors import StoreBusy, StoreDamaged, WrongKey
from tests.databases import KEY

Damage = Callable[[bytes], bytes]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = Store.open(tmp_path, key=KEY)
    with store.writing() as session:
        for number in range(40):
            session.connection().exec_driver_sql(f"CREATE TABLE sheet_{number} (answer)")
            session.connection().exec_driver_sql(f"INSERT INTO sheet_{number} VALUES ('Da')")
    store.close()
    return tmp_path


def damage_file(folder: Path, damage: Damage) -> None:
    file = database_file(folder)
    file.write_bytes(damage(file.read_bytes()))


def copy_taken(folder: Path, moment: datetime) -> Path:
    store = Store.open(folder, key=KEY)
    taken = keep_copy(store, folder, KEY, [], moment)
    store.close()
    return database_file(taken)


def answer_of(store: Store, number: int) -> list[str]:
    with store.snapshot() as connection:
        return list(connection.exec_driver_sql(f"SELECT answer FROM sheet_{number}").scalars())


def overwrite_last_page(file: bytes) -> bytes:
    return file[:-PAGE_BYTES] + bytes(PAGE_BYTES)


def overwrite_beginning(file: bytes) -> bytes:
    return b"x" * PAGE_BYTES + file[PAGE_BYTES:]


@pytest.mark.parametrize("damage", [lambda file: file[: len(file) // 2], lambda file: file[:1000]])
def test_a_file_that_was_cut_off_is_told_as_damaged(folder: Path, damage: Damage) -> None:
    damage_file(folder, damage)
    with pytest.raises(StoreDamaged, match=r"dosar.db is damaged.*put your last copy of the data folder in its place"):
        answer_of(Store.open(folder, key=KEY), 39)


def test_a_damaged_beginning_is_told_from_a_wrong_key_by_the_copy(folder: Path) -> None:
    copy_taken(folder, datetime(2026, 11, 1))
    newest = copy_taken(folder, datetime(2026, 11, 9))
    with pytest.raises(WrongKey):
        Store.open(folder, key=bytes(32))
    damage_file(folder, overwrite_beginning)
    with pytest.raises(WrongKey):
        Store.open(folder, key=bytes(32))
    with pytest.raises(StoreDamaged) as damaged:
        Store.open(folder, key=KEY)
    assert f"The newest copy on this computer is {newest}." in str(damaged.value)


def test_without_a_copy_both_are_said(folder: Path) -> None:
    damage_file(folder, overwrite_beginning)
    with pytest.raises(WrongKey, match=r"made with; if it is the right one, the beginning of the file is damaged"):
        Store.open(folder, key=KEY)


def test_who_meets_a_damaged_page_reads_the_others_still(folder: Path) -> None:
    damage_file(folder, overwrite_last_page)
    store = Store.open(folder, key=KEY)
    for _ in range(10):  # more than there are connections
        with pytest.raises(StoreDamaged):
            answer_of(store, 39)
        assert answer_of(store, 0) == ["Da"]
    assert store.damage is not None
    store.close()


def test_a_changed_letter_is_found_before_anybody_reads_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage_file(folder, lambda file: file[:-100] + bytes([file[-100] ^ 1]) + file[-99:])
    monkeypatch.setattr(integrity, "FIRST_SECONDS", 0)
    store, told = Store.open(folder, key=KEY), Event()
    watch_integrity(store, lambda _: told.set())
    assert told.wait(60) and store.damage is not None
    store.close()


def test_a_look_that_somebody_held_up_is_made_again_soon(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage_file(folder, lambda file: file[:-100] + bytes([file[-100] ^ 1]) + file[-99:])
    monkeypatch.setattr(integrity, "FIRST_SECONDS", 0)
    monkeypatch.setattr(integrity, "AGAIN_SECONDS", 0.05)
    store, told, refused = Store.open(folder, key=KEY), Event(), Event()
    look = store.look_for_damage

    def held_up_once() -> StoreDamaged | None:
        if refused.is_set():
            return look()
        refused.set()
        raise StoreBusy

    monkeypatch.setattr(store, "look_for_damage", held_up_once)
    watch_integrity(store, lambda _: told.set())
    assert told.wait(60) and refused.is_set()
    store.close()


def test_a_database_that_is_written_meanwhile_is_not_damaged(folder: Path) -> None:
    store, until = Store.open(folder, key=KEY), time.monotonic() + 0.5
    with store.writing() as session:
        session.connection().exec_driver_sql("INSERT INTO sheet_0 VALUES (zeroblob(100000))")
        session.commit()
        assert store.look_for_damage() is None
    while time.monotonic() < until:
        with store.writing() as session:
            session.connection().exec_driver_sql("INSERT INTO sheet_0 VALUES (zeroblob(9000))")
        assert store.look_for_damage() is None
    assert store.damage is None
    store.close()
