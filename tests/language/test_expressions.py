"""The rules of a form: what they say, and what they refuse to say."""

import json
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from dosar.language.rules.evaluation import RULE_OPERATIONS, RuleTree
from dosar.language.rules.expressions import MAX_RULE_DEPTH, MAX_RULE_LENGTH, RULE_FUNCTIONS, Expression
from dosar.language.text.message import Mistake

VECTORS = json.loads(Path(__file__).with_name("expressions.json").read_text(encoding="utf-8"))
RULES = [vector for vector in VECTORS if "refused" not in vector]
REFUSED = [vector["text"] for vector in VECTORS if "refused" in vector]
TODAY = date(2026, 7, 1)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["text"])
def test_a_rule_says_the_same_here_and_in_the_browser(rule):
    said = Expression(rule["text"]).value(rule["answers"], date.fromisoformat(rule["today"]))

    assert (float(said) if isinstance(said, Decimal) else said) == rule["value"]
    assert isinstance(said, bool) == isinstance(rule["value"], bool)


@pytest.mark.parametrize("text", REFUSED)
def test_anything_but_a_rule_is_refused_with_a_sentence(text):
    with pytest.raises(Mistake, match=r"\.$"):
        Expression(text)


def test_every_operation_is_held_to_the_browser():
    used = {operator for rule in RULES for operator in operators(Expression(rule["text"]).tree)}

    assert len(RULES) >= 80
    assert used >= {*RULE_OPERATIONS}


def operators(tree: RuleTree):
    if isinstance(tree, list):
        yield tree[0]
        for part in tree[1:]:
            yield from operators(part)


def test_a_rule_names_the_questions_and_columns_it_asks_about():
    rule = Expression("sum(costs.value) <= budget and age(birth_date) >= 18 and kind in ['rent']")

    assert rule.names == {"costs.value", "budget", "birth_date", "kind"}


def test_a_rule_becomes_json_for_the_page():
    rule = Expression("visit_date <= today() and in_school")

    assert rule.tree == ["and", ["<=", ["name", "visit_date"], ["today"]], ["name", "in_school"]]
    assert json.loads(json.dumps(rule.tree)) == rule.tree


def test_the_refusal_names_the_piece_and_what_is_allowed():
    with pytest.raises(Mistake) as refusal:
        Expression("answered(name) and name.upper() == 'ANA'")

    assert "“name.upper()” may not stand in a rule" in str(refusal.value)
    assert all(function in str(refusal.value) for function in RULE_FUNCTIONS)


@pytest.mark.parametrize(
    "text",
    [
        "a" * (MAX_RULE_LENGTH + 1),
        "(" * 900 + "a" + ")" * 900,
        "not " * 480 + "a",
        "-" * 1900 + "1",
        " + ".join(["a"] * (MAX_RULE_DEPTH + 2)),
        "not " * (MAX_RULE_DEPTH + 1) + "a",
    ],
)
def test_a_rule_too_long_or_too_deep_is_refused(text):
    with pytest.raises(Mistake):
        Expression(text)


def test_a_chained_comparison_cannot_grow_without_end():
    text = "a"
    for _ in range(30):
        text = f"1 < ({text}) < 9"

    with pytest.raises(Mistake):
        Expression(text)


def test_whole_results_are_integers_and_others_short_decimals():
    assert Expression("value * 2").value({"value": Decimal("1.50")}, TODAY) == 3
    assert isinstance(Expression("value * 2").value({"value": Decimal("1.50")}, TODAY), int)
    assert str(Expression("value * 3").value({"value": Decimal("1.50")}, TODAY)) == "4.5"


def test_money_and_decimals_are_counted_exactly():
    rows = [{"value": Decimal("0.10")}] * 3

    assert Expression("sum(costs.value) == 0.3").value({"costs": rows}, TODAY) is True


def test_not_a_number_is_a_missing_number():
    assert Expression("value + 1").value({"value": float("nan")}, TODAY) is None
    assert Expression("value").value({"value": Decimal("1e30")}, TODAY) is None


def test_a_form_file_holds_rules_as_texts():
    rules = TypeAdapter(Expression)

    assert rules.json_schema() == {"type": "string", "minLength": 1}
    assert rules.dump_python(rules.validate_python("a  >  1")) == "a  >  1"
    assert rules.validate_python(Expression("a > 1")) == Expression("a > 1")
    with pytest.raises(ValidationError):
        rules.validate_python(True)


def test_the_same_text_is_the_same_rule():
    assert Expression("a") == Expression("a") != Expression("b")
    assert hash(Expression("a")) == hash(Expression("a"))
    assert pickle.loads(pickle.dumps(Expression("a"))).names == {"a"}
