"""Answers in words for the person they are about: others are told as nobody, colleagues by their role."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dosar.language.form import USER_LINK, Form
from dosar.language.privacy.third_persons import names_third_person
from dosar.language.question import Answer, Answers, Question, ReadingContext
from dosar.language.text.message import msgid
from dosar.language.text.texts import text_in_language
from dosar.language.text.translations import translated_word
from dosar.records.attachments import FILE_TARGET
from dosar.records.rights.known_names import KnownNames
from dosar.records.titles import show_answer

ANOTHER_PERSON = msgid("[another person]")
A_COLLEAGUE = msgid("[somebody of the organisation]")


@dataclass(frozen=True)
class ToldAnswer:
    """One answer; what says who somebody else is has no value."""

    question: str
    label: str
    shown: str
    value: Any
    """The answer as Dosar keeps it: codes, days as 2026-11-29."""
    withheld: bool = False
    rows: Sequence[Sequence["ToldAnswer"]] = ()


@dataclass(frozen=True)
class ToldSection:
    """One part of a sheet."""

    title: str
    answers: Sequence[ToldAnswer]


@dataclass(frozen=True)
class Telling:
    """How answers are told: in which language, with which titles, without which names."""

    forms: Mapping[str, Form]
    reading: ReadingContext
    names: KnownNames
    titles: Mapping[tuple[str, int], str]
    """What the records and files are called that may be told."""
    roles: Mapping[int, str]
    """User → what she does at the organisation."""

    def word(self, text: str) -> str:
        """A sentence of Dosar's own in the language of the copy."""
        return translated_word(text, self.reading.language)

    def who(self, user_id: int | None) -> str:
        """A colleague by her role; Dosar itself by its name."""
        return "Dosar" if user_id is None else self.roles.get(user_id) or self.word(A_COLLEAGUE)

    def sections(self, form: Form, answers: Answers) -> list[ToldSection]:
        """Every answer of a sheet, in the order of the paper."""
        told = [
            ToldSection(
                text_in_language(section.title, self.reading.language),
                [self.answer(form, question, answers[question.name]) for question in _answered(section, answers)],
            )
            for section in form.sections
        ]
        return [section for section in told if section.answers]

    def answer(self, form: Form, question: Question, answer: Answer, table: Question | None = None) -> ToldAnswer:
        """One answer, with the rows of a table."""
        label = text_in_language(question.label, self.reading.language)
        if question.columns_asked():
            rows = [self._row(form, question, row) for row in answer or ()]
            return ToldAnswer(question.name, label, "", None, rows=rows)
        if answer is not None and names_third_person(self.forms, form, question, table):
            return ToldAnswer(question.name, label, self.word(ANOTHER_PERSON), None, withheld=True)
        number = question.number_in(answer)
        if number is not None and (question.attached or question.link_target() is not None):
            return self._pointing(question, label, number)
        shown = self.names.without_names(show_answer(question, answer, self.reading))
        return ToldAnswer(question.name, label, shown, self.without_names(question.to_json(answer)))

    def _row(self, form: Form, table: Question, row: Answers) -> list[ToldAnswer]:
        return [
            self.answer(form, column, row[column.name], table)
            for column in table.columns_asked()
            if row.get(column.name) is not None
        ]

    def _pointing(self, question: Question, label: str, number: int) -> ToldAnswer:
        target = question.link_target()
        if target == USER_LINK:
            return ToldAnswer(question.name, label, self.who(number), None)
        title = self.titles.get((target or FILE_TARGET, number))
        if title is None:
            return ToldAnswer(question.name, label, self.word(ANOTHER_PERSON), None, withheld=True)
        shown = self.names.without_names(title)
        return ToldAnswer(question.name, label, shown, number if question.attached else shown)

    def without_names(self, value: Any) -> Any:
        """What Dosar keeps of an answer, without the names of others."""
        if isinstance(value, str):
            return self.names.without_names(value)
        if isinstance(value, list):
            return [self.without_names(part) for part in value]
        if isinstance(value, dict):
            return {key: self.without_names(part) for key, part in value.items()}
        return value


def _answered(section: Any, answers: Answers) -> Iterator[Question]:
    questions: Iterable[Question] = section.questions
    return (question for question in questions if question.asks and answers.get(question.name) not in (None, []))
