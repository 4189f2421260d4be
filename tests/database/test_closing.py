"""A store that is closed leaves one file that is whole by itself, whoever is at work with it still."""

from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import text
from sqlcipher3 import dbapi2 as sqlcipher

from dosar.database.sqlite_store import SqliteStore
from dosar.database.store import Store, closing_stores, unwritten_log
from dosar.database.store_errors import StoreBusy, StoreClosed
from tests.waiting import is_soon

KEY = bytes(32)


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """A database of some megabytes, most of them in the log."""
    opened = Store.open(tmp_path, key=KEY)
    assert isinstance(opened, SqliteStore)
    with opened.writing() as session:
        session.execute(text("CREATE TABLE kept (what TEXT)"))
        session.execute(text("INSERT INTO kept VALUES (hex(randomblob(1000000)))"))
    assert unwritten_log(tmp_path)
    return opened


def files(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def in_the_background(work: Any) -> list[BaseException]:
    """What goes wrong with work that has begun by now."""
    trouble: list[BaseException] = []
    begun = Event()

    def run() -> None:
        try:
            work(begun)
        except BaseException as error:
            trouble.append(error)
        finally:
            begun.set()

    Thread(target=run, daemon=True).start()
    assert begun.wait(60)
    return trouble


def test_its_log_is_written_into_it(store: SqliteStore, tmp_path: Path) -> None:
    store.close()
    assert files(tmp_path) == {"dosar.db"}
    store.close()


def test_who_reads_or_writes_in_another_thread_goes_no_further(store: SqliteStore, tmp_path: Path) -> None:
    ended = Event()

    def read(begun: Event) -> None:
        with store.snapshot() as connection:
            connection.execute(text("SELECT * FROM kept")).all()
            begun.set()
            ended.wait(60)
            connection.execute(text("SELECT * FROM kept")).all()

    def write(begun: Event) -> None:
        with store.writing() as session:
            session.execute(text("DELETE FROM kept"))
            begun.set()
            ended.wait(60)

    troubles = [in_the_background(read), in_the_background(write)]
    store.close()
    ended.set()
    assert files(tmp_path) == {"dosar.db"}
    with pytest.raises(StoreClosed), store.snapshot():
        pass
    for trouble in troubles:
        assert all(isinstance(error, StoreClosed | StoreBusy) for error in trouble)
    again = Store.open(tmp_path, key=KEY)
    with again.snapshot() as connection:
        assert connection.scalar(text("SELECT count(*) FROM kept")) == 1
    again.close()


@pytest.mark.parametrize("work", ["look_for_damage", "rewrite"])
def test_so_does_what_goes_on_by_itself(store: SqliteStore, tmp_path: Path, work: str) -> None:
    def go_on(begun: Event) -> None:
        while True:
            getattr(store, work)()
            begun.set()

    trouble = in_the_background(go_on)
    store.close()
    assert files(tmp_path) == {"dosar.db"}
    assert all(isinstance(error, StoreClosed | StoreBusy) for error in trouble)


def test_a_copy_that_is_made_page_by_page_is_broken_off(store: SqliteStore, tmp_path: Path) -> None:
    copy = sqlcipher.connect(str(tmp_path / "copy"), check_same_thread=False)
    copy.execute(f"PRAGMA key=\"x'{KEY.hex()}'\"")

    def make_copy(begun: Event) -> None:
        def go_on(*_: int) -> None:
            begun.set()
            if store.closed.wait(0.05):
                raise StoreClosed

        with store.snapshot_apart() as read:
            driver: Any = read.connection.driver_connection
            driver.backup(copy, pages=1, progress=go_on)

    trouble = in_the_background(make_copy)
    store.close()
    copy.close()
    assert files(tmp_path) == {"dosar.db", "copy"}
    assert is_soon(lambda: bool(trouble)) and isinstance(trouble[0], StoreClosed)


def test_what_nobody_closed_is_closed_at_the_end(store: SqliteStore, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), closing_stores():
        other = Store.open(tmp_path / "other", key=KEY)
        raise KeyboardInterrupt
    assert other.closed.is_set() and not store.closed.is_set()
    store.close()
