"""What the rules of a form ask about: only what is there, and only answers that can be given."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dosar.language.checks.rules.type_inference import condition_findings, value_findings
from dosar.language.form import QuestionsByName
from dosar.language.load.finding import FilePlace, Finding, finding, suggest_word
from dosar.language.load.source_lines import CheckedForm, FormPath, walk_questions
from dosar.language.question import Question
from dosar.language.rules.evaluation import is_number, to_day
from dosar.language.rules.expressions import RULE_FUNCTIONS, Expression
from dosar.language.rules.syntax_hints import TRUTHS_MEANT
from dosar.language.text.message import Message, msgid

MESSAGE_RULES = {"message": "check", "warning": "warn"}
"""A text that is said when a rule is broken, and that rule."""
KIND_TESTS: Mapping[str, Callable[[Any], bool]] = {
    "number": is_number,
    "date": lambda value: to_day(value) is not None,
    "yes_no": lambda value: isinstance(value, bool),
    "text": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, str),
}
"""What answers of each sort can be compared with."""
KIND_MESSAGES = {
    "number": msgid('The answer to "%(name)s" is a number; compare it with a number, without quotation marks.'),
    "date": msgid('The answer to "%(name)s" is a date; compare it with today(), or with a day like "2026-01-31".'),
    "yes_no": msgid('The answer to "%(name)s" is yes or no; compare it with True or False, without quotation marks.'),
    "text": msgid('The answer to "%(name)s" is a word or a text; write what it is compared with in quotation marks.'),
    "list": msgid('The answers to "%(name)s" are words; write what they are compared with in quotation marks.'),
}
"""How such a comparison is written."""
SINGLE_OPERATORS = ("==", "<", "<=", "+", "-", "*", "/")
"""What is said of one answer, never of several."""
SEVERAL_MESSAGES = {
    "column": msgid(
        '"%(name)s" stands for the answers of all rows, which are never compared or counted with as one; write '
        '"…" in %(name)s, or take sum(%(name)s), min(%(name)s) or max(%(name)s).'
    ),
    "name": msgid('"%(name)s" has several answers, which are never equal to one; write "…" in %(name)s.'),
}
"""What to write instead, by the kind of name."""


def rule_findings(draft: CheckedForm) -> Iterator[Finding]:
    """Everything wrong with the rules of a form."""
    questions = _askable_questions(draft)
    for s, section in enumerate(draft.form.sections):
        if section.show_if:
            path: FormPath = ("sections", s, "show_if")
            yield from _check_rule(draft, section.show_if, questions, path)
            yield from condition_findings(draft.place(*path), section.show_if, questions)
    yield from _retention_findings(draft, questions)
    for path, question, table in walk_questions(draft.form):
        of_row = {column.name: column for column in table.columns_asked()} if table else {}
        for option, rule in question.expressions().items():
            in_row = {column.name: column for column in question.columns_asked()} if option == "carry_if" else of_row
            yield from _check_rule(draft, rule, {**questions, **in_row}, (*path, option))
            yield from _typing_findings(draft.place(*path, option), option, rule, {**questions, **in_row}, question)
        yield from _check_messages(draft, question, path)
    yield from _check_circles(draft)
    yield from _check_self_asked(draft)


def _retention_findings(draft: CheckedForm, questions: QuestionsByName) -> Iterator[Finding]:
    for number, kept in enumerate(draft.form.retention):
        for option, rule in (("applies_if", kept.applies_if), ("until", kept.until)):
            if rule is not None:
                yield from _check_rule(draft, rule, questions, ("retention", number, option))
        if kept.applies_if is not None:
            yield from condition_findings(draft.place("retention", number, "applies_if"), kept.applies_if, questions)


def _explain_unknown(name: str, questions: QuestionsByName) -> Message:
    """What is said of a name that no question has: what else it may be meant for."""
    if name in RULE_FUNCTIONS:
        text = msgid('no question is named "%(name)s"; the function is written with brackets: %(name)s().')
        return Message(text, {"name": name})
    truth = TRUTHS_MEANT.get(name.lower())
    if truth is not None:
        text = msgid('no question is named "%(name)s"; yes and no are written True and False: %(truth)s.')
        return Message(text, {"name": name, "truth": truth})
    if any(name in (question.codes() or ()) for question in questions.values()):
        text = msgid('no question is named "%(name)s"; a choice is written in quotation marks: "%(name)s".')
        return Message(text, {"name": name})
    return Message('no question is named "%(name)s"%(hint)s', {"name": name, "hint": suggest_word(name, questions)})


def _typing_findings(
    place: FilePlace, option: str, rule: Expression, questions: QuestionsByName, question: Question
) -> Iterator[Finding]:
    if option == "value":
        return value_findings(place, rule, questions, question)
    return condition_findings(place, rule, questions)


def _askable_questions(draft: CheckedForm) -> dict[str, Question]:
    """What a rule of the sheet may ask about, by the name it asks with."""
    questions = draft.form.questions
    columns = {
        f"{table.name}.{column.name}": column for table in questions.values() for column in table.columns_asked()
    }
    return {**questions, **columns}


def _check_rule(draft: CheckedForm, rule: Expression, questions: QuestionsByName, path: FormPath) -> Iterator[Finding]:
    place = draft.place(*path)
    for name in sorted(rule.names - questions.keys()):
        yield Finding(place, "F012", _explain_unknown(name, questions))
    for name, kind in dict.fromkeys(_several_as_one(rule.tree, questions)):
        yield finding(place, "F027", SEVERAL_MESSAGES[kind], name=name)
    yield from comparison_findings(place, rule, questions, draft.in_hand)


def comparison_findings(
    place: FilePlace,
    rule: Expression,
    questions: QuestionsByName,
    in_hand: Callable[[Question], Question | None] = lambda question: question,
) -> Iterator[Finding]:
    """Comparisons with what can never be answered; ``in_hand`` gives a question its choices."""
    for name, value in dict.fromkeys(_compared_values(rule.tree)):
        question = in_hand(questions[name]) if name in questions else None
        if question is not None:
            yield from _check_comparison(question, name, value, place)


def _several_as_one(tree: Any, questions: QuestionsByName) -> Iterator[tuple[str, str]]:
    """Every name that stands for several answers where one is asked for, and the kind of name."""
    if not isinstance(tree, list):
        return
    operator, *parts = tree
    ones = parts if operator in SINGLE_OPERATORS else parts[:1] if operator == "in" else []
    for part in filter(_is_question, ones):
        name = ".".join(part[1:])
        if name in questions and (part[0] == "column" or questions[name].several):
            yield name, part[0]
    for part in parts:
        yield from _several_as_one(part, questions)


def _check_comparison(question: Question, name: str, value: Any, place: FilePlace) -> Iterator[Finding]:
    """A comparison that says the same of every answer, since none is such a value."""
    fits = KIND_TESTS.get(question.value_type)
    if fits is not None and not fits(value):
        yield finding(place, "F027", KIND_MESSAGES[question.value_type], name=name)
        return
    codes = question.codes()
    if codes is not None and value not in codes and isinstance(value, str):
        yield finding(
            place,
            "F027",
            '"%(name)s" cannot be answered "%(code)s"%(hint)s',
            name=name,
            code=value,
            hint=suggest_word(value, codes),
        )


def _compared_values(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every value that a rule compares the answer of a question with, and the question."""
    if not isinstance(tree, list):
        return
    operator, *parts = tree
    if operator in ("==", "<", "<=", "in", "count_of") and len(parts) == 2:
        names = [".".join(part[1:]) for part in parts if _is_question(part)]
        values = [value for part in parts for value in _constants_in(part)]
        yield from ((name, value) for name in names for value in values)
    for part in parts:
        yield from _compared_values(part)


