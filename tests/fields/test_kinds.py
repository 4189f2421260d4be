"""What every kind of question promises: what is kept, copied or typed again is the same answer."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, create_engine, insert, select

from dosar.fields import QUESTION_KINDS
from dosar.fields.money import Money
from dosar.language.form import Section
from dosar.language.question import Answer, Question, ReadingContext, Unknown

READINGS = [ReadingContext(language, date(2026, 9, 5)) for language in ("ro", "en", "ro-MD")]
ANSWERS: dict[str, Answer] = {
    "text": "Ștefan",
    "paragraph": "one\n\ntwo",
    "integer": 1234,
    "decimal": Decimal("1234.5"),
    "money": Money(Decimal("1234.50"), "MDL"),
    "date": date(1998, 3, 27),
    "partial_date": "1998-03",
    "month": "1998-03",
    "time": time(9, 30),
    "datetime": datetime(1998, 3, 27, 9, 30),
    "personal_number": "1630615123457",
    "phone": "+40722123456",
    "email": "ana@example.org",
    "country": "MD",
    "file": 12,
    "image": 12,
    "code": "D-2026-0017",
}


def asked(kind: str, **options: Any) -> Question:
    """A question of a kind, made as a form file makes it."""
    question = {"type": kind, "name": "asked", "label": {"en": "Asked", "ro": "Întrebat"}, **options}
    section = Section.model_validate({"title": {"en": "Part", "ro": "Partea"}, "questions": [question]})
    return section.questions[0]


def test_every_kind_of_the_form_language_is_here() -> None:
    assert set(ANSWERS) | {
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
@pytest.mark.parametrize("kind", ANSWERS)
def test_what_stands_in_the_box_is_the_answer(kind: str, reading: ReadingContext) -> None:
    question = asked(kind)
    assert question.read(question.typed(ANSWERS[kind], reading), reading) == ANSWERS[kind]
    assert question.shown(ANSWERS[kind], reading) or question.attached, "the number of a file says nothing"


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_is_kept_is_the_answer(kind: str) -> None:
    question = asked(kind, unknown=True)
    engine = create_engine("sqlite://")
    table = Table("sheet", MetaData(), *question.columns())
    table.create(engine)
    given = [ANSWERS[kind], None, Unknown.REFUSED]
    with engine.begin() as connection:
        connection.execute(insert(table), [question.stored(answer) for answer in given])
        kept = [question.restore_answer(row) for row in connection.execute(select(table)).mappings()]
    engine.dispose()
    assert kept == given
    assert [question.from_json(question.to_json(answer)) for answer in given] == given


@pytest.mark.parametrize("kind", ANSWERS)
def test_nothing_typed_is_no_answer(kind: str) -> None:
    question = asked(kind, unknown=True)
    for reading in READINGS:
        assert question.read([], reading) is None
        assert question.read(["", " "], reading) is None
        assert question.read(["", "~dont_know"], reading) is Unknown.DONT_KNOW


@pytest.mark.parametrize("kind", ANSWERS)
def test_characters_nobody_sees_are_no_part_of_the_answer(kind: str) -> None:
    question = asked(kind, unknown=True)
    for reading in READINGS:
        strewn = [
            "\u202a\ufeff" + "\u200b".join(text.replace("\n", "\u2028")) + "\u00ad\u2069\u202c"
            for text in question.typed(ANSWERS[kind], reading)
        ]
        assert question.read(strewn, reading) == ANSWERS[kind]
        assert question.read(["\u200b\u200e", "\ufeff"], reading) is None
        assert question.read(["", "~dont\u200b_know\u200f"], reading) is Unknown.DONT_KNOW
