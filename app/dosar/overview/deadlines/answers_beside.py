"""What a sheet or row says in words of what is due: what it is about, and who promised it, whom the case manager
reminds (T24). For pages alone: mails and feeds leave Dosar, and say neither."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from dosar.database.union_reads import read_union
from dosar.language.deadlines.ready_rules import DayPlace, question_at
from dosar.language.question import Question, ReadingContext, Unknown
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


def answers_beside(repository: Repository, due: Sequence[Deadline], reading: ReadingContext) -> AnswersBeside:
    """The words as far as the acting worker may know them: one statement, or none.

    Who is linked is no word: :attr:`Deadline.partner_id`.
    """
    sources = _Sources(repository)
    for deadline in due:
        sources.ask(deadline)
    said = sources.read(reading)
    return AnswersBeside(
        {deadline.id: words for deadline in due if (words := said.of(deadline, deadline.rule.about))},
        {deadline.id: words for deadline in due if (words := said.of(deadline, _promisers(deadline)))},
    )


def _promisers(deadline: Deadline) -> Iterable[DayPlace]:
    place = deadline.rule.partner
    return () if place is None or deadline.rule.has_partner_link else (place,)


Source = tuple[str, str, int]
"""A sheet or row: form, table or nothing, number."""


def _source(deadline: Deadline, place: DayPlace) -> Source:
    return place.form, place.table, deadline.row_id if place.table else deadline.record_id


@dataclass(frozen=True)
class _Said:
    """What was answered."""

    words: Mapping[tuple[Source, str], str]

    def of(self, deadline: Deadline, places: Iterable[DayPlace]) -> str:
        said = (self.words.get((_source(deadline, place), place.question), "") for place in places)
        return ", ".join(filter(None, said))


class _Sources:
    """The sheets and rows to read, and what is asked of each."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._known = repository.forms_known_with(current_scope.get().clearances)
        self._asked: dict[tuple[str, str], tuple[dict[str, Question], set[int]]] = {}

    def ask(self, deadline: Deadline) -> None:
        for place in (*deadline.rule.about, *_promisers(deadline)):
            question = question_at(place, self._known)
            if question is not None and current_scope.get().may("see", place.form):
                questions, numbers = self._asked.setdefault((place.form, place.table), ({}, set()))
                questions[place.question] = question
                numbers.add(_source(deadline, place)[2])

    def read(self, reading: ReadingContext) -> _Said:
        parts = [self._part(*key, questions.values(), numbers) for key, (questions, numbers) in self._asked.items()]
        found = read_union(self._repository.session, parts)
        return _Said(
            {
                ((form, table, row["id"]), name): _words(question, row, reading)
                for ((form, table), (questions, _)), rows in zip(self._asked.items(), found, strict=True)
                for row in rows
                for name, question in questions.items()
            }
        )

    def _part(self, form: str, table: str, questions: Iterable[Question], numbers: set[int]) -> tuple[Any, ...]:
        kept: Any = self._repository.tables.rows[form, table] if table else self._repository.record_class(form)
        columns = [getattr(kept, name) for question in questions for name in question.column_names()]
        return kept, [kept.id, *columns], [kept.id.in_(sorted(numbers))]


def _words(question: Question, row: Mapping[str, Any], reading: ReadingContext) -> str:
    """In a line; that somebody does not know is no word."""
    answer = question.restore_answer(row)
    return (
        ""
        if isinstance(answer, Unknown)
        else shorten(show_answer(question, answer, reading), LONGEST, placeholder=" …")
    )
