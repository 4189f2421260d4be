"""What every kind of question promises: what is kept, copied or typed again is the same answer."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, create_engine, insert, select

from dosar.database.sealing.answer_columns import answer_columns
from dosar.database.sealing.sealed_columns import let_seal
from dosar.fields import QUESTION_KINDS
from dosar.language.form import Section
from dosar.language.question import Question, ReadingContext, Unknown
from tests.databases import KEY
from tests.kinds import EXAMPLES

READINGS = [ReadingContext(language, date(2026, 9, 5)) for language in ("ro", "en", "ro-MD")]


def asked(kind: str, **options: Any) -> Question:
    """A question of a kind, made as a form file makes it."""
    question = {"type": kind, "name": "asked", "label": {"en": "Asked", "ro": "Întrebat"}, **options}
    section = Section.model_validate({"title": {"en": "Part", "ro": "Partea"}, "questions": [question]})
    return section.questions[0]


def test_every_kind_of_the_form_language_is_here() -> None:
    assert set(EXAMPLES) | {
        "yes_no",
        "select_one",
        "select_multiple",
        "ranked",
        "link",
        "table",
        "county",
        "note",
        "computed",
    } == set(QUESTION_KINDS)


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: reading.language)
@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_stands_in_the_box_is_the_answer(kind: str, reading: ReadingContext) -> None:
    question = asked(kind)
    assert question.read(question.typed(EXAMPLES[kind], reading), reading) == EXAMPLES[kind]
    assert question.shown(EXAMPLES[kind], reading) or question.attached, "the number of a file says nothing"


@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_is_kept_is_the_answer(kind: str) -> None:
    question = asked(kind, unknown=True)
    engine = create_engine("sqlite://")
    table = Table("sheet", MetaData(), *answer_columns(question, "sheet"))
    let_seal(engine.dialect, KEY)
    table.create(engine)
    given = [EXAMPLES[kind], None, Unknown.REFUSED]
    with engine.begin() as connection:
        connection.execute(insert(table), [question.stored(answer) for answer in given])
        kept = [question.restore_answer(row) for row in connection.execute(select(table)).mappings()]
    engine.dispose()
    assert kept == given
    assert [question.from_json(question.to_json(answer)) for answer in given] == given


@pytest.mark.parametrize("kind", EXAMPLES)
def test_nothing_typed_is_no_answer(kind: str) -> None:
    question = asked(kind, unknown=True)
    for reading in READINGS:
        assert question.read([], reading) is None
        assert question.read(["", " "], reading) is None
        assert question.read(["", "~dont_know"], reading) is Unknown.DONT_KNOW


@pytest.mark.parametrize("kind", EXAMPLES)
def test_characters_nobody_sees_are_no_part_of_the_answer(kind: str) -> None:
    question = asked(kind, unknown=True)
    for reading in READINGS:
        strewn = [
            "\u202a\ufeff" + "\u200b".join(text.replace("\n", "\u2028")) + "\u00ad\u2069\u202c"
            for text in question.typed(EXAMPLES[kind], reading)
        ]
        assert question.read(strewn, reading) == EXAMPLES[kind]
        assert question.read(["\u200b\u200e", "\ufeff"], reading) is None
        assert question.read(["", "~dont\u200b_know\u200f"], reading) is Unknown.DONT_KNOW
