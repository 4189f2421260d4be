"""What is wrong with settled answers, and what somebody should look at again.

Pure: no clock, no database. ``today`` and the answers come in, the issues go out.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from dosar.language.answers.settling import hidden_questions, is_blank, is_question_shown, plain_answers
from dosar.language.form import Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Answers, Question
from dosar.language.text.message import Message
from dosar.language.text.texts import Text

AnswerPath = tuple[str, ...]
"""A question's name; for a cell its table, row position and column."""

ANSWER_REQUIRED = Message("Answer this question.")
ANSWER_NOT_ACCEPTED = Message("This answer does not fit; check it against the paper.")
ANSWER_UNUSUAL = Message("This answer is unusual; check it against the paper.")


@dataclass(frozen=True)
class ValidationIssue:
    """Why a sheet cannot be kept as it is, or (``soft``) what somebody should look at again."""

    where: AnswerPath
    message: Message | Text
    soft: bool = False
    through: frozenset[str] = frozenset()
    """The changed questions that a rule of a question elsewhere names."""

    @property
    def question(self) -> str:
        return self.where[0]

    @property
    def row(self) -> int | None:
        """The row of the table, counted from 0."""
        return int(self.where[1]) if len(self.where) > 1 else None

    @property
    def column(self) -> str | None:
        return self.where[-1] if len(self.where) > 1 else None


def asked_at(form: Form, where: AnswerPath) -> Question:
    """The question, or the column of a table, that stands there. Raises :class:`KeyError` where none does."""
    question = form.questions[where[0]]
    found = question if len(where) == 1 else question.column(where[-1])
    if found is None:
        raise KeyError(where)
    return found


def validate_answers(
    form: Form,
    answers: Answers,
    today: date,
    names: set[str] | None = None,
    changed: Set[str] = frozenset(),
) -> list[ValidationIssue]:
    """What is wrong with settled answers; only about the questions of these ``names``, if given.

    A rule that names a question ``changed`` is judged wherever it stands: what was right may be wrong by now.
    """
    concerned = names if names is None or not changed else names | _questions_with_rules(IdentityKey(form))
    return [
        issue
        for question, answer, plain, where in _shown_questions(form, answers, today, concerned)
        for issue in (
            _question_issues(form, question, answer, plain, today, where)
            if names is None or where[0] in names
            else _judge_rules(form, question, answer, plain, today, where, changed)
        )
    ]


@lru_cache(maxsize=1024)
def _questions_with_rules(same: IdentityKey[Form]) -> frozenset[str]:
    """The questions that are judged by other answers, in a column at least."""
    return frozenset(
        question.name
        for question in same.thing.asked_questions()
        if any(part.check or part.warn or part.compared_with for part in (question, *question.columns_asked()))
    )


def missing_questions(form: Form, answers: Answers, today: date) -> list[str]:
    """The required questions still without an answer: what a half filled sheet lacks."""
    return [
        where[0]
        for question, answer, plain, where in _shown_questions(form, answers, today)
        if is_blank(answer) and _is_required(question, plain, today)
    ]


def knows_what_is_missing(whole: Form, known: Form) -> bool:
    """Whether a reader who knows the form so may be told how many required answers are missing.

    A number that counts answers out of her sight would tell whether they are given.
    """
    return _sees_all_required(IdentityKey(whole), IdentityKey(known))


@lru_cache(maxsize=1024)
def _sees_all_required(whole: IdentityKey[Form], known: IdentityKey[Form]) -> bool:
    seen = _paths(known.thing)
    return all(
        path in seen and all(name in seen or f"{table}.{name}" in seen for name in _names_requiring(question))
        for path, question in _paths(whole.thing).items()
        for table in [path.rpartition(".")[0]]
        if (question.required or question.required_if is not None) and not (question.computed or question.retired)
    )


def _paths(form: Form) -> dict[str, Question]:
    """Every question by its name, columns too (``table.column``)."""
    columns = {
        f"{table.name}.{column.name}": column for table in form.questions.values() for column in table.columns_asked()
    }
    return {**form.questions, **columns}


