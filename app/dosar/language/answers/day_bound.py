"""Answers that go with the day, such as an age: what is kept of them grows old, so they are made anew when read."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from dosar.language.form import Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Answer, Answers, Question
from dosar.language.rules.expressions import Expression
from dosar.language.text.message import msgid

DAY_BOUND_MESSAGE = msgid(
    '"%(name)s" goes with the day, so nothing can be sorted, filtered, searched, named or counted by what was kept of '
    "it; take a question that stays as it was answered."
)


def day_bound_questions(form: Form) -> frozenset[str]:
    """The computed questions that go with the day, and the tables with such a column."""
    return _find_day_bound(IdentityKey(form))


@lru_cache(maxsize=1024)
def _find_day_bound(same: IdentityKey[Form]) -> frozenset[str]:
    questions = list(same.thing.questions.values())
    day_bound: frozenset[str] = frozenset()
    while True:
        found = frozenset(question.name for question in questions if _is_day_bound(question, day_bound))
        if found == day_bound:
            return day_bound
        day_bound = found


def _is_day_bound(question: Question, day_bound: frozenset[str]) -> bool:
    if any(_is_day_bound(column, day_bound) for column in question.columns_asked()):
        return True
    rule = question.expressions().get("value") if question.computed else None
    return rule is not None and (rule.is_day_bound or bool({name.split(".")[0] for name in rule.names} & day_bound))


def day_bound_answers(form: Form) -> frozenset[str]:
    """Those of the day-bound questions that are made of kept answers alone."""
    stored = {question.name for question in form.stored_questions}
    return frozenset(name for name in day_bound_questions(form) & stored if source_questions(form, [name]) is not None)


def source_questions(form: Form, names: Iterable[str]) -> tuple[Question, ...] | None:
    """The kept answers that these questions are made of; ``None`` where rows of a table are among them."""
    return _source_questions(IdentityKey(form), tuple(names))


@lru_cache(maxsize=1024)
def _source_questions(same: IdentityKey[Form], names: tuple[str, ...]) -> tuple[Question, ...] | None:
    form, day_bound = same.thing, _find_day_bound(same)
    needed, remaining = dict.fromkeys(names), list(names)
    while remaining:
        name = remaining.pop()
        rules = _rules_behind(form, name) if name in day_bound else ()
        new = [other for rule in rules for other in sorted(rule.names) if other not in needed]
        needed |= dict.fromkeys(new)
        remaining += new
    stored = {question.name: question for question in form.stored_questions}
    if not needed.keys() <= stored.keys():
        return None
    return tuple(stored[name] for name in needed if name not in day_bound)


def _rules_behind(form: Form, name: str) -> Iterator[Expression]:
    """The rule that makes the answer, and those that say whether there is one."""
    question = form.questions[name]
    yield question.expressions()["value"]
    yield from _show_conditions(form, question)


def _show_conditions(form: Form, question: Question) -> Iterator[Expression]:
    section_rule = next(section.show_if for section in form.sections if question in section.questions)
    yield from (rule for rule in (section_rule, question.show_if) if rule is not None)


def recompute_answer(form: Form, name: str, answers: Answers, today: date) -> Answer:
    """The answer as it is on this day, out of its :func:`source_questions`."""
    plain = {question.name: question.plain(answers.get(question.name)) for question in form.stored_questions}
    return _computed_answer(form, name, plain, today)


def _computed_answer(form: Form, name: str, plain: Mapping[str, Any], today: date) -> Answer:
    question, day_bound = form.questions[name], day_bound_questions(form)
    named = {other for rule in _rules_behind(form, name) for other in rule.names}
    plain = {
        **plain,
        **{
            other: form.questions[other].plain(_computed_answer(form, other, plain, today))
            for other in named & day_bound
        },
    }
    if any(rule.value(plain, today) is not True for rule in _show_conditions(form, question)):
        return None
    return question.compute_answer(plain, today)
