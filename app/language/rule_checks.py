"""What the rules of a form ask about: only what is there, and only answers that can be given."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.language.evaluating import day, is_number
from app.language.expressions import FUNCTIONS, Expression
from app.language.finding import Finding, Place, finding, mean
from app.language.message import Message, msgid
from app.language.question import Question
from app.language.rule_slips import TRUTHS
from app.language.rule_types import condition_findings, value_findings
from app.language.walking import Draft, Path, walk

SAID_WITH = {"message": "check", "warning": "warn"}
"""A text that is said when a rule is broken, and that rule."""
Asked = Mapping[str, Question]
KIND: Mapping[str, Callable[[Any], bool]] = {
    "number": is_number, "date": lambda value: day(value) is not None,
    "yes_no": lambda value: isinstance(value, bool), "text": lambda value: isinstance(value, str),
    "list": lambda value: isinstance(value, str),
}
"""What answers of each sort can be compared with."""
SAID_LIKE = {
    "number": msgid('The answer to "%(name)s" is a number; compare it with a number, without quotation marks.'),
    "date": msgid('The answer to "%(name)s" is a date; compare it with today(), or with a day like "2026-01-31".'),
    "yes_no": msgid('The answer to "%(name)s" is yes or no; compare it with True or False, without quotation marks.'),
    "text": msgid('The answer to "%(name)s" is a word or a text; write what it is compared with in quotation marks.'),
    "list": msgid('The answers to "%(name)s" are words; write what they are compared with in quotation marks.'),
}
"""How such a comparison is written."""
OF_ONE = ("==", "<", "<=", "+", "-", "*", "/")
"""What is said of one answer, never of several."""
SEVERAL = {
    "column": msgid(
        '"%(name)s" stands for the answers of all rows, which are never compared or counted with as one; write '
        '"…" in %(name)s, or take sum(%(name)s), min(%(name)s) or max(%(name)s).'
    ),
    "name": msgid('"%(name)s" has several answers, which are never equal to one; write "…" in %(name)s.'),
}
"""What to write instead, by the kind of name."""


def rule_findings(draft: Draft) -> Iterator[Finding]:
    """Everything wrong with the rules of a form."""
    asked = _asked(draft)
    for s, section in enumerate(draft.form.sections):
        if section.show_if:
            path: Path = ("sections", s, "show_if")
            yield from _rule(draft, section.show_if, asked, path)
            yield from condition_findings(draft.place(*path), section.show_if, asked)
    for path, question, table in walk(draft.form):
        of_row = {column.name: column for column in table.columns_asked()} if table else {}
        for option, rule in question.expressions().items():
            in_row = {column.name: column for column in question.columns_asked()} if option == "carry_if" else of_row
            yield from _rule(draft, rule, {**asked, **in_row}, (*path, option))
            yield from _typed(draft.place(*path, option), option, rule, {**asked, **in_row}, question)
        yield from _never_said(draft, question, path)
    yield from _circles(draft)
    yield from _asked_by_itself(draft)


def _unasked(name: str, asked: Asked) -> Message:
    """What is said of a name that no question has: what else it may be meant for."""
    if name in FUNCTIONS:
        text = msgid('no question is named "%(name)s"; the function is written with brackets: %(name)s().')
        return Message(text, {"name": name})
    truth = TRUTHS.get(name.lower())
    if truth is not None:
        text = msgid('no question is named "%(name)s"; yes and no are written True and False: %(truth)s.')
        return Message(text, {"name": name, "truth": truth})
    if any(name in (question.codes() or ()) for question in asked.values()):
        text = msgid('no question is named "%(name)s"; a choice is written in quotation marks: "%(name)s".')
        return Message(text, {"name": name})
    return Message('no question is named "%(name)s"%(hint)s', {"name": name, "hint": mean(name, asked)})


def _typed(place: Place, option: str, rule: Expression, asked: Asked, question: Question) -> Iterator[Finding]:
    if option == "value":
        return value_findings(place, rule, asked, question)
    return condition_findings(place, rule, asked)


def _asked(draft: Draft) -> dict[str, Question]:
    """What a rule of the sheet may ask about, by the name it asks with."""
    questions = draft.form.questions
    columns = {
        f"{table.name}.{column.name}": column
        for table in questions.values() for column in table.columns_asked()
    }
    return {**questions, **columns}


def _rule(draft: Draft, rule: Expression, asked: Asked, path: Path) -> Iterator[Finding]:
    place = draft.place(*path)
    for name in sorted(rule.names - asked.keys()):
        yield Finding(place, "F012", _unasked(name, asked))
    for name, kind in dict.fromkeys(_several_as_one(rule.tree, asked)):
        yield finding(place, "F027", SEVERAL[kind], name=name)
    for name, value in dict.fromkeys(_compared(rule.tree)):
        question = draft.in_hand(asked[name]) if name in asked else None
        if question is not None:
            yield from _never_given(question, name, value, place)


def _several_as_one(tree: Any, asked: Asked) -> Iterator[tuple[str, str]]:
    """Every name that stands for several answers where one is asked for, and the kind of name."""
    if not isinstance(tree, list):
        return
    operator, *parts = tree
    ones = parts if operator in OF_ONE else parts[:1] if operator == "in" else []
    for part in filter(_is_question, ones):
        name = ".".join(part[1:])
        if name in asked and (part[0] == "column" or asked[name].several):
            yield name, part[0]
    for part in parts:
        yield from _several_as_one(part, asked)


def _never_given(question: Question, name: str, value: Any, place: Place) -> Iterator[Finding]:
    """A comparison that says the same of every answer, since none is such a value."""
    fits = KIND.get(question.value_type)
    if fits is not None and not fits(value):
        yield finding(place, "F027", SAID_LIKE[question.value_type], name=name)
        return
    codes = question.codes()
    if codes is not None and value not in codes and isinstance(value, str):
        yield finding(
            place, "F027", '"%(name)s" cannot be answered "%(code)s"%(hint)s',
            name=name, code=value, hint=mean(value, codes),
        )


def _compared(tree: Any) -> Iterator[tuple[str, Any]]:
    """Every value that a rule compares the answer of a question with, and the question."""
    if not isinstance(tree, list):
        return
    operator, *parts = tree
    if operator in ("==", "<", "<=", "in", "count_of") and len(parts) == 2:
        names = [".".join(part[1:]) for part in parts if _is_question(part)]
        values = [value for part in parts for value in _constants(part)]
        yield from ((name, value) for name in names for value in values)
    for part in parts:
        yield from _compared(part)


def _is_question(part: Any) -> bool:
    return isinstance(part, list) and part[0] in ("name", "column")


def _constants(part: Any) -> list[Any]:
    """The value, or the values of a list; a question has none."""
    listed = part[1:] if isinstance(part, list) and part[0] == "list" else [part]
    return [value for value in listed if not isinstance(value, list)]


def _never_said(draft: Draft, question: Question, path: Path) -> Iterator[Finding]:
    for text, rule in SAID_WITH.items():
        if getattr(question, text) is not None and getattr(question, rule) is None:
            yield finding(
                draft.place(*path, text), "F032",
                'Nobody will ever read this text: it goes with "%(rule)s", and there is none.', rule=rule,
            )


def _circles(draft: Draft) -> Iterator[Finding]:
    """Computed questions that need their own answer, on the sheet or within a row."""
    for path, question, table in walk(draft.form):
        beside = table.columns_asked() if table else tuple(draft.form.questions.values())
        needs = {one.name: _names(one) for one in beside if one.computed}
        if question.computed and question.name in _needed(question.name, needs):
            yield finding(
                draft.place(*path, "value"), "F030",
                '"%(name)s" is computed from itself; take it out of its rule.', name=question.name,
            )


def _asked_by_itself(draft: Draft) -> Iterator[Finding]:
    """Questions that are asked or not by their own answer: nobody could ever begin to answer."""
    form = draft.form
    needs = {one.name: _names(one) if one.computed else set() for one in form.questions.values()}
    places = {}
    for s, section in enumerate(form.sections):
        for q, question in enumerate(section.questions):
            own: Path = ("sections", s, "questions", q, "show_if")
            places[question.name] = own if question.show_if else ("sections", s, "show_if")
            for rule in filter(None, (question.show_if, section.show_if)):
                needs[question.name] |= _asked_in(rule)
    for name, path in places.items():
        if not form.questions[name].computed and name in _needed(name, needs):
            yield finding(
                draft.place(*path), "F030",
                '"%(name)s" is asked or not by its own answer, at least through others; take it out of its rule.',
                name=name,
            )


def _names(question: Question) -> set[str]:
    return _asked_in(question.expressions()["value"])


def _asked_in(rule: Expression) -> set[str]:
    return {name.partition(".")[0] for name in rule.names}


def _needed(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    """The questions that the value of a computed one is made of, at any remove."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = needs.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return found
