"""A question may become a wider one: which ones, and what becomes of the answers it has."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dosar.fields import QUESTION_KINDS
from dosar.language.question import Question
from tests.fields.test_kinds import asked

YES_NO_LATER = [{"code": code, "label": {"en": code, "ro": code}} for code in ("yes", "no", "later")]
SEXES = [{"code": code, "label": {"en": code, "ro": code}} for code in ("f", "m")]
MEDIA = [{"code": "other", "label": {"en": "Other", "ro": "Alta"}, "other": True}]
WIDENED: list[tuple[Question, Question, Any, Any]] = [
    (asked("integer"), asked("decimal"), 12, Decimal("12")),
    (asked("integer"), asked("text"), 12, "12"),
    (asked("decimal"), asked("text"), Decimal("12.5"), "12.5"),
    (asked("integer"), asked("paragraph"), -3, "-3"),
    (asked("date"), asked("partial_date"), date(1998, 3, 27), "1998-03-27"),
    (asked("select_one", choices=SEXES), asked("select_multiple", choices=SEXES), "f", ["f"]),
    (asked("select_one", choices=MEDIA), asked("select_multiple", choices=MEDIA), "other: x", ["other: x"]),
    (asked("yes_no"), asked("select_one", choices=YES_NO_LATER), False, "no"),
]


@pytest.mark.parametrize(("older", "wider", "before", "after"), WIDENED)
def test_an_answer_goes_along(older: Question, wider: Question, before: Any, after: Any) -> None:
    assert wider.is_wider_than(older) and not wider.is_stored_like(older)
    converted = wider.converted(older, before)
    assert converted == after
    assert wider.restore_answer(wider.stored(converted)) == after


def test_a_line_becomes_a_paragraph_where_it_stands() -> None:
    assert asked("paragraph").is_wider_than(asked("text")) and asked("paragraph").is_stored_like(asked("text"))


@pytest.mark.parametrize(
    ("older", "now"),
    [
        (asked("decimal"), asked("integer")),
        (asked("text"), asked("date")),
        (asked("paragraph"), asked("text", max=20_000)),
        (asked("integer"), asked("text", max=5)),
        (asked("integer", max=50), asked("decimal", max=20)),
        (asked("yes_no"), asked("select_one", choices=SEXES)),
        (asked("select_multiple", choices=SEXES), asked("select_one", choices=SEXES)),
        (asked("link", to="person"), asked("text")),
        (asked("computed", value="1", result="integer"), asked("text")),
    ],
)
def test_what_would_lose_answers_is_refused(older: Question, now: Question) -> None:
    assert not now.is_wider_than(older)


def test_every_kind_widens_itself() -> None:
    own = {
        "select_one": {"choices": SEXES},
        "select_multiple": {"choices": SEXES},
        "link": {"to": "person"},
        "computed": {"value": "1", "result": "integer"},
        "table": {"columns": [{"type": "text", "name": "name", "label": {"en": "Name", "ro": "Nume"}}]},
    }
    for kind in QUESTION_KINDS:
        question = asked(kind, **own.get(kind, {}))
        assert question.is_wider_than(question) and question.is_stored_like(question)
