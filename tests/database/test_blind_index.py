"""Words are found by their beginnings, and the database holds none of them."""

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, select, type_coerce

from dosar.database.sealing.blind_index import LAST_CHARACTER, BlindWord, word_code
from dosar.database.sealing.sealed_columns import let_seal
from dosar.database.store import Store

index = Table("words", MetaData(), Column("id", Integer, primary_key=True), Column("word", BlindWord()))
WORDS = ["ana", "anamaria", "an", "bucur", "popescu", "Ștefan", ""]


@pytest.fixture
def filled(store: Store) -> Store:
    let_seal(store.engine.dialect, bytes(32))
    with store.writing() as session:
        index.create(session.connection())
        session.execute(insert(index), [{"word": word} for word in WORDS])
    return store


def begins(store: Store, beginning: str) -> list[str]:
    found = select(index.c.id).where(index.c.word >= beginning, index.c.word < beginning + LAST_CHARACTER)
    with store.snapshot() as connection:
        return [WORDS[number - 1] for number in connection.scalars(found.order_by(index.c.id))]


def test_a_beginning_finds_the_words_that_begin_so(filled: Store) -> None:
    assert begins(filled, "an") == ["ana", "anamaria", "an"]
    assert begins(filled, "anam") == ["anamaria"] and begins(filled, "Ș") == ["Ștefan"]
    assert begins(filled, "x") == [] and begins(filled, "anas") == [] and begins(filled, "na") == []


def test_a_word_finds_itself_alone(filled: Store) -> None:
    with filled.snapshot() as connection:
        found = connection.scalars(select(index.c.id).where(index.c.word.in_(["ana", "bucur", "maria"]))).all()
    assert [WORDS[number - 1] for number in found] == ["ana", "bucur"]


def test_no_word_lies_there(filled: Store) -> None:
    with filled.snapshot() as connection:
        kept = b"".join(connection.scalars(select(type_coerce(index.c.word, LargeBinary))))
    assert not [word for word in WORDS if len(word) > 2 and word.encode() in kept]


def test_another_organisation_has_other_codes(filled: Store) -> None:
    assert word_code(bytes(32), "ana") != word_code(bytes([1] * 32), "ana")
    let_seal(filled.engine.dialect, bytes([1] * 32))
    assert begins(filled, "an") == []
