"""A rule that can never have an answer is found before it runs."""

import random
from datetime import date, timedelta
from typing import Any

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.checks.rules.type_inference import RuleTypeChecker, condition_findings, value_findings
from dosar.language.load.finding import FilePlace
from dosar.language.question import Question, question_kinds
from dosar.language.rules.expressions import Expression
from dosar.language.rules.unparse import write_rule

HERE = FilePlace("forms/x.yaml", 1)
TODAY = date(2026, 11, 28)
LABEL = {"en": "Question", "ro": "Întrebare"}
ONE_TWO = [{"code": code, "label": LABEL} for code in ("1", "2")]


def _asked(kind: str, name: str, **options: Any) -> Question:
    return question_kinds()[kind].model_validate({"type": kind, "name": name, "label": LABEL, **options})


ROWS = _asked(
    "table",
    "rows",
    columns=[
        {"type": "date", "name": "day", "label": LABEL},
        {"type": "integer", "name": "price", "label": LABEL},
        {"type": "yes_no", "name": "there", "label": LABEL},
    ],
)
QUESTIONS = (
    _asked("date", "day"),
    _asked("date", "later"),
    _asked("integer", "many"),
    _asked("decimal", "price"),
    _asked("yes_no", "at_school"),
    _asked("text", "why"),
    _asked("select_one", "mood", choices=ONE_TWO),
    _asked("select_multiple", "needs", choices=ONE_TWO),
    _asked("link", "school", to="organisation"),
    ROWS,
)
ASKED = {
    **{question.name: question for question in QUESTIONS},
    **{f"rows.{column.name}": column for column in ROWS.columns_asked()},
}


def told(rule: str, result: str = "") -> list[str]:
    """What is said of a rule: of a condition, or of what makes an answer of the kind ``result``."""
    if not result:
        return [str(found.message) for found in condition_findings(HERE, Expression(rule), ASKED)]
    made = _asked("computed", "made", value=rule, result=result)
    return [str(found.message) for found in value_findings(HERE, Expression(rule), ASKED, made)]


@pytest.mark.parametrize(
    ("rule", "result"),
    [
        ("day <= today() and at_school", ""),
        ("age(day) < 18", "yes_no"),
        ("age(day, later)", "integer"),
        ("add_days(day, many + 1)", "date"),
        ("max(day, later)", "date"),
        ("round(price / many, 1)", "decimal"),
        ("sum(rows.price) > 100", ""),
        ('"1" in needs or mood == "1"', ""),
        ("answered(school) and missing(why)", ""),
        ("count_of(rows.there, True)", "integer"),
        ('day > "2026-01-31"', ""),
        ("count(rows) > 0", ""),
        ("mood", "text"),
        ("mood == why", ""),
        ("-many * 2", "integer"),
        ("not at_school", ""),
        ("days_between(day, later) > 0", "yes_no"),
        ('mood in ["1", "2"]', ""),
        ("nowhere + 1 > day_unknown", ""),
    ],
)
def test_what_can_be_answered_is_let_be(rule: str, result: str) -> None:
    assert told(rule, result) == []


@pytest.mark.parametrize(
    ("rule", "result", "remedy"),
    [
        ("day + 30", "date", "Write add_days(day, 30)."),
        ("day - 30", "date", "Write add_days(day, -30)."),
        ("30 + day", "date", "Write add_days(day, 30)."),
        ("today() - day", "integer", "Write days_between(day, today())."),
        ("sum(mood)", "integer", "“mood” is a choice: its code is a word"),
        ("mood * 2", "integer", "“mood” is a choice: its code is a word"),
        ("sum(rows.there)", "integer", "Write count_of(rows.there, True)"),
        ("why + ' ' + mood", "text", "Texts are not put together in a rule"),
        ("many > 2", "integer", "The rule gives yes or no. Write “result: yes_no”."),
        ("day", "integer", "The rule gives a date. Write “result: date”."),
        ("many", "text", "The rule gives a number. Write “result: decimal”."),
        ("rows.price", "decimal", "The rule gives several answers, which no answer is."),
        ("rows", "integer", "The rule gives rows of a table, which no answer is."),
        ("many", "", "Write answered(many), or compare it with something."),
        ("day and at_school", "", "Write answered(day), or compare it with something."),
        ("not why", "", "Write answered(why), or compare it with something."),
        ("needs", "", "and “needs” is several answers."),
        ("rows == 2", "", "Write count(rows) or answered(rows)."),
        ("age(many) > 3", "", "“many” is a number; here it must be a date."),
        ("age(rows.day) > 3", "", "“rows.day” is several answers; here it must be a date."),
        ("add_days(day, later) > day", "", "“later” is a date; here it must be a number."),
        ("day == many", "", "“day” is a date and “many” is a number: they can never be compared."),
        ("min(day, many) == 3", "", "“day” is a date and “many” is a number: they can never be compared."),
        ("at_school < at_school", "", "Compare it with == or !=."),
        ('"1" in mood', "", "Write == in place of “in”."),
        ("school + 1 > 2", "", "“school” is a record; here it must be a number."),
        ("add_days(day, 1) + 2 > day", "", "Write add_days(add_days(day, 1), 2)."),
    ],
)
def test_what_can_never_be_answered_is_told_with_the_remedy(rule: str, result: str, remedy: str) -> None:
    found = told(rule, result)
    assert found and remedy in found[0], found


