"""Another master key: the same data, the old key opens nothing, and a kill at any step leaves one of both."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select

from dosar.database.keys import key_slots
from dosar.database.keys.key_changes import KeyChanges
from dosar.database.keys.key_file import secrets_in_file
from dosar.database.keys.key_slots import Argon2Cost, KeySlots
from dosar.database.keys.key_slots_file import read_slots
from dosar.database.keys.master_key import MasterKeyPlace, Secret, passphrase_secret
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.keys.rekey import NewKey, change_master_key, kept_copy, kept_key_file
from dosar.database.store import Store
from dosar.database.store_errors import StoreError, WrongKey
from dosar.migrations.system_migrations import make_own_tables
from tests.databases import fresh_place

OLD, NEW = "trei cai verzi pe pereți", "patru cuvinte fără rost"
NEW_KEY = bytes(range(100, 132))
MOMENT = "2026-11-29-101500"
ROWS = 500
papers = Table("papers", MetaData(), Column("id", Integer, primary_key=True), Column("words", Text))
SQLITE_STEPS = ["copied", "encrypted", "compared", "announced", "kept", "swapped", "finished"]
POSTGRESQL_STEPS = ["announced", "swapped", "finished"]


@dataclass
class Folder:
    """A data folder with a filled database, in a file of its own or on a server."""

    data: Path
    url: str | None

    def opens(self, key: bytes) -> bool:
        try:
            with closing(self.open(key)) as store:
                store.require_right_key()
        except WrongKey:
            return False
        return True

    def open(self, key: bytes) -> Store:
        return Store.open(self.data, self.url, key)

    @property
    def place(self) -> MasterKeyPlace:
        return MasterKeyPlace(self.data, self.opens)

    def fill(self) -> bytes:
        """500 papers and a data key; opened by a key file, as every folder begins."""
        self.data.mkdir()
        key = self.place.by_itself()
        assert key is not None
        store = self.open(key)
        with store.writing() as session:
            make_own_tables(session.connection())
            papers.create(session.connection())
            session.execute(insert(papers), [{"words": f"Foaia {number}"} for number in range(ROWS)])
            store.open_data_key()
        store.close()
        return key

    def purpose_key(self, key: bytes) -> bytes:
        """What was sealed hangs on it. Every paper is there."""
        store = self.open(key)
        try:
            store.open_data_key()
            with store.snapshot() as connection:
                assert connection.scalar(select(func.count()).select_from(papers)) == ROWS
            return store.purpose_key("files")
        finally:
            store.close()

    def change(self, key: bytes) -> NewKey:
        """The passphrase alone, and another one afterwards; or the key file, where there is no passphrase."""
        changes = KeyChanges(self.data, key)
        slots = KeySlots()
        if changes.status().has_passphrase:
            slots = slots.with_slot(NEW_KEY, *passphrase_secret(NEW), "2026-11-29")
            return NewKey(self.data, key, NEW_KEY, changes.slots(), slots)
        secret, file = bytes(32), self.place.usual_key_file
        slots = slots.with_slot(NEW_KEY, "key_file", secret, "2026-11-29", str(file))
        return NewKey(self.data, key, NEW_KEY, changes.slots(), slots, file, changes.secret_in_file(file), secret)


@pytest.fixture
def folder(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setattr(key_slots, "USUAL_COST", Argon2Cost(1, 1024, 1))
    monkeypatch.setattr("dosar.database.keys.key_file.user_config_path", lambda name: tmp_path / "config" / name)
    with fresh_place(database, tmp_path) as place:
        yield Folder(tmp_path / "organisation", place.url)


def sealed(folder: Folder) -> bytes:
    key = folder.fill()
    changes = KeyChanges(folder.data, key)
    changes.set_passphrase(OLD)
    changes.set_card(RecoveryCard.new())
    changes.stop_opening_by_itself()
    return key


def steps(folder: Folder) -> list[str]:
    return POSTGRESQL_STEPS if folder.url else SQLITE_STEPS


def killed_after(folder: Folder, change: NewKey, count: int) -> None:
    """Take so many steps, and then nobody takes another one: no end is tidied up."""
    store = folder.open(change.old_key)
    going = change_master_key(change, store, f"{MOMENT}-{count}")
    assert [next(going) for _ in range(count)] == steps(folder)[:count]
    store.close()  # as the system closes its connections


@pytest.mark.parametrize("made", [sealed, Folder.fill], ids=["passphrase", "key file"])
def test_whenever_it_is_killed_the_data_open_and_are_all_there(folder: Folder, made: Callable[[Folder], bytes]) -> None:
    key = made(folder)
    copied = folder.data / "copies" / "2026-11-01-090000"
    if folder.url is None:  # taken when the forms changed, before there were slots
        copied.mkdir(parents=True)
        shutil.copy2(folder.data / "dosar.db", copied)
    known = folder.purpose_key(key)
    way_of_old: Secret = passphrase_secret(OLD) if made is sealed else ("key_file", key)
    for count in range(len(steps(folder)) + 1):
        if count:
            killed_after(folder, folder.change(key), count)
        has_passphrase = made is sealed
        ways = [folder.place.by_typing(typed) for typed in (OLD, NEW)] if has_passphrase else [folder.place.by_itself()]
        opened = {way for way in ways if way is not None}
        is_swapped = "swapped" in steps(folder)[:count]
        assert opened == {NEW_KEY if is_swapped else key}, f"after {count} steps"
        assert folder.purpose_key(opened.pop()) == known
        stored = read_slots(folder.data)
        assert stored is None or stored.coming is None, "who opened it settled it"
        if is_swapped:
            break
    if folder.url is None:
        stored = read_slots(copied)
        assert stored is not None and stored.current.opened_with(*way_of_old) == key
    else:
        assert not folder.opens(key)


def test_the_old_key_opens_nothing_but_the_copy_that_is_kept(folder: Folder, tmp_path: Path) -> None:
    key = folder.fill()
    change = folder.change(key)
    store = folder.open(key)
    assert list(change_master_key(change, store, MOMENT)) == steps(folder)
    assert folder.place.by_itself() == NEW_KEY and not folder.opens(key)
    file = folder.place.usual_key_file
    assert secrets_in_file(folder.data, file) == [change.new_secret]
    if folder.url is None:
        kept = kept_copy(folder.data, MOMENT)
        assert MasterKeyPlace(kept, folder.opens, kept_key_file(file, MOMENT)).by_itself() == key
        store = Store.open(kept, key=key)
        with store.snapshot() as connection:
            assert connection.scalar(select(func.count()).select_from(papers)) == ROWS
        store.close()
        assert not (folder.data / ".new-key").exists()


def test_a_copy_that_lacks_a_row_takes_nobodys_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dosar.database.keys.key_file.user_config_path", lambda name: tmp_path / "config" / name)
    folder = Folder(tmp_path / "organisation", None)
    key = folder.fill()
    change = folder.change(key)
    store = folder.open(key)
    going = change_master_key(change, store, MOMENT)
    assert [next(going), next(going)] == ["copied", "encrypted"]
    copied = Store.open(change.draft, key=NEW_KEY)
    with copied.writing() as session:
        session.execute(papers.delete().where(papers.c.id == 1))
    copied.close()
    with pytest.raises(StoreError, match="is not what the database is"):
        next(going)
    store.close()
    assert folder.opens(key) and folder.place.by_itself() == key
