"""An organisation outgrows its file, or comes back to it: everything arrives, and it works there."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Time,
    insert,
    select,
)

from dosar.access.framework import Role, User
from dosar.database.copies.transfer import copy_database, table_content
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from tests.databases import DATABASES, fresh_store

known = MetaData()
people = Table(
    "people",
    known,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), unique=True),
    Column("friend_id", ForeignKey("people.id")),
    Column("case_id", ForeignKey("files.id", use_alter=True, name="fk_case")),
    Column("born", Date),
    Column("at", Time),
    Column("seen", DateTime),
    Column("zoned", DateTime(timezone=True)),
    Column("minor", Boolean),
    Column("income", Numeric(12, 2, asdecimal=True)),
    Column("languages", JSON),
    Column("definition", JSON, nullable=False),
    Column("photo", LargeBinary),
)
files = Table(
    "files",
    known,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
)
FILLED = {
    "name": "Țîrcă",
    "born": date(1998, 3, 27),
    "at": time(9, 30),
    "seen": datetime(2026, 9, 5, 14, 1, 2),
    "zoned": datetime(2026, 9, 5, 14, 1, 2, tzinfo=UTC),
    "minor": True,
    "income": Decimal("1234.50"),
    "languages": ["ro", {"altă": "ș"}],
    "definition": {"b": 1.5, "a": None},
    "photo": b"\x00\xff",
}
EMPTY = {**dict.fromkeys(FILLED), "name": "Ana"}


@pytest.fixture
def other(database: str, tmp_path: Path) -> Iterator[Store]:
    """An empty database of the other kind."""
    kind = next(name for name in DATABASES if name != database)
    with fresh_store(kind, tmp_path / "other") as opened:
        yield opened


@pytest.fixture
def filled(store: Store) -> Store:
    """Three people who point at one another, their file, and what an older form left; an index over an expression."""
    older = MetaData()
    Table("old_form", older, Column("id", Integer, primary_key=True), Column("answer", String(40)))
    with store.writing() as session:
        connection = session.connection()
        known.create_all(connection)
        older.create_all(connection)
        connection.exec_driver_sql("ALTER TABLE people ADD COLUMN old_question VARCHAR(40)")
        connection.exec_driver_sql("CREATE INDEX people_unnamed ON people ((name IS NULL), name)")
        session.execute(insert(people), [{"id": 7, **FILLED}, {"id": 9, **EMPTY}])
        session.execute(insert(people).values(id=3, name="Ion", friend_id=9, definition={}))
        session.execute(insert(files).values(id=5, person_id=7))
        session.execute(people.update().where(people.c.id == 7).values(case_id=5, friend_id=3))
        connection.exec_driver_sql("UPDATE people SET old_question = 'răspuns vechi' WHERE id = 9")
        connection.exec_driver_sql("INSERT INTO old_form (id, answer) VALUES (1, 'păstrat')")
    return store


def test_everything_arrives(filled: Store, other: Store) -> None:
    counts = copy_database(filled, other, known.tables.values())
    assert {name: kept.rows for name, kept in counts.items()} == {"files": 1, "old_form": 1, "people": 3}

    everybody = select(people).order_by(people.c.id)
    arrived = [row._asdict() for row in other.session.execute(everybody)]
    left = [row._asdict() for row in filled.session.execute(everybody)]
    for row in (*arrived, *left):
        row["zoned"] = row["zoned"] and row["zoned"].replace(tzinfo=None)
    assert arrived == left
    with other.snapshot() as read:
        answer = read.exec_driver_sql("SELECT old_question FROM people WHERE id = 9").scalar()
        of_old_form = read.exec_driver_sql("SELECT answer FROM old_form").scalar()
        assert (answer, of_old_form) == ("răspuns vechi", "păstrat")
        unanswered = select(people.c.id).where(people.c.languages.is_(None)).order_by(people.c.id)
        assert read.scalars(unanswered).all() == [3, 9]


def test_work_goes_on_where_it_stopped(filled: Store, other: Store) -> None:
    copy_database(filled, other, known.tables.values())
    with other.writing() as session:
        added = session.execute(insert(people).values(name="Nou", definition={}))
        assert added.inserted_primary_key == (10,)
    with pytest.raises(Exception, match=r"(?i)foreign key"), other.writing() as session:
        session.execute(insert(files).values(person_id=4711))


def test_there_and_back_is_the_same(filled: Store, other: Store, database: str, tmp_path: Path) -> None:
    there = copy_database(filled, other, known.tables.values())
    with fresh_store(database, tmp_path / "back") as back:
        assert copy_database(other, back, known.tables.values()) == there


def test_a_database_in_use_is_not_overwritten(filled: Store, other: Store) -> None:
    copy_database(filled, other, known.tables.values())
    with pytest.raises(StoreError, match="is not empty"):
        copy_database(filled, other, known.tables.values())
    with other.snapshot() as read:
        assert table_content(read, files).rows == 1


def test_a_copy_that_breaks_leaves_nothing(filled: Store, other: Store) -> None:
    lacking = MetaData()
    Table("people", lacking, Column("id", Integer, primary_key=True), Column("new_question", String(9)))
    with pytest.raises(StoreError, match="Upgrade first"):
        copy_database(filled, other, lacking.tables.values())
    assert copy_database(filled, other, known.tables.values())["people"].rows == 3


def test_one_changed_letter_is_noticed(filled: Store) -> None:
    with filled.snapshot() as read:
        before = table_content(read, people)
    with filled.writing() as session:
        session.execute(people.update().where(people.c.id == 9).values(name="Ană"))
    with filled.snapshot() as read:
        after = table_content(read, people)
    assert (before.rows, before.digest == after.digest) == (after.rows, False)


def test_those_who_sign_in_move_too(store: Store, other: Store) -> None:
    every = Role.metadata
    with store.writing() as session:
        every.create_all(session.connection())
        role = Role(name="lawyer")
        session.add(
            User(
                first_name="Maria",
                last_name="Rusu",
                username="maria",
                email="m@example.org",
                roles=[role],
            )
        )
    copy_database(store, other, every.sorted_tables)
    maria = other.session.scalars(select(User)).one()
    assert maria.roles[0].name == "lawyer"
    other.session.remove()
    with other.writing() as session:
        session.add(Role(name="psychologist"))
