"""Sealed columns: what stands in them opens for the organisation alone, and only where it was put."""

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, select, type_coerce, update

from dosar.database.sealing.sealed_columns import SealedJson, SealedText, let_seal
from dosar.database.store import Store
from dosar.database.store_errors import StoreError

people = Table(
    "people",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", SealedText("answers", "people.name")),
    Column("alias", SealedText("answers", "people.alias")),
    Column("told", SealedJson("history", "people.told")),
)
ANA = {"name": "Ana Țîrcă", "alias": "", "told": {"what": ["ș", 1.5, None]}}


@pytest.fixture
def filled(store: Store) -> Store:
    """A database with one person, and one of whom nothing is known."""
    let_seal(store.engine.dialect, bytes(32))
    with store.writing() as session:
        people.create(session.connection())
        session.execute(insert(people), [ANA, dict.fromkeys(ANA)])
    return store


def raw(store: Store, name: str) -> list[bytes]:
    with store.snapshot() as connection:
        query = select(type_coerce(people.c[name], LargeBinary)).order_by(people.c.id)
        return list(connection.execute(query).scalars())


def test_it_reads_as_it_was_written(filled: Store) -> None:
    with filled.snapshot() as connection:
        ana, nobody = connection.execute(select(people).order_by(people.c.id)).mappings()
    assert {**ana} == {"id": 1, **ANA} and {**nobody} == {"id": 2, **dict.fromkeys(ANA)}


def test_nothing_of_it_is_readable_and_no_two_look_alike(filled: Store) -> None:
    with filled.writing() as session:
        session.execute(insert(people), [ANA])
    one, _, two = raw(filled, "name")
    assert one != two and b"Ana" not in one + two


def test_sql_asks_only_whether_there_is_something(filled: Store) -> None:
    with filled.snapshot() as connection:
        assert connection.scalars(select(people.c.id).where(people.c.name.is_(None))).all() == [2]
    for wrong in (
        lambda: people.c.name == "Ana Țîrcă",
        lambda: people.c.name.in_(["Ana Țîrcă"]),
        lambda: people.c.name.like("Ana%"),
        lambda: people.c.name < "B",
        lambda: people.c.name.desc(),
    ):
        with pytest.raises(TypeError, match="not compared or sorted"):
            wrong()


@pytest.mark.parametrize("change", ["moved", "altered", "cut", "clear", "of a later version"])
def test_what_was_changed_or_moved_is_not_read(filled: Store, change: str) -> None:
    (kept, _) = raw(filled, "name")
    wrong = {
        "moved": kept,
        "altered": kept[:-1] + bytes([kept[-1] ^ 1]),
        "cut": kept[:9],
        "clear": b"Ana",
        "of a later version": b"\x02" + kept[1:],
    }[change]
    into = "alias" if change == "moved" else "name"
    with filled.writing() as session:
        session.execute(update(people).values({into: type_coerce(wrong, LargeBinary)}))
    with filled.snapshot() as connection, pytest.raises(StoreError, match=f"people.{into}"):
        connection.execute(select(people.c[into])).all()


def test_another_organisation_reads_nothing(filled: Store) -> None:
    let_seal(filled.engine.dialect, bytes([1] * 32))
    with filled.snapshot() as connection, pytest.raises(StoreError):
        connection.execute(select(people.c.name)).all()
