"""Two programs on one PostgreSQL database: the second is told so, also after the server was away."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from dosar.cli.main import main
from dosar.database.installation import program_lock
from dosar.database.installation.program_lock import PROGRAM_LOCK_ID, DatabaseInUse
from dosar.database.postgresql_store import WRITER_LOCK_ID
from dosar.database.store import Store
from tests.databases import KEY, fresh_place
from tests.waiting import is_soon

lock_database = partial(program_lock.lock_database, on_lost=lambda trouble: pytest.fail(str(trouble)))
CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)

WAITING = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(program_lock, "TAKE_SECONDS", 0.3)
    monkeypatch.setattr(program_lock, "WATCH_SECONDS", 0.3)
    with fresh_place("postgresql", tmp_path) as place:
        assert place.url
        yield place.url


def test_a_second_program_is_refused_until_the_first_ends(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with lock_database(url), pytest.raises(DatabaseInUse, match="stop that one first"), lock_database(url):
        pass
    monkeypatch.setattr(program_lock, "TAKE_SECONDS", 60)  # the server notices by and by that the first one has gone
    with lock_database(url):
        pass


def test_whoever_writes_is_not_held_up(url: str) -> None:
    assert PROGRAM_LOCK_ID != WRITER_LOCK_ID
    with lock_database(url):
        store = Store.open(url=url, key=KEY)
        with store.writing() as session:
            session.connection().exec_driver_sql("CREATE TABLE sheet (answer text)")
        store.close()


@pytest.mark.parametrize(
    "command",
    [
        ["start", "--no-browser"],
        ["upgrade"],
        ["unlock", "ana"],
        ["reset-administrator", "ana"],
        ["reset-telephone", "ana"],
        ["confirm-access", "ana"],
        ["copy", "--to", "new"],
    ],
    ids=lambda command: command[0],
)
def test_every_command_that_writes_is_refused(
    command: list[str], url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    data = tmp_path / "data"
    data.mkdir()
    with lock_database(url):
        assert main([*command, "--data", str(data)]) == 2
    assert "Another Dosar is working on this database" in capsys.readouterr().err


def test_a_lock_lost_with_its_connection_is_taken_again(url: str) -> None:
    with lock_database(url), psycopg.connect(url, autocommit=True) as server:
        before = _holder(server)
        server.execute(CUT_OFF)
        assert is_soon(lambda: _holder(server) not in (None, before))
        with pytest.raises(DatabaseInUse), lock_database(url):
            pass


def test_a_program_whose_database_was_taken_meanwhile_stops(url: str) -> None:
    lost = Event()
    with psycopg.connect(url, autocommit=True) as other, psycopg.connect(url, autocommit=True) as server:
        taking = Thread(target=other.execute, args=("SELECT pg_advisory_lock(%s)", [PROGRAM_LOCK_ID]), daemon=True)
        with program_lock.lock_database(url, lambda _: lost.set()):
            taking.start()
            assert is_soon(lambda: server.execute(WAITING).fetchone() is not None)
            server.execute(CUT_OFF)
            assert lost.wait(60)
        taking.join(60)


def _holder(server: psycopg.Connection) -> int | None:
    """Who holds the lock of this database; other tests hold those of theirs on the same server."""
    found = server.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "AND (classid::bigint << 32 | objid::bigint) = %s",
        [PROGRAM_LOCK_ID],
    ).fetchone()
    return found[0] if found else None
