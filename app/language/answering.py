"""From what was typed to what is kept: hidden answers go, computed ones come, rules are judged.

Pure: no clock, no database. ``today`` and the answers come in, the answers and complaints go out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from app.language.expressions import Expression
from app.language.form import Form
from app.language.message import Message
from app.language.moving import moving_questions
from app.language.question import Answers, Question
from app.language.same import Same
from app.language.texts import Text

Hides = Callable[[Mapping[str, Any]], set[str]]
"""The questions that are hidden with these plain answers."""
Where = tuple[str, ...]
"""A question's name; for a cell its table, row position and column."""

REQUIRED = Message("Answer this question.")
NOT_ACCEPTED = Message("This answer does not fit; check it against the paper.")
LOOK_AGAIN = Message("This answer is unusual; check it against the paper.")
MOST_ROUNDS = 10


@dataclass(frozen=True)
class Complaint:
    """Why a sheet cannot be kept as it is, or (``soft``) what somebody should look at again."""

    where: Where
    said: Message | Text
    soft: bool = False
    leads: Sequence[tuple[str, str]] = ()
    """Where else to look: what it is called, and its address."""
    through: frozenset[str] = frozenset()
    """The changed questions that a rule of a question elsewhere names."""
    elsewhere: tuple[str, str] | None = None
    """What it is about on another page: what that is called, and the address where it can be put right."""


