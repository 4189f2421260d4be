"""Nothing lies readable on the disk, nothing half is kept, and errors tell no names."""

import logging
import os
import sqlite3
import tempfile
import threading
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import ForeignKey, String, delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from dosar.access.framework import AppBuilder, Role
from dosar.database import sqlite_store
from dosar.database.store import Store, database_file
from dosar.database.store_errors import StoreBusy, StoreError, WrongKey
from tests.databases import KEY, Place, fresh_store

PASSWORD = "o parolă foarte lungă"
CANARIES = [f"Țîrcă-Canarul-{number}" for number in range(400)]


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(200), unique=True)
    born: Mapped[date | None]


class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))


tables = Base.metadata
people, visits = tables.tables["people"], tables.tables["visits"]


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with one person in it."""
    with store.writing() as session:
        tables.create_all(session.connection())
        session.add(Person(name="Ana"))
    return store


def names(store: Store) -> list[str]:
    found = list(store.session.scalars(select(people.c.name).order_by(people.c.id)))
    store.session.remove()
    return found


# --- on the disk -------------------------------------------------------------------------------------


def found_on_disk(*folders: Path) -> list[str]:
    """The canaries that the files below these folders, and deleted files still open, give away."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    own = Path("/proc/self/fd")
    if own.exists():
        files += [own / number for number in os.listdir(own) if (own / number).is_file()]
    raw = b"".join(file.read_bytes() for file in files)
    return [name for name in CANARIES if name.encode() in raw or name.encode("utf-16-le") in raw]


def test_no_name_lies_readable_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    for variable in ("TMPDIR", "SQLITE_TMPDIR"):
        monkeypatch.setenv(variable, str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    data = tmp_path / "data"
    store = Store.open(data, key=KEY)
    with store.writing() as session:
        tables.create_all(session.connection())
        session.execute(insert(people), [{"name": name} for name in CANARIES])
    with store.writing() as session:
        session.execute(update(people).values(name=people.c.name + "!"))
        session.execute(people.delete().where(people.c.id % 2 == 0))
    crossed = select(func.count()).select_from(people.join(people.alias("others"), people.c.id > 0))
    assert store.session.scalar(crossed) > 0
    store.session.scalars(select(people.c.name + "?").distinct().order_by(func.fold(people.c.name))).all()

    kept = database_file(data)
    assert {file.name for file in data.iterdir()} == {kept.name, f"{kept.name}-wal", f"{kept.name}-shm"}
    assert kept.with_name(f"{kept.name}-wal").stat().st_size > 0
    assert found_on_disk(data, temporary) == []
    store.close()
    assert found_on_disk(data, temporary) == []
    assert kept.stat().st_size > 0


def test_the_search_for_names_finds_them_in_a_plain_database(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode=WAL")
    plain.execute("CREATE TABLE people (name)")
    plain.executemany("INSERT INTO people VALUES (?)", [(name,) for name in CANARIES])
    assert found_on_disk(tmp_path) == CANARIES
    plain.close()
    assert found_on_disk(tmp_path) == CANARIES


def test_every_connection_is_set_up_for_safety(sqlite_store: Store) -> None:
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "trusted_schema": 0,
        "cache_size": -65536,
        "busy_timeout": 10000,
    }
    connections = [sqlite_store.engine.connect() for _ in range(8)]
    for connection in connections:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
        assert found == wanted
        connection.close()
    assert len({id(connection) for connection in connections}) == 8


def test_the_database_looks_up_by_what_is_rare(sqlite_store: Store) -> None:
    """Otherwise a filter with two answers would be read through for one case's few sheets."""
    with sqlite_store.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("CREATE TABLE sheet (id INTEGER PRIMARY KEY, kind TEXT, case_id INTEGER)")
        connection.exec_driver_sql("CREATE INDEX by_kind ON sheet (kind)")
        connection.exec_driver_sql("CREATE INDEX by_case ON sheet (case_id)")
        connection.exec_driver_sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
            "INSERT INTO sheet SELECT i, CASE WHEN i % 2 THEN 'food' ELSE 'rent' END, i / 5 FROM n"
        )
    wanted = (
        "EXPLAIN QUERY PLAN SELECT id FROM sheet "
        "WHERE kind = 'food' AND case_id IN (SELECT value FROM json_each('[1, 2, 3]'))"
    )
    sqlite_store.update_statistics()
    with sqlite_store.snapshot() as read:
        plan = " ".join(str(row) for row in read.exec_driver_sql(wanted))
    assert "by_case" in plan


def test_the_key_stands_in_no_address_and_no_setting(sqlite_store: Store) -> None:
    seen = f"{sqlite_store.engine.url!r} {sqlite_store.engine!r} {sqlite_store.engine.pool.status()}"
    assert KEY.hex() not in seen