def _names_requiring(question: Question) -> Iterable[str]:
    return question.required_if.names if question.required_if is not None else ()


def _shown_questions(
    form: Form, answers: Answers, today: date, names: set[str] | None = None
) -> Iterator[tuple[Question, Any, Mapping[str, Any], AnswerPath]]:
    """Every question that is asked, cells too: its answer, the plain answers its rules see, and where it is."""
    plain = plain_answers(list(form.questions.values()), answers)
    hidden = hidden_questions(form, answers, today)
    for question in form.asked_questions():
        if question.name in hidden or (names is not None and question.name not in names):
            continue
        yield question, answers.get(question.name), plain, (question.name,)
        for position, row in enumerate(answers.get(question.name) or () if question.columns_asked() else ()):
            row_plain = {**plain, **plain_answers(question.columns_asked(), row)}
            for column in question.columns_asked():
                if is_question_shown(column, row_plain, today) and not column.retired:
                    yield column, row.get(column.name), row_plain, (question.name, str(position), column.name)


def _question_issues(
    form: Form,
    question: Question,
    answer: Any,
    plain: Mapping[str, Any],
    today: date,
    where: AnswerPath,
) -> Iterator[ValidationIssue]:
    if is_blank(answer):
        if _is_required(question, plain, today):
            yield ValidationIssue(where, ANSWER_REQUIRED)
        elif question.warn is not None and _judges_blank(question) and question.warn.value(plain, today) is True:
            yield ValidationIssue(where, question.warning or ANSWER_UNUSUAL, soft=True)
        return
    yield from _judge_rules(form, question, answer, plain, today, where)
    doubt = question.doubts(answer)
    if doubt is not None:
        yield ValidationIssue(where, doubt.message, soft=True)


def _judge_rules(
    form: Form,
    question: Question,
    answer: Any,
    plain: Mapping[str, Any],
    today: date,
    where: AnswerPath,
    changed: Set[str] | None = None,
) -> Iterator[ValidationIssue]:
    """What the answers around it say about a question that is answered: its rules, and what it tells itself.

    With ``changed`` only what hangs on one of these questions.
    """
    if is_blank(answer):
        return
    rules = (
        (question.check, False, question.message or ANSWER_NOT_ACCEPTED),
        (question.warn, True, question.warning or ANSWER_UNUSUAL),
    )
    for rule, broken, message in rules:
        through = _changed_neighbours(form, where, rule.names, changed) if rule is not None else frozenset()
        if rule is not None and (changed is None or through) and rule.value(plain, today) is broken:
            yield ValidationIssue(where, message, soft=broken, through=through)
    siblings = question.compared_with & _sibling_names(form, where)
    through = _changed_neighbours(form, where, siblings, changed)
    if siblings and (changed is None or through):
        contradictions = question.contradictions(answer, {name: plain.get(name) for name in siblings})
        yield from (ValidationIssue(where, mistake.message, soft=True, through=through) for mistake in contradictions)


def _changed_neighbours(form: Form, where: AnswerPath, names: Set[str], changed: Set[str] | None) -> frozenset[str]:
    """The changed questions among those that are asked about; what is asked of a row is asked of its table."""
    if not changed:
        return frozenset()
    own_names = {name.partition(".")[0] for name in names}
    in_row = own_names & _sibling_names(form, where) if len(where) > 1 else set()
    return frozenset((own_names - in_row | ({where[0]} if in_row else set())) & changed)


def _sibling_names(form: Form, where: AnswerPath) -> Set[str]:
    """The questions of the sheet, or of the row, that the question stands in: a row is another person's."""
    if len(where) == 1:
        return form.questions.keys()
    return {column.name for column in form.questions[where[0]].columns_asked()}


def _judges_blank(question: Question) -> bool:
    """Whether a doubt says itself that the answer is missing; any other waits for one."""
    return question.warn is not None and question.name in question.warn.names


def _is_required(question: Question, plain: Mapping[str, Any], today: date) -> bool:
    if question.computed:
        return False
    return question.required or (question.required_if is not None and question.required_if.value(plain, today) is True)