def plain_answers(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as expressions see them."""
    return {question.name: question.plain(answers.get(question.name)) for question in questions}


def hidden_questions(form: Form, answers: Answers, today: date) -> set[str]:
    """The questions that are not asked with these answers.

    A hidden answer counts as missing for the conditions of others, wherever they stand.
    """
    plain = plain_answers(list(form.questions.values()), answers)
    return _hidden(plain, lambda seen: _hidden_with(form, seen, today))


def _hidden(plain: Mapping[str, Any], hides: Hides) -> set[str]:
    hidden: set[str] = set()
    for _ in range(MOST_ROUNDS):
        now_hidden = hides({**plain, **dict.fromkeys(hidden)})
        if now_hidden == hidden:
            break
        hidden = now_hidden
    return hidden


def _hidden_with(form: Form, plain: Mapping[str, Any], today: date) -> set[str]:
    return {
        name for name, rules in _conditional(Same(form)) if not all(_is_true(rule, plain, today) for rule in rules)
    }


@lru_cache(maxsize=1024)
def _conditional(same: Same[Form]) -> Sequence[tuple[str, Sequence[Expression]]]:
    """The questions that are not always asked, each with the conditions of its section and its own."""
    every = [
        (question.name, [rule for rule in (section.show_if, question.show_if) if rule is not None])
        for section in same.thing.sections for question in section.questions
    ]
    return [(name, rules) for name, rules in every if rules]


def _is_true(rule: Expression | None, plain: Mapping[str, Any], today: date) -> bool:
    return rule is None or rule.value(plain, today) is True


def is_shown(question: Question, plain: Mapping[str, Any], today: date) -> bool:
    return _is_true(question.show_if, plain, today)


def settled(form: Form, answers: Answers, today: date) -> Answers:
    """The answers to keep: hidden ones gone, computed ones made, in rows as on the sheet."""
    questions = list(form.questions.values())
    return _settled(questions, answers, lambda plain: _hidden_with(form, plain, today), {}, today)


def _settled(
    questions: Sequence[Question], answers: Answers, hides: Hides, around: Mapping[str, Any], today: date
) -> Answers:
    """Nothing is dropped before it is sure: what is hidden may hang on what is still to be computed."""
    tables = [question for question in questions if question.columns_asked()]
    computing = [question for question in questions if question.computed]
    computed: Answers = {question.name: None for question in computing}
    given = plain_answers(questions, answers)
    for _ in range(MOST_ROUNDS):
        plain = {**given, **plain_answers(computing, computed)}
        hidden = dict.fromkeys(_hidden(plain, hides))
        kept, plain = {**answers, **computed, **hidden}, {**around, **plain, **hidden}
        for table in tables:
            kept[table.name] = _settled_rows(table, kept, plain, today)
            plain[table.name] = table.plain(kept[table.name])
        made = {question.name: question.compute(plain, today) for question in computing}
        if made == computed:
            break
        computed = made
    return kept


def _settled_rows(table: Question, answers: Answers, around: Mapping[str, Any], today: date) -> list[Answers] | None:
    columns = table.columns_asked()

    def hides(plain: Mapping[str, Any]) -> set[str]:
        return {column.name for column in columns if not is_shown(column, {**around, **plain}, today)}

    return [_settled(columns, row, hides, around, today) for row in answers.get(table.name) or ()] or None


def as_of(form: Form, answers: Answers, today: date) -> Answers:
    """The answers with those made anew that go with the day: people grow older after a sheet was saved."""
    moving = moving_questions(form)
    if not moving:
        return answers
    fresh = settled(form, answers, today)
    return {**answers, **{name: fresh[name] for name in moving}}


def complaints(
    form: Form, answers: Answers, today: date, asked: set[str] | None = None, changed: Set[str] = frozenset(),
) -> list[Complaint]:
    """What is wrong with settled answers; only about the questions ``asked``, if given.

    A rule that names a question ``changed`` is judged wherever it stands: what was right may be wrong by now.
    """
    concerned = asked if asked is None or not changed else asked | _judged_by(Same(form)).keys()
    return [
        complaint for question, answer, plain, where in _shown(form, answers, today, concerned)
        for complaint in (
            _about(question, answer, plain, today, where) if asked is None or where[0] in asked
            else _broken(form, question, answer, plain, today, where, changed)
        )
    ]


def changed_questions(form: Form, before: Answers, answers: Answers, today: date) -> frozenset[str]:
    """The questions whose answers are others than before; what only went with the day is not changed."""
    then = settled(form, before, today)
    return frozenset(
        question.name for question in form.questions.values() if not _is_same(question, then, answers)
    )


def _is_same(question: Question, before: Answers, after: Answers) -> bool:
    one, other = before.get(question.name), after.get(question.name)
    return (_is_blank(one) and _is_blank(other)) or bool(question.to_json(one) == question.to_json(other))


@lru_cache(maxsize=1024)
def _judged_by(same: Same[Form]) -> Mapping[str, Mapping[Where, frozenset[str]]]:
    """Question → what the checks and warnings of it and of its columns ask about on the sheet."""
    return {
        question.name: {
            (question.name,): _asked_by(question),
            **{(question.name, column.name): _asked_in_row(question, column) for column in question.columns_asked()},
        }
        for question in same.thing.asked()
        if any(one.check or one.warn for one in (question, *question.columns_asked()))
    }


def _asked_by(question: Question) -> frozenset[str]:
    rules = filter(None, (question.check, question.warn))
    return frozenset(name.partition(".")[0] for rule in rules for name in rule.names)


def _asked_in_row(table: Question, column: Question) -> frozenset[str]:
    """The same of a column: what it asks of its row is asked of the table."""
    asked, beside = _asked_by(column), {one.name for one in table.columns_asked()}
    return asked - beside | ({table.name} if asked & beside else set())


def _broken(
    form: Form, question: Question, answer: Any, plain: Mapping[str, Any], today: date, where: Where, changed: Set[str],
) -> Iterator[Complaint]:
    """What the rules of a question elsewhere say, where they name what was changed."""
    through = _judged_by(Same(form))[where[0]].get((where[0], *where[2:]), frozenset()) & changed
    if through and not _is_blank(answer):
        yield from (replace(one, through=through) for one in _judged(question, plain, today, where))


def missing(form: Form, answers: Answers, today: date) -> list[str]:
    """The required questions still without an answer: what a half filled sheet lacks."""
    return [
        where[0] for question, answer, plain, where in _shown(form, answers, today)
        if _is_blank(answer) and _is_required(question, plain, today)
    ]


def _shown(
    form: Form, answers: Answers, today: date, asked: set[str] | None = None
) -> Iterator[tuple[Question, Any, Mapping[str, Any], Where]]:
    """Every question that is asked, cells too: its answer, the plain answers its rules see, and where it is."""
    plain = plain_answers(list(form.questions.values()), answers)
    hidden = hidden_questions(form, answers, today)
    for question in form.asked():
        if question.name in hidden or (asked is not None and question.name not in asked):
            continue
        yield question, answers.get(question.name), plain, (question.name,)
        for position, row in enumerate(answers.get(question.name) or () if question.columns_asked() else ()):
            around = {**plain, **plain_answers(question.columns_asked(), row)}
            for column in question.columns_asked():
                if is_shown(column, around, today) and not column.retired:
                    yield column, row.get(column.name), around, (question.name, str(position), column.name)


def _about(question: Question, answer: Any, plain: Mapping[str, Any], today: date, where: Where) -> Iterator[Complaint]:
    if _is_blank(answer):
        if _is_required(question, plain, today):
            yield Complaint(where, REQUIRED)
        elif question.warn is not None and _is_about_itself(question) and question.warn.value(plain, today) is True:
            yield Complaint(where, question.warning or LOOK_AGAIN, soft=True)
        return
    yield from _judged(question, plain, today, where)
    doubt = question.doubts(answer)
    if doubt is not None:
        yield Complaint(where, doubt.message, soft=True)


def _judged(question: Question, plain: Mapping[str, Any], today: date, where: Where) -> Iterator[Complaint]:
    """What its own rules say about a question that is answered."""
    if question.check is not None and question.check.value(plain, today) is False:
        yield Complaint(where, question.message or NOT_ACCEPTED)
    if question.warn is not None and question.warn.value(plain, today) is True:
        yield Complaint(where, question.warning or LOOK_AGAIN, soft=True)


def _is_about_itself(question: Question) -> bool:
    """Whether a doubt says itself that the answer is missing; any other waits for one."""
    return question.warn is not None and question.name in question.warn.names


def _is_blank(answer: Any) -> bool:
    return answer is None or answer == []


def _is_required(question: Question, plain: Mapping[str, Any], today: date) -> bool:
    if question.computed:
        return False
    return question.required or (question.required_if is not None and question.required_if.value(plain, today) is True)
