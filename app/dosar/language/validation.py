"""From what was typed to what is kept: hidden answers go, computed ones come, rules are judged.

Pure: no clock, no database. ``today`` and the answers come in, the answers and complaints go out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from dosar.language.form import Form
from dosar.language.identity_cache import IdentityKey
from dosar.language.question import Answers, Question
from dosar.language.rules.expressions import Expression
from dosar.language.text.message import Message
from dosar.language.text.texts import Text
from dosar.language.volatile_answers import day_bound_questions

FindHidden = Callable[[Mapping[str, Any]], set[str]]
"""The questions that are hidden with these plain answers."""
AnswerPath = tuple[str, ...]
"""A question's name; for a cell its table, row position and column."""

ANSWER_REQUIRED = Message("Answer this question.")
ANSWER_NOT_ACCEPTED = Message("This answer does not fit; check it against the paper.")
ANSWER_UNUSUAL = Message("This answer is unusual; check it against the paper.")
MAX_SETTLING_ROUNDS = 10


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
    for _ in range(MAX_SETTLING_ROUNDS):
        now_hidden = hides({**plain, **dict.fromkeys(hidden)})
        if now_hidden == hidden:
            break
        hidden = now_hidden
    return hidden


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
    for _ in range(MAX_SETTLING_ROUNDS):
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
        if question.computed or _is_blank(saved.get(question.name)):
            continue
        if question.name in hidden:
            yield question, None
            continue
        rows = {row["id"]: row for row in saved[question.name]} if question.columns_asked() else {}
        for column in question.columns_asked():
            if any(
                not (column.computed or _is_blank(rows.get(row.get("id"), {}).get(column.name)))
                and not is_question_shown(column, {**plain, **plain_answers(question.columns_asked(), row)}, today)
                for row in after.get(question.name) or ()
            ):
                yield question, column


def answers_as_of(form: Form, answers: Answers, today: date) -> Answers:
    """The answers with those made anew that go with the day: people grow older after a sheet was saved."""
    moving = day_bound_questions(form)
    if not moving:
        return answers
    fresh = settle_answers(form, answers, today)
    return {**answers, **{name: fresh[name] for name in moving}}


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
        complaint
        for question, answer, plain, where in _shown_questions(form, answers, today, concerned)
        for complaint in (
            _question_issues(form, question, answer, plain, today, where)
            if names is None or where[0] in names
            else _judge_rules(form, question, answer, plain, today, where, changed)
        )
    ]


def changed_questions(form: Form, before: Answers, answers: Answers, today: date) -> frozenset[str]:
    """The questions whose answers are others than before; what only went with the day is not changed."""
    then = settle_answers(form, before, today)
    return frozenset(
        question.name for question in form.questions.values() if not _is_unchanged(question, then, answers)
    )


def _is_unchanged(question: Question, before: Answers, after: Answers) -> bool:
    earlier, later = before.get(question.name), after.get(question.name)
    return (_is_blank(earlier) and _is_blank(later)) or bool(question.to_json(earlier) == question.to_json(later))


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
        if _is_blank(answer) and _is_required(question, plain, today)
    ]


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
    if _is_blank(answer):
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
    if _is_blank(answer):
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


def _is_blank(answer: Any) -> bool:
    return answer is None or answer == []


def _is_required(question: Question, plain: Mapping[str, Any], today: date) -> bool:
    if question.computed:
        return False
    return question.required or (question.required_if is not None and question.required_if.value(plain, today) is True)
