"""Answers in words lie sealed in their columns, and read as they were given."""

import pytest
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, insert, select, type_coerce, update

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.database.sealing.answer_columns import SealedAnswer, answer_beginning, answer_columns
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION, SealedText, let_seal
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.text.stored_texts import column_as_text, value_from_text
from dosar.language.question import Question, question_kinds
from tests.databases import KEY

LABEL = {"label": {"en": "Words", "ro": "Vorbe"}}
CHOICES = [{"code": "food", **LABEL}, {"code": "other", **LABEL, "other": True}]
SEALED: list[tuple[str, dict[str, object], set[str]]] = [
    ("text", {}, {"said"}),
    ("paragraph", {}, {"said"}),
    ("phone", {}, {"said"}),
    ("email", {}, {"said"}),
    ("personal_number", {}, {"said"}),
    ("ranked", {}, {"said"}),
    ("ranked", {"choices": CHOICES}, set()),
    ("select_one", {"choices": CHOICES}, {"said__other"}),
    ("select_multiple", {"choices": CHOICES}, {"said__other"}),
    ("partial_date", {"person": True}, {"said"}),
    ("partial_date", {}, set()),
    ("date", {}, set()),
    ("integer", {}, set()),
    ("code", {}, set()),
    ("country", {}, set()),
]


def asked(kind: str, **options: object) -> Question:
    return question_kinds()[kind].model_validate({"type": kind, "name": "said", **LABEL, **options})


@pytest.mark.parametrize(("kind", "options", "sealed"), SEALED)
def test_words_lie_sealed_and_what_sql_counts_does_not(kind: str, options: dict[str, object], sealed: set[str]) -> None:
    columns = answer_columns(asked(kind, **options), "kept")
    assert {column.name for column in columns if isinstance(column.type, SealedAnswer)} == sealed


def test_an_answer_reads_as_it_was_given_and_its_words_are_not_there(store: Store) -> None:
    let_seal(store.engine.dialect, KEY)
    ranked, named = asked("ranked"), Column("named", SealedAnswer(Text(), "kept.named"))
    kept = Table("kept", MetaData(), Column("id", Integer, primary_key=True), *answer_columns(ranked, "kept"), named)
    with store.writing() as session:
        connection = session.connection()
        kept.create(connection)
        connection.execute(insert(kept), [{"said": ["Țărm", "Ana"], "named": "Țîrcă"}, {"said": None, "named": None}])
        rows = connection.execute(select(kept).order_by(kept.c.id)).all()
        assert [(row.said, row.named) for row in rows] == [(["Țărm", "Ana"], "Țîrcă"), (None, None)]
        lying = connection.scalars(select(type_coerce(kept.c.named, LargeBinary)).order_by(kept.c.id)).all()
        assert "Țîrcă".encode() not in lying[0] and lying[1] is None
        texts = connection.scalars(select(column_as_text(kept.c.named)).order_by(kept.c.id)).all()
        assert [value_from_text(named.type, text, store.engine.dialect) for text in texts] == ["Țîrcă", None]


def test_an_answer_is_not_read_as_anything_else(store: Store) -> None:
    let_seal(store.engine.dialect, KEY)
    answer, other = (
        Column("answer", SealedAnswer(Text(), "kept.answer")),
        Column("other", SealedText("a", "kept.other")),
    )
    beside = Column("beside", SealedAnswer(Text(), "kept.beside"))
    kept = Table("kept", MetaData(), Column("id", Integer, primary_key=True), answer, other, beside)
    with store.writing() as session:
        connection = session.connection()
        kept.create(connection)
        connection.execute(insert(kept).values(answer="Ana", other="Ion"))
        assert connection.execute(select(kept.c.answer)).scalar() == "Ana"
        moved = type_coerce(kept.c.answer, LargeBinary)
        connection.execute(update(kept).values(other=moved, beside=moved))
        for column in (kept.c.other, kept.c.beside):
            with pytest.raises(StoreError, match=f"value in {column} was changed in the database"):
                connection.execute(select(column)).all()
        envelope = connection.scalar(select(moved))
        beginning = answer_beginning("kept.answer")
        content = envelope.removeprefix(beginning)
        beginnings = b"", beginning, answer_beginning("kept.beside"), ENVELOPE_VERSION
        for changed in ("Ana", beginning, envelope[:-1], *(each + content for each in beginnings)):
            for kind in (answer.type, beside.type):
                if changed != envelope or kind is beside.type:
                    with pytest.raises(StoreError, match="was changed in the database"):
                        kind.process_result_value(changed, store.engine.dialect)
