"""What a sheet or row says of what is due beside its day: what it is about; who promised it, whom the case manager
reminds (T24); how often it comes again. For pages alone: mails and feeds leave Dosar, and say none of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from sqlalchemy import select

from dosar.database.joint_reads import Rows
from dosar.database.system_tables import deadline_table
from dosar.database.union_reads import read_union
from dosar.language.deadlines.coming_days import repetition_places
from dosar.language.deadlines.ready_rules import DayPlace, ReadyRule, question_at
from dosar.language.question import Answer, Question, ReadingContext, Unknown
from dosar.overview.deadlines.known_rules import known_rules
from dosar.overview.deadlines.reading import Deadline
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope
from dosar.records.titles import show_answer

LONGEST = 80
"""Characters of an answer beside a line; the sheet tells the rest."""


@dataclass(frozen=True)
class AnswersBeside:
    """Number of a deadline → the words."""

    about: Mapping[int, str] = field(default_factory=dict)
    promised_by: Mapping[int, str] = field(default_factory=dict)
    repeats: Mapping[tuple[int, DayPlace], Any] = field(default_factory=dict)
    """(number, where it stands how often or until when it comes again) → the answer, as rules see it."""


Place = tuple[str, str]
"""A form, and the table of its rows or nothing."""
Questions = Mapping[Place, Mapping[str, Question]]


def answers_beside(repository: Repository, due: Sequence[Deadline], reading: ReadingContext) -> AnswersBeside:
    """The words as far as the acting worker may know them: one statement, or none.

    Who is linked is no word: :attr:`Deadline.partner_id`.
    """
    asked = _questions(repository, {deadline.rule.key: deadline.rule for deadline in due}.values())
    numbers = {place: {_number(deadline, place) for deadline in due} for place in asked}
    parts = [_part(repository, place, asked[place].values(), sorted(numbers[place])) for place in asked]
    return _said(due, asked, dict(zip(asked, read_union(repository.session, parts), strict=True)), reading)


def beside_parts(repository: Repository, of_case: Any) -> dict[str, tuple[Any, ...]]:
    """What to read together with others to know the same of all that is due in a case that is within reach, each part
    under a name. :func:`beside_of_parts` makes sense of it."""
    rules, day = [rule for rule in known_rules(repository).values() if rule.of_case and rule.about], deadline_table.c
    found = {}
    for place, questions in _questions(repository, rules).items():
        number = day.row_id if place[1] else day.record_id
        of_place = [rule.key for rule in rules if any((each.form, each.table) == place for each in rule.about)]
        numbers = select(number).where(day.case_id == of_case, day.rule.in_(of_place))
        found[_name(place)] = _part(repository, place, questions.values(), numbers)
    return found


def beside_of_parts(
    repository: Repository, due: Sequence[Deadline], found: Mapping[str, Rows], reading: ReadingContext
) -> AnswersBeside:
    """What these rows say."""
    asked = _questions(repository, {deadline.rule.key: deadline.rule for deadline in due}.values())
    return _said(due, asked, {place: found.get(_name(place), []) for place in asked}, reading)


def _name(place: Place) -> str:
    return f"beside {'.'.join(place)}"


def _places(rule: ReadyRule) -> Iterator[DayPlace]:
    yield from rule.about
    yield from _promisers(rule)
    yield from repetition_places(rule)


def _promisers(rule: ReadyRule) -> Iterable[DayPlace]:
    return () if rule.partner is None or rule.has_partner_link else (rule.partner,)


def _questions(repository: Repository, rules: Iterable[ReadyRule]) -> Questions:
    """What these rules ask of each sheet or row, as far as the acting worker may know it."""
    scope = current_scope.get()
    known, found = repository.forms_known_with(scope.clearances), dict[Place, dict[str, Question]]()
    for place in (each for rule in rules for each in _places(rule)):
        question = question_at(place, known)
        if question is not None and scope.may("see", place.form):
            found.setdefault((place.form, place.table), {})[place.question] = question
    return found


def _number(deadline: Deadline, place: Place) -> int:
    """Of the row, or of the sheet."""
    return deadline.row_id if place[1] else deadline.record_id


def _part(repository: Repository, place: Place, questions: Iterable[Question], numbers: Any) -> tuple[Any, ...]:
    kept: Any = repository.tables.rows[place] if place[1] else repository.record_class(place[0])
    columns = [getattr(kept, name) for question in questions for name in question.column_names()]
    return kept, [kept.id, *columns], [kept.id.in_(numbers)]


def _said(
    due: Sequence[Deadline], asked: Questions, found: Mapping[Place, Rows], reading: ReadingContext
) -> AnswersBeside:
    answers = {
        (place, row["id"], name): (question, question.restore_answer(row))
        for place, questions in asked.items()
        for row in found[place]
        for name, question in questions.items()
        if question.column_names()[0] in row
    }
    words = {key: _words(question, answer, reading) for key, (question, answer) in answers.items()}

    def of(deadline: Deadline, places: Iterable[DayPlace]) -> str:
        keys = (((each.form, each.table), each.question) for each in places)
        return ", ".join(filter(None, (words.get((key, _number(deadline, key), name), "") for key, name in keys)))

    about = {deadline.id: of(deadline, deadline.rule.about) for deadline in due}
    promised = {deadline.id: of(deadline, _promisers(deadline.rule)) for deadline in due}
    repeats = {}
    for deadline in due:
        for place in repetition_places(deadline.rule):
            key = place.form, place.table
            if (said := answers.get((key, _number(deadline, key), place.question))) is not None:
                repeats[deadline.id, place] = said[0].plain(said[1])
    return AnswersBeside(about, promised, repeats)


def _words(question: Question, answer: Answer, reading: ReadingContext) -> str:
    """In a line; that somebody does not know is no word."""
    return (
        ""
        if isinstance(answer, Unknown)
        else shorten(show_answer(question, answer, reading), LONGEST, placeholder=" …")
    )
