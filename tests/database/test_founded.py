"""An organisation that once had people never starts as a new one, and a copy is there whole or not at all."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from dosar.access.appbuilder.install import create_access_tables
from dosar.access.tables import ACCESS_TABLES, user_table
from dosar.cli.first_start import may_start_empty
from dosar.cli.places import Places
from dosar.cli.runtime import open_app, open_store
from dosar.database.atomic_files import write_atomically
from dosar.database.copies.backup import ANCHOR_FILE, keep_copy
from dosar.database.copies_folder import COPIES_FOLDER
from dosar.database.installation.installation_marker import (
    FOUNDED_FILE,
    begin_anew,
    end_beginning,
    has_people,
    mark_beginning,
    mark_founded,
    may_begin,
)
from dosar.database.keys.key_file import key_from_file, remember_passphrase, salt_file
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store, database_file
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import SYSTEM_METADATA, attachment_table, history_table
from tests.databases import KEY, Place

MOMENT = datetime(2026, 11, 28, 9)
WORKER = {
    "first_name": "Ana",
    "last_name": "Rusu",
    "username": "ana",
    "password": "x",
    "active": True,
    "email": "ana@x.md",
}
HEAVY = 400
KILLS = 6


def _with_people(store: Store) -> None:
    with store.writing() as session:
        create_access_tables(session.connection())
        SYSTEM_METADATA.create_all(session.connection())
        store.open_data_key()
        session.execute(insert(user_table).values(WORKER))


def _reopened(place: Place, data: Path) -> Store:
    return open_store(data, place.key or KEY, place.url)


def test_a_database_that_lost_its_people_is_no_new_organisation(place: Place, tmp_path: Path) -> None:
    data = place.data or tmp_path
    mark_founded(data)
    place.open().close()
    mark_founded(data)
    with pytest.raises(StoreError, match="database is empty"):
        _reopened(place, data)
    store = place.open()
    _with_people(store)
    store.close()
    _reopened(place, data).close()


def test_what_somebody_did_outlives_the_people(place: Place, tmp_path: Path) -> None:
    store = place.open()
    with store.writing() as session:
        SYSTEM_METADATA.create_all(session.connection())
        store.open_data_key()
        session.execute(
            insert(history_table).values(
                form="case", record_id=1, at=MOMENT, user_id=7, action="entered", form_version=1, changes={}
            )
        )
    store.close()
    with pytest.raises(StoreError, match="database is empty"):
        _reopened(place, place.data or tmp_path)


def test_a_folder_nobody_ever_used_begins_anew(place: Place, tmp_path: Path) -> None:
    store = _reopened(place, place.data or tmp_path)
    assert not has_people(store)
    store.close()


def test_a_deleted_database_is_missed(tmp_path: Path) -> None:
    store = open_store(tmp_path, KEY)
    _with_people(store)
    store.close()
    mark_founded(tmp_path)
    database_file(tmp_path).unlink()
    with pytest.raises(StoreError, match="copies"):
        open_store(tmp_path, KEY)
    assert (tmp_path / FOUNDED_FILE).stat().st_mode & 0o077 == 0


def test_a_copy_knows_whose_it_is(place: Place, tmp_path: Path) -> None:
    store = place.open()
    _with_people(store)
    copy = keep_copy(store, tmp_path, KEY, [*ACCESS_TABLES, *SYSTEM_METADATA.tables.values()], MOMENT)
    store.close()
    assert sorted(file.name for file in copy.iterdir()) == [ANCHOR_FILE, "dosar.db", FOUNDED_FILE]
    open_store(copy, KEY).close()


def _heavy(data: Path) -> None:
    store = SqliteStore(data, KEY)
    _with_people(store)
    with store.writing() as session:
        session.execute(
            insert(attachment_table),
            [
                {
                    "form": "case",
                    "question": "q",
                    "name": "a",
                    "media_type": "x",
                    "size": 1,
                    "digest": "d",
                    "content": os.urandom(40_000),
                    "user_id": 1,
                    "at": MOMENT,
                }
                for _ in range(HEAVY)
            ],
        )
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="killing needs a computer with signals")
def test_a_killed_copy_leaves_no_copy_that_opens_as_a_new_organisation(tmp_path: Path) -> None:
    _heavy(tmp_path)
    for kill in range(KILLS):
        copying = subprocess.Popen(
            [sys.executable, "-m", "tests.database.copying_alone", str(tmp_path), str(kill)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
        )
        assert copying.stdout is not None
        copying.stdout.readline()
        try:
            copying.wait(kill * 0.03)
        except subprocess.TimeoutExpired:
            copying.send_signal(signal.SIGKILL)
            copying.wait()
        copying.stdout.close()
        for copy in (tmp_path / COPIES_FOLDER).glob("[!.]*"):
            open_store(copy, KEY).close()
            assert database_file(copy).stat().st_size == database_file(tmp_path).stat().st_size
    assert len(list((tmp_path / COPIES_FOLDER).glob(".*"))) <= 1


@pytest.mark.skipif(sys.platform == "win32", reason="the size of files cannot be limited")
def test_a_full_disk_leaves_no_copy(tmp_path: Path) -> None:
    _heavy(tmp_path)
    failed = subprocess.run(
        [sys.executable, "-m", "tests.database.copying_alone", str(tmp_path), "0", "1000000"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert failed.returncode == 1 and "Error" in failed.stderr
    assert list((tmp_path / COPIES_FOLDER).iterdir()) == []


@pytest.mark.parametrize("ending", ["deleted", "emptied", "not connected"])
@pytest.mark.parametrize("opened_by", ["a key", "a passphrase"])
def test_where_a_key_is_known_nothing_new_begins_by_itself(
    ending: str, opened_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unmounted disk looks like a folder that was never used; only what lies elsewhere tells."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    data = tmp_path / "data"
    places = Places(data, None, None, opened_by == "a passphrase")
    assert may_start_empty(places, data, demo=False, new_organisation=False), "the first start of all"
    if opened_by == "a key":
        key_from_file(data)
    else:
        write_atomically(salt_file(data), "00" * 16)
        remember_passphrase(data)
    write_atomically(database_file(data), "full")
    assert not may_start_empty(places, data, demo=False, new_organisation=False)
    if ending == "emptied":
        database_file(data).write_bytes(b"")
    elif ending == "deleted":
        database_file(data).unlink()
    else:
        data.rename(tmp_path / "away")
    with pytest.raises(StoreError, match="missing or empty"):
        may_start_empty(places, data, demo=False, new_organisation=False)
    assert may_start_empty(places, data, demo=False, new_organisation=True), "somebody said so"


def test_a_database_elsewhere_that_is_empty_is_no_new_organisation(place: Place, tmp_path: Path) -> None:
    place.open().close()
    with pytest.raises(StoreError, match="missing or empty"):
        open_app(place.data or tmp_path, tmp_path, place.key or KEY, place.url, begins=False)


def test_a_first_start_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    mark_beginning(tmp_path)
    assert may_begin(tmp_path, is_known=True)
    end_beginning(tmp_path)
    assert not may_begin(tmp_path, is_known=True)


def test_a_demo_begins_in_no_folder_of_an_organisation_that_lost_its_database(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    mark_founded(data)
    places = Places(data, None, tmp_path / "key", passphrase=False)
    with pytest.raises(StoreError, match="had people"):
        may_start_empty(places, data, demo=True, new_organisation=False)
    assert [file.name for file in tmp_path.rglob("*")] == ["data", FOUNDED_FILE]
    assert may_start_empty(places, data, demo=True, new_organisation=True)


def test_a_new_organisation_begins_only_in_an_empty_database(place: Place, tmp_path: Path) -> None:
    data = place.data or tmp_path
    store = place.open()
    mark_founded(data)
    begin_anew(store, data)
    assert not (data / FOUNDED_FILE).exists()
    _with_people(store)
    with pytest.raises(StoreError, match="not empty"):
        begin_anew(store, data)
    store.close()


def test_two_threads_that_write_one_file_at_once_do_not_meet(tmp_path: Path) -> None:
    file = tmp_path / "choice.json"

    def write(number: int) -> None:
        for _ in range(40):
            write_atomically(file, f"{number}" * 5000)
            assert len(set(file.read_text())) == 1

    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(write, (1, 2))] == [None, None]
    assert [each.name for each in tmp_path.iterdir()] == ["choice.json"]
