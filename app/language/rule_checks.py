"""What the rules of a form ask about: only what is there, and only answers that can be given."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.language.expressions import Expression
from app.language.finding import Finding, finding, mean
from app.language.message import msgid
from app.language.question import Question
from app.language.walking import Draft, Path, walk

SAID_WITH = {"message": "check", "warning": "warn"}
"""A text that is said when a rule is broken, and that rule."""
Asked = Mapping[str, Question]


def rule_findings(draft: Draft) -> Iterator[Finding]:
    """Everything wrong with the rules of a form."""
    asked = _asked(draft)
    for s, section in enumerate(draft.form.sections):
        if section.show_if:
            yield from _rule(draft, section.show_if, asked, ("sections", s, "show_if"))
    for path, question, table in walk(draft.form):
        of_row = {column.name: column for column in table.columns_asked()} if table else {}
        for option, rule in question.expressions().items():
            yield from _rule(draft, rule, {**asked, **of_row}, (*path, option))
        yield from _never_said(draft, question, path)
    yield from _circles(draft)


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
        text = msgid('no question is named "%(name)s"%(hint)s')
        yield finding(place, "F012", text, name=name, hint=mean(name, asked))
    for name, code in dict.fromkeys(_compared(rule.tree)):
        question = draft.in_hand(asked[name]) if name in asked else None
        codes = question.codes() if question is not None else None
        if codes is not None and code not in codes:
            yield finding(
                place, "F027", '"%(name)s" cannot be answered "%(code)s"%(hint)s',
                name=name, code=code, hint=mean(code, codes),
            )


def _compared(tree: Any) -> Iterator[tuple[str, str]]:
    """Every text that a rule compares the answer of a question with, and the question."""
    if not isinstance(tree, list):
        return
    operator, *parts = tree
    if operator in ("==", "in") and len(parts) == 2:
        names = [".".join(part[1:]) for part in parts if _is_question(part)]
        texts = [text for part in parts for text in _texts(part)]
        yield from ((name, text) for name in names for text in texts)
    for part in parts:
        yield from _compared(part)


def _is_question(part: Any) -> bool:
    return isinstance(part, list) and part[0] in ("name", "column")


def _texts(part: Any) -> list[str]:
    """The text, or the texts of a list; a question has none."""
    listed = part[1:] if isinstance(part, list) and part[0] == "list" else [part]
    return [text for text in listed if isinstance(text, str)]


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


def _names(question: Question) -> set[str]:
    return {name.partition(".")[0] for name in question.expressions()["value"].names}


def _needed(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    """The questions that the value of a computed one is made of, at any remove."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        fresh = needs.get(waiting.pop(), set()) - found
        found |= fresh
        waiting.extend(fresh)
    return found