def _is_question(part: Any) -> bool:
    return isinstance(part, list) and part[0] in ("name", "column")


def _constants_in(part: Any) -> list[Any]:
    """The value, or the values of a list; a question has none."""
    listed = part[1:] if isinstance(part, list) and part[0] == "list" else [part]
    return [value for value in listed if not isinstance(value, list)]


def _check_messages(draft: CheckedForm, question: Question, path: FormPath) -> Iterator[Finding]:
    for text, rule in MESSAGE_RULES.items():
        if getattr(question, text) is not None and getattr(question, rule) is None:
            yield finding(
                draft.place(*path, text),
                "F032",
                'Nobody will ever read this text: it goes with "%(rule)s", and there is none.',
                rule=rule,
            )


def _check_circles(draft: CheckedForm) -> Iterator[Finding]:
    """Computed questions that need their own answer, on the sheet or within a row."""
    for path, question, table in walk_questions(draft.form):
        siblings = table.columns_asked() if table else tuple(draft.form.questions.values())
        needs = {sibling.name: _names_behind(sibling) for sibling in siblings if sibling.computed}
        if question.computed and question.name in _needed_questions(question.name, needs):
            yield finding(
                draft.place(*path, "value"),
                "F030",
                '"%(name)s" is computed from itself; take it out of its rule.',
                name=question.name,
            )


def _check_self_asked(draft: CheckedForm) -> Iterator[Finding]:
    """Questions that are asked or not by their own answer: nobody could ever begin to answer."""
    form = draft.form
    needs = {
        question.name: _names_behind(question) if question.computed else set() for question in form.questions.values()
    }
    places = {}
    for s, section in enumerate(form.sections):
        for q, question in enumerate(section.questions):
            own_path: FormPath = ("sections", s, "questions", q, "show_if")
            places[question.name] = own_path if question.show_if else ("sections", s, "show_if")
            for rule in filter(None, (question.show_if, section.show_if)):
                needs[question.name] |= _names_in_rule(rule)
    for name, path in places.items():
        if not form.questions[name].computed and name in _needed_questions(name, needs):
            yield finding(
                draft.place(*path),
                "F030",
                '"%(name)s" is asked or not by its own answer, at least through others; take it out of its rule.',
                name=name,
            )


def _names_behind(question: Question) -> set[str]:
    return _names_in_rule(question.expressions()["value"])


def _names_in_rule(rule: Expression) -> set[str]:
    return {name.partition(".")[0] for name in rule.names}


def _needed_questions(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    """The questions that the value of a computed one is made of, at any remove."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = needs.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return found
