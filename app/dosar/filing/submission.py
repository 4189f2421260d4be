"""What is handed in to be filed: on which form, asked of whom, for which case or in place of which record."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from dosar.database.form_tables import Record
from dosar.filing.cells import CellReader
from dosar.filing.texts import FixedRows
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope


@dataclass(frozen=True)
class Submission:
    """A new sheet, or a correction of the record that is given.

    What the actor may do is the scope's to say (:data:`current_scope`); what she may know, ``known`` and ``forms``.
    """

    repository: Repository
    actor: Actor
    cells: CellReader
    """Reads in her language, on this day."""
    form: Form
    """The form with every question."""
    known: Form
    """The form as she may know it, all of it."""
    questions: Sequence[Question]
    """Those that are answered here, as the paper asks them that she fills in."""
    forms: Mapping[str, Form]
    """Every form as she may know it."""
    case_id: int | None = None
    record: Record | None = None
    """The record that is corrected; ``None`` for a new sheet."""
    initial_answers: Answers = field(default_factory=dict)
    """The record's answers, or what the new sheet begins with."""

    @property
    def today(self) -> date:
        return self.cells.reading.today

    @property
    def language(self) -> str:
        return self.cells.reading.language

    @property
    def record_id(self) -> int | None:
        return None if self.record is None else self.record.id

    @property
    def saved(self) -> Answers:
        """What was saved before; nothing for a new sheet."""
        return {} if self.record is None else self.initial_answers

    @cached_property
    def asked_questions(self) -> Mapping[str, Question]:
        """The questions that are answered here, by name."""
        return {question.name: question for question in self.questions}

    @cached_property
    def fixed(self) -> FixedRows:
        """The rows that are kept and that nobody changes any more."""
        return fixed_rows(self.questions, self.saved)

    def sees(self, form: str) -> bool:
        """Whether she may open records of the form."""
        return form in self.forms and current_scope.get().may("see", form)


def fixed_rows(questions: Iterable[Question], saved: Answers) -> FixedRows:
    """Table → those of its saved rows that nobody changes any more."""
    return {table.name: rows for table in questions if (rows := table.fixed_rows(saved.get(table.name)))}


def answerable(questions: Iterable[Question], roles: Collection[str] | None) -> list[Question]:
    """Those of the questions that somebody with these roles may answer; ``None`` for nobody in particular."""
    return [
        question
        for question in questions
        if not (question.retired or question.from_programme) and (roles is None or question.is_written_by(roles))
    ]