# --- what errors tell --------------------------------------------------------------------------------


def test_errors_tell_no_names(filled: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(IntegrityError) as twice, filled.writing() as session:
        session.execute(insert(people), [{"name": "Ana"}])
    with pytest.raises(IntegrityError) as nowhere, filled.writing() as session:
        session.execute(insert(visits), [{"person_id": 4711}])
    told = " ".join(f"{error.value!s} {error.value!r} {error.value.orig!r}" for error in (twice, nowhere))
    assert "Ana" not in told + caplog.text
    assert "4711" not in told + caplog.text
    assert names(filled) == ["Ana"]


def test_a_value_of_the_wrong_kind_is_not_repeated(filled: Store) -> None:
    if filled.engine.name == "sqlite":
        pytest.skip("SQLite takes any value")
    with pytest.raises(DBAPIError) as error, filled.writing() as session:
        session.execute(insert(people).values(name="x" * 50, born=func.to_date("Ana Popa", "YYYY-MM-DD")))
    assert "Ana" not in f"{error.value!s} {error.value.orig!r}"


def test_an_address_of_another_database_is_refused() -> None:
    for address in ("mysql://ion:parola@host/db", "parola", ""):
        with pytest.raises(StoreError, match="must begin with postgresql://") as refused:
            Store.open(url=address)
        assert "parola" not in str(refused.value)


def test_an_encrypted_store_needs_its_key(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="a data folder with its key"):
        Store.open(tmp_path)


def test_a_plain_database_is_not_taken_for_ours(tmp_path: Path) -> None:
    plain = sqlite3.connect(database_file(tmp_path))
    plain.execute("CREATE TABLE people (name)")
    plain.close()
    with pytest.raises(WrongKey):
        Store.open(tmp_path, key=KEY)


# --- writing -----------------------------------------------------------------------------------------


def test_work_is_kept_whole(filled: Store) -> None:
    with filled.writing() as session:
        session.add(Person(name="Ion"))
        session.add(Person(name="Maria"))
    assert names(filled) == ["Ana", "Ion", "Maria"]


def test_work_that_fails_leaves_nothing(filled: Store) -> None:
    with pytest.raises(ZeroDivisionError), filled.writing() as session:
        session.add(Person(name="Ion"))
        session.flush()
        raise ZeroDivisionError
    assert names(filled) == ["Ana"]
    with filled.writing() as session:
        session.add(Person(name="Maria"))
    assert names(filled) == ["Ana", "Maria"]


def test_commits_inside_keep_what_is_done_so_far(filled: Store) -> None:
    with pytest.raises(ZeroDivisionError), filled.writing() as session:
        session.add(Person(name="Ion"))
        session.commit()
        session.add(Person(name="Maria"))
        session.commit()
        session.add(Person(name="Vasile"))
        raise ZeroDivisionError
    assert names(filled) == ["Ana", "Ion", "Maria"]


def test_work_within_work_is_kept_together(filled: Store) -> None:
    with pytest.raises(ZeroDivisionError), filled.writing() as session:
        with filled.writing() as same:
            same.add(Person(name="Ion"))
        assert session.scalars(select(people.c.name)).all() == ["Ana", "Ion"]
        raise ZeroDivisionError
    assert names(filled) == ["Ana"]


def test_a_second_connection_of_the_writer_reads_on(filled: Store) -> None:
    with filled.writing() as session:
        session.add(Person(name="Ion"))
        session.flush()
        with filled.engine.connect() as other:
            assert other.scalars(select(people.c.name)).all() == ["Ana"]
    assert names(filled) == ["Ana", "Ion"]


def test_writing_unannounced_is_a_mistake_of_the_program(filled: Store) -> None:
    filled.session.add(Person(name="Ion"))
    with pytest.raises(RuntimeError, match=r"Write inside `with store.writing\(\):`"):
        filled.session.commit()
    filled.session.rollback()
    with pytest.raises(RuntimeError, match="Write inside"):
        filled.session.execute(insert(people), [{"name": "Ion"}])
    filled.session.rollback()
    changed = filled.session.scalars(select(Person)).one()
    changed.name = "Ion"
    with pytest.raises(RuntimeError, match="not before it"), filled.writing():
        pass
    filled.session.remove()
    assert names(filled) == ["Ana"]


def test_what_was_read_before_is_read_again_before_it_is_changed(filled: Store) -> None:
    person = filled.session.scalars(select(Person)).one()
    assert person.name == "Ana"

    def rename() -> None:
        with filled.writing() as session:
            session.scalars(select(Person)).one().name = "Anișoara"
        filled.session.remove()

    somebody_else = threading.Thread(target=rename)
    somebody_else.start()
    somebody_else.join()
    with filled.writing():
        assert person.name == "Anișoara"
        person.name += " Popa"
    assert names(filled) == ["Anișoara Popa"]


def test_who_waits_too_long_is_told_so(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "LOCK_SECONDS", 1)
    told = []

    def write() -> None:
        try:
            with filled.writing() as session:
                session.add(Person(name="Ion"))
        except StoreBusy as busy:
            told.append(str(busy.message))
        finally:
            filled.session.remove()

    somebody_else = threading.Thread(target=write)
    with filled.writing() as session:
        session.add(Person(name="Maria"))
        session.flush()
        somebody_else.start()
        somebody_else.join()
    assert told == ["Somebody else is saving just now. Nothing was lost: wait a moment and save again."]
    write()
    assert names(filled) == ["Ana", "Maria", "Ion"]


def test_another_program_holding_the_database_is_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_store, "LOCK_SECONDS", 1)
    monkeypatch.setattr(
        sqlite_store,
        "PRAGMAS",
        ["busy_timeout=300" if pragma.startswith("busy_timeout") else pragma for pragma in sqlite_store.PRAGMAS],
    )
    store, other = place.open(), place.open()
    with other.writing() as session:
        tables.create_all(session.connection())
        with pytest.raises(StoreBusy), store.writing() as late:
            late.execute(insert(people), [{"name": "Ion"}])
    with store.writing() as late:
        late.execute(insert(people), [{"name": "Ion"}])
    assert names(other) == ["Ion"]
    store.close()
    other.close()


