"""From what was answered to what is kept: hidden answers go, computed ones come.

Pure: no clock, no database. ``today`` and the answers come in, the answers go out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Sized
from datetime import date
from functools import lru_cache
from typing import Any

from dosar.language.answers.day_bound import day_bound_questions
from dosar.language.form import Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Answers, Question
from dosar.language.rules.expressions import Expression

FindHidden = Callable[[Mapping[str, Any]], set[str]]
"""The questions that are hidden with these plain answers."""


def plain_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as expressions see them."""
    return {question.name: question.plain(answers.get(question.name)) for question in questions}


def hidden_questions(form: Form, answers: Answers, today: date) -> set[str]:
    """The questions that are not asked with these answers.

    A hidden answer counts as missing for the conditions of others, wherever they stand.
    """
    plain = plain_answers(list(form.questions.values()), answers)
    return _settle_hidden(plain, lambda seen: _hidden_by_conditions(form, seen, today))


def _settle_hidden(plain: Mapping[str, Any], hides: FindHidden) -> set[str]:
    hidden: set[str] = set()
    for _ in _rounds(plain):
        now_hidden = hides({**plain, **dict.fromkeys(hidden)})
        if now_hidden == hidden:
            break
        hidden = now_hidden
    return hidden


def _rounds(questions: Sized) -> range:
    """As many as it may take until nothing changes: no chain of questions is longer, and circles are refused."""
    return range(len(questions) + 1)


def _hidden_by_conditions(form: Form, plain: Mapping[str, Any], today: date) -> set[str]:
    return {
        name
        for name, rules in _conditional_questions(IdentityKey(form))
        if not all(_rule_holds(rule, plain, today) for rule in rules)
    }


@lru_cache(maxsize=1024)
def _conditional_questions(same: IdentityKey[Form]) -> Sequence[tuple[str, Sequence[Expression]]]:
    """The questions that are not always asked, each with the conditions of its section and its own."""
    every = [
        (question.name, [rule for rule in (section.show_if, question.show_if) if rule is not None])
        for section in same.thing.sections
        for question in section.questions
    ]
    return [(name, rules) for name, rules in every if rules]


def _rule_holds(rule: Expression | None, plain: Mapping[str, Any], today: date) -> bool:
    return rule is None or rule.value(plain, today) is True


def is_question_shown(question: Question, plain: Mapping[str, Any], today: date) -> bool:
    return _rule_holds(question.show_if, plain, today)


def settle_answers(form: Form, answers: Answers, today: date) -> Answers:
    """The answers to keep: hidden ones gone, computed ones made, in rows as on the sheet."""
    questions = list(form.questions.values())
    return _settle_questions(questions, answers, lambda plain: _hidden_by_conditions(form, plain, today), {}, today)


def _settle_questions(
    questions: Sequence[Question], answers: Answers, hides: FindHidden, outer: Mapping[str, Any], today: date
) -> Answers:
    """Nothing is dropped before it is sure: what is hidden may hang on what is still to be computed."""
    tables = [question for question in questions if question.columns_asked()]
    computing = [question for question in questions if question.computed]
    computed: Answers = {question.name: None for question in computing}
    given = plain_answers(questions, answers)
    for _ in _rounds(questions):
        plain = {**given, **plain_answers(computing, computed)}
        hidden = dict.fromkeys(_settle_hidden(plain, hides))
        settled, plain = {**answers, **computed, **hidden}, {**outer, **plain, **hidden}
        for table in tables:
            settled[table.name] = _settle_rows(table, settled, plain, today)
            plain[table.name] = table.plain(settled[table.name])
        made = {question.name: question.compute_answer(plain, today) for question in computing}
        if made == computed:
            break
        computed = made
    return settled


def _settle_rows(table: Question, answers: Answers, outer: Mapping[str, Any], today: date) -> list[Answers] | None:
    columns = table.columns_asked()

    def hides(plain: Mapping[str, Any]) -> set[str]:
        return {column.name for column in columns if not is_question_shown(column, {**outer, **plain}, today)}

    return [_settle_questions(columns, row, hides, outer, today) for row in answers.get(table.name) or ()] or None


def dropped_answers(
    form: Form, saved: Answers, after: Answers, today: date
) -> Iterator[tuple[Question, Question | None]]:
    """The saved answers that are gone from ``after`` because their question is hidden with it: (question, column)."""
    hidden = hidden_questions(form, after, today)
    plain = plain_answers(list(form.questions.values()), after)
    for question in form.questions.values():
        if question.computed or is_blank(saved.get(question.name)):
            continue
        if question.name in hidden:
            yield question, None
            continue
        rows = {row["id"]: row for row in saved[question.name]} if question.columns_asked() else {}
        for column in question.columns_asked():
            if any(
                not (column.computed or is_blank(rows.get(row.get("id"), {}).get(column.name)))
                and not is_question_shown(column, {**plain, **plain_answers(question.columns_asked(), row)}, today)
                for row in after.get(question.name) or ()
            ):
                yield question, column


def answers_as_of(form: Form, answers: Answers, today: date) -> Answers:
    """The answers with those made anew that go with the day: people grow older after a sheet was saved."""
    day_bound = day_bound_questions(form)
    if not day_bound:
        return answers
    fresh = settle_answers(form, answers, today)
    return {**answers, **{name: fresh[name] for name in day_bound}}


def changed_questions(form: Form, before: Answers, answers: Answers, today: date) -> frozenset[str]:
    """The questions whose answers are others than before; what only went with the day is not changed."""
    then = settle_answers(form, before, today)
    return frozenset(
        question.name for question in form.questions.values() if not _is_unchanged(question, then, answers)
    )


def _is_unchanged(question: Question, before: Answers, after: Answers) -> bool:
    earlier, later = before.get(question.name), after.get(question.name)
    return (is_blank(earlier) and is_blank(later)) or bool(question.to_json(earlier) == question.to_json(later))


def is_blank(answer: Any) -> bool:
    """Whether there is no answer, or a table without a row."""
    return answer is None or answer == []