def test_one_mistake_is_told_once() -> None:
    assert len(told("(day + 30) - 7 > today() and sum(mood) > 3 and sum(mood) < 9")) == 2


@pytest.mark.parametrize(
    "rule",
    [
        'many > 2 and not (mood == "1")',
        "age(day) >= 18 or missing(why)",
        "round(price * 2)",
        '"1" not in needs',
        "-many",
        "(many + 1) * 2 != price",
        "count_of(rows.there, True)",
        'mood in ["1", "2"]',
        "age(day, later) < 18",
    ],
)
def test_a_rule_is_written_as_it_was_meant(rule: str) -> None:
    tree = Expression(rule).tree
    assert Expression(write_rule(tree)).tree == tree


def _value(chance: random.Random, name: str) -> Any:
    """An answer as a rule sees it."""
    some_day = (TODAY + timedelta(days=chance.randint(-9000, 400))).isoformat()
    return {
        "day": some_day,
        "later": (TODAY - timedelta(days=chance.randint(-400, 4000))).isoformat(),
        "many": chance.randint(0, 9),
        "price": chance.randint(0, 99) / 4,
        "at_school": chance.random() < 0.5,
        "why": chance.choice("ab12"),
        "mood": chance.choice("12"),
        "needs": chance.sample("12", chance.randint(1, 2)),
        "school": chance.randint(1, 3),
        "rows": [{"day": some_day, "price": chance.randint(0, 5), "there": chance.random() < 0.5}] * 2,
    }[name]


def _random_rule(chance: random.Random, depth: int) -> str:
    inner = [_random_rule(chance, depth - 1) for _ in range(2)] if depth else []
    leaves = [*ASKED, "today()", "2", "True", '"1"', '"2026-01-31"', '["1", "2"]']
    made = [
        "{} + {}",
        "{} - {}",
        "{} * {}",
        "{} and {}",
        "{} or {}",
        "{} == {}",
        "{} < {}",
        "{} in {}",
        "not {}",
        "age({})",
        "add_days({}, {})",
        "days_between({}, {})",
        "sum({}, {})",
        "max({}, {})",
        "count_of({}, {})",
        "answered({})",
        "year({})",
        "round({})",
        "count({})",
    ]
    if not inner:
        return chance.choice(leaves)
    return "(" + chance.choice(made).format(*inner) + ")" if chance.random() < 0.8 else chance.choice(leaves)


def _is_told_elsewhere(rule: Expression) -> bool:
    """Several answers taken for one and values no answer can be are findings of their own (F027)."""
    from dosar.language.checks.rules.rule_checks import _check_comparison, _compared_values, _several_as_one

    return any(_several_as_one(rule.tree, ASKED)) or any(
        any(_check_comparison(ASKED[name], name, value, HERE))
        for name, value in _compared_values(rule.tree)
        if name in ASKED
    )


def test_whatever_is_let_be_can_have_an_answer() -> None:
    """Of 3,000 rules made by chance, each that passes gives an answer of its kind for some answers."""
    chance, passed = random.Random(8), 0
    for _ in range(3_000):
        rule = Expression(_random_rule(chance, 2))
        typing = RuleTypeChecker(ASKED)
        typing.kind(rule.tree)
        if typing.complaints or _is_told_elsewhere(rule):
            continue
        passed += 1
        sheets = ({name: _value(chance, name) for name in ASKED if "." not in name} for _ in range(60))
        values = (rule.value(sheet, TODAY) for sheet in sheets)
        assert any(value is not None for value in values), rule.text
    assert passed > 300