def test_a_failed_commit_lets_the_next_one_write(sqlite_store: Store) -> None:
    with sqlite_store.writing() as session:
        tables.create_all(session.connection())
        session.connection().exec_driver_sql(
            "CREATE TABLE late (id INTEGER REFERENCES people DEFERRABLE INITIALLY DEFERRED)"
        )
    with pytest.raises(IntegrityError), sqlite_store.writing() as session:
        session.connection().exec_driver_sql("INSERT INTO late VALUES (1)")
    thread = threading.Thread(target=lambda: _add(sqlite_store, "Ion"))
    thread.start()
    thread.join()
    assert names(sqlite_store) == ["Ion"]


def _add(store: Store, name: str) -> None:
    with store.writing() as session:
        session.add(Person(name=name))
    store.session.remove()


# --- Flask-AppBuilder --------------------------------------------------------------------------------


def test_flask_appbuilder_lives_on_our_session(store: Store) -> None:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="test",
        FAB_CREATE_DB=False,
        FAB_UPDATE_PERMS=False,
        FAB_ADD_SECURITY_VIEWS=False,
        FAB_ADD_SECURITY_API=False,
    )
    with store.writing() as session:
        Role.metadata.create_all(session.connection())
    with app.app_context():
        builder = AppBuilder(app, store.session)
        with store.writing():
            # each of these commits by itself
            role = builder.sm.add_role("lawyer")
            user = builder.sm.add_user("maria", "Maria", "Rusu", "maria@example.org", role, PASSWORD)
        assert user
        store.session.remove()
        assert builder.sm.find_user("maria").roles[0].name == "lawyer"
        with store.writing():
            assert builder.sm.auth_user_db("maria", PASSWORD).login_count == 1
    store.session.remove()


@pytest.mark.parametrize("began", ["SELECT 1", "SELECT pg_current_xact_id()"], ids=["to_read", "to_write_elsewhere"])
def test_nothing_erased_stays_for_who_began_before(tmp_path: Path, began: str) -> None:
    """PostgreSQL keeps for a reader, also its own analysis, what was there when she began; and for whoever writes in
    another database of the server, since no look of anybody goes back less far."""
    with fresh_store("postgresql", tmp_path) as store, fresh_store("postgresql", tmp_path) as elsewhere:
        with store.writing() as session:
            tables.create_all(session.connection())
            session.execute(insert(people), [{"name": "Ileana Ștefănescu"}])
        where = store if began == "SELECT 1" else elsewhere
        other = where.engine.connect().execution_options(isolation_level="REPEATABLE READ")
        other.execute(text(began)).all()
        with store.writing() as session:
            session.execute(delete(people))
        late = threading.Timer(0.5, other.close)
        late.start()
        store.rewrite()
        late.join()
        with store.engine.connect() as connection:
            file = connection.scalar(text("SELECT pg_relation_filepath('people')"))
            assert connection.scalar(text("SELECT length(pg_read_binary_file(:file))"), {"file": file}) == 0
