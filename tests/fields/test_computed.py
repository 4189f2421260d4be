"""Answers that follow from others."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Column, Integer, MetaData, Table, select

from dosar.database.sealing.answer_columns import answer_columns
from dosar.database.sealing.sealed_columns import let_seal
from dosar.fields import AnyQuestion
from dosar.language.question import Question, ReadingContext
from tests.databases import KEY

TODAY = date(2026, 7, 1)
RO = ReadingContext("ro", TODAY)
EN = ReadingContext("en", TODAY)
BANDS = [
    {"up_to": 4, "label": {"en": "low", "ro": "scăzut"}, "level": "low"},
    {"up_to": 11, "label": {"en": "medium", "ro": "mediu"}, "level": "medium"},
    {"label": {"en": "high", "ro": "ridicat"}, "level": "high"},
]


def computed(value: str, result: str, **options) -> Question:
    return TypeAdapter(AnyQuestion).validate_python(
        {
            "type": "computed",
            "name": "score",
            "value": value,
            "result": result,
            "label": {"en": "Score", "ro": "Scor"},
            **options,
        }
    )


@pytest.mark.parametrize(
    ("value", "result", "answers", "answer"),
    [
        ("likelihood * severity", "integer", {"likelihood": 3, "severity": 4}, 12),
        ("likelihood * severity", "integer", {"likelihood": 3}, None),
        ("sum(costs.value)", "decimal", {"costs": [{"value": Decimal("0.10")}] * 3}, Decimal("0.3")),
        ("a / 3", "integer", {"a": 5}, 2),
        ("a / 3", "decimal", {"a": 5}, Decimal("1.6667")),
        ("age(birth_date) < 18", "yes_no", {"birth_date": "2010-05-01"}, True),
        ("add_months(plan_date, 3)", "date", {"plan_date": "2026-01-31"}, date(2026, 4, 30)),
        ("name", "text", {"name": "Ana"}, "Ana"),
        ("name", "integer", {"name": "Ana"}, None),
        ("name", "date", {"name": "Ana"}, None),
        ("a", "text", {"a": 5}, None),
        ("a", "yes_no", {"a": 1}, None),
        ("a", "integer", {"a": True}, None),
        ("a * 1000", "integer", {"a": 999999999999}, None),
    ],
)
def test_an_answer_follows_from_the_others(value, result, answers, answer):
    assert computed(value, result).compute_answer(answers, TODAY) == answer


@pytest.mark.parametrize(
    ("result", "answer"),
    [
        ("integer", 12),
        ("decimal", Decimal("1.5")),
        ("text", "Ana"),
        ("date", date(2026, 4, 30)),
        ("yes_no", False),
    ],
)
def test_a_computed_answer_is_kept_like_a_typed_one(store, result, answer):
    question = computed("a", result)
    table = Table("sheet", MetaData(), Column("id", Integer, primary_key=True), *answer_columns(question, "sheet"))
    let_seal(store.engine.dialect, KEY)
    table.create(store.engine)
    with store.engine.begin() as connection:
        connection.execute(table.insert(), question.stored(answer))
        row = connection.execute(select(table)).mappings().one()

    assert question.restore_answer(row) == answer
    assert question.from_json(question.to_json(answer)) == answer


def test_what_a_page_sends_under_its_name_is_no_answer():
    question = computed("a", "integer")

    assert question.read(["99"], RO) is None
    assert question.typed(99, RO) == []


def test_a_computed_answer_is_shown_in_the_readers_language():
    assert computed("a", "decimal").shown(Decimal("1234.5"), RO) == "1.234,5"
    assert computed("a", "yes_no").shown(True, RO) == "Da"
    assert computed("a", "yes_no").value_type == "yes_no"


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        (4, "4 – scăzut"),
        (5, "5 – mediu"),
        (11, "11 – mediu"),
        (12, "12 – ridicat"),
    ],
)
def test_a_score_is_shown_with_the_word_of_its_band(score, shown):
    assert computed("a", "integer", bands=BANDS).shown(score, RO) == shown


def test_a_score_above_every_band_stands_alone():
    question = computed("a", "integer", bands=BANDS[:2])

    assert question.band(20) is None
    assert question.shown(20, EN) == "20"


def test_its_rule_is_checked_with_the_others():
    assert set(computed("a * b", "integer", show_if="c").expressions()) == {"value", "show_if"}
    with pytest.raises(ValidationError, match="There is no function open"):
        computed("open('x')", "integer")


def test_a_result_of_another_sort_does_not_fit_the_old_answers():
    assert computed("a + b", "integer").is_wider_than(computed("a", "integer"))
    assert not computed("a", "decimal").is_wider_than(computed("a", "integer"))
