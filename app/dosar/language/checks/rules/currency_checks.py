"""Rules that compare or add up amounts which can be in different currencies: then they have no answer."""

from collections.abc import Iterator
from typing import Any

from dosar.language.form import Form, QuestionsByName
from dosar.language.load.finding import Finding, finding
from dosar.language.load.source_lines import CheckedForm, FormPath, walk_questions
from dosar.language.question import Question
from dosar.language.rules.expressions import Expression, names_in_tree
from dosar.language.text.message import msgid

AmountNames = frozenset[str]

COMBINING_OPERATORS = ("==", "<", "<=", "in", "count_of", "+", "-", "/", "sum", "min", "max")
"""What is done with amounts of one currency only."""
AMOUNT_OPERATORS = {"+", "-", "*", "/", "round", "sum", "min", "max", "list"}
"""What is an amount again when its parts are."""
MIXED_CURRENCIES = msgid(
    "Amounts in different currencies can meet here (%(names)s); then the rule has no answer. "
    "Offer one currency only, or add a check that asks for one, such as %(check)s."
)


def currency_findings(draft: CheckedForm) -> Iterator[Finding]:
    """The rules of a form in which currencies can meet, and nothing sees to it that they are the same."""
    same_currency = _names_held_alike(draft.form)
    on_sheet = _questions_by_name(draft.form)
    for s, section in enumerate(draft.form.sections):
        if section.show_if:
            yield from _check_rule(draft, section.show_if, on_sheet, same_currency, ("sections", s, "show_if"))
    for path, question, table in walk_questions(draft.form):
        questions = {**on_sheet, **{column.name: column for column in table.columns_asked()}} if table else on_sheet
        for option, rule in question.expressions().items():
            yield from _check_rule(draft, rule, questions, same_currency, (*path, option))


def _questions_by_name(form: Form) -> dict[str, Question]:
    columns = {
        f"{table.name}.{column.name}": column for table in form.questions.values() for column in table.columns_asked()
    }
    return {**form.questions, **columns}


def _check_rule(
    draft: CheckedForm, rule: Expression, questions: QuestionsByName, same_currency: set[AmountNames], path: FormPath
) -> Iterator[Finding]:
    for names in dict.fromkeys(_mixed_amounts(rule.tree, questions)):
        if not any(names <= together for together in same_currency):
            named = sorted(names)
            check = f"answered({' + '.join(named)})" if len(named) > 1 else f"answered(sum({named[0]}))"
            yield finding(draft.place(*path), "F055", MIXED_CURRENCIES, names=", ".join(named), check=check)


def _mixed_amounts(tree: Any, questions: QuestionsByName) -> Iterator[AmountNames]:
    """The amounts that meet somewhere in a rule and may be in different currencies, outermost first."""
    if not isinstance(tree, list) or tree[0] == "answered":
        return
    operator, *parts = tree
    met = (
        frozenset().union(*(_amount_names(part, questions) for part in parts))
        if operator in COMBINING_OPERATORS
        else frozenset()
    )
    if _currencies_differ(met, questions, operator):
        yield met
        return
    for part in parts:
        yield from _mixed_amounts(part, questions)


def _currencies_differ(names: AmountNames, questions: QuestionsByName, operator: str) -> bool:
    """Whether several questions, or the rows of one, offer more than one currency."""
    several = len(names) > 1 or any("." in name for name in names)
    return several and len({code for name in names for code in questions[name].currencies_offered}) > 1


def _amount_names(tree: Any, questions: QuestionsByName) -> AmountNames:
    """The questions whose amounts a part of a rule is made of."""
    if not isinstance(tree, list):
        return frozenset()
    operator, *parts = tree
    if operator in ("name", "column"):
        name = ".".join(parts)
        return frozenset({name}) if name in questions and questions[name].in_currencies else frozenset()
    return (
        frozenset().union(*(_amount_names(part, questions) for part in parts))
        if operator in AMOUNT_OPERATORS
        else frozenset()
    )


def _names_held_alike(form: Form) -> set[AmountNames]:
    """What a check of the form requires to be in one currency: it asks whether they can be counted together."""
    questions = [inner for question in form.questions.values() for inner in (question, *question.columns_asked())]
    return {
        frozenset(names_in_tree(tree))
        for question in questions
        if question.check is not None
        for tree in _answered_parts(question.check.tree)
    }


def _answered_parts(tree: Any) -> Iterator[Any]:
    if isinstance(tree, list):
        if tree[0] == "answered":
            yield tree[1]
        for part in tree[1:]:
            yield from _answered_parts(part)
