"""What a new sheet begins with: defaults, what the case already says, what its last sheets say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dosar.database.form_tables import Record
from dosar.filing.opening.prefill import adapt_answer, prefill_from_sheets
from dosar.language.answers.day_bound import day_bound_answers, recompute_answer
from dosar.language.answers.settling import answers_as_of
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers, Question, ReadingContext
from dosar.records.attachments import without_files
from dosar.records.links.answer_links import RecordLink, links_in_answers, links_out_of_reach
from dosar.records.links.case_boundary import without_links
from dosar.records.lists.list_query import latest_sheet
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope
from dosar.records.sheets.stored_answers import answers_of


def default_answers(form: Form, reading: ReadingContext) -> Answers:
    """What every new sheet of the form begins with."""
    return {
        question.name: question.default_answer(reading)
        for question in form.asked_questions()
        if question.has_default and not question.attached
    }


@dataclass(frozen=True)
class Prefill:
    """What is put before somebody who begins a sheet of the form, as she fills it in."""

    repository: Repository
    forms: Mapping[str, Form]
    """Every form as she may know it; what she may open of them, the scope says."""
    form: Form
    case: Record | None
    reading: ReadingContext

    def answers(self, remembered: Mapping[str, Any]) -> Answers:
        """What the case's other sheets say, what is ``remembered`` of the sheet before (as JSON), and what is
        carried over from the case's last sheet of this form.

        A link is left out to what was deleted since, or is not hers to see: she could not save it.
        """
        answers = {**self._of_case_file(), **self._of_other_sheets()}
        for name, answer in remembered.items():
            if name in self.form.questions:
                answers[name] = self.form.questions[name].from_json(answer)
        answers = without_files(self.form.questions.values(), answers | self._carried())
        return without_links(answers, links_out_of_reach(self.repository, self._links_to_read(answers)))

    def _links_to_read(self, answers: Answers) -> Iterator[RecordLink]:
        """The links that another sheet holds; the last sheet itself was found there a moment ago."""
        for link in links_in_answers(self.form.questions.values(), answers):
            if link.question.from_last != link.target:
                yield link

    def _of_other_sheets(self) -> Answers:
        if self.case is None:
            return {}
        seen = {key: form for key, form in self.forms.items() if current_scope.get().may("see", key)}
        return prefill_from_sheets(self.repository, seen, self.form, self.case)

    def _carried(self) -> Answers:
        """What the case's last sheet of this form says."""
        carried = [question for question in self.form.asked_questions() if question.carry and self._may_read(question)]
        if not carried or self.case is None or not current_scope.get().may("see", self.form.key):
            return {}
        before = latest_sheet(self.repository, self.form, self.case.id)
        if before is None:
            return {}
        today, form = self.reading.today, self.repository.forms[self.form.key]
        answers = answers_as_of(form, answers_of(self.repository, before), today)
        return {question.name: question.carried(answers.get(question.name), today) for question in carried}

    def _of_case_file(self) -> Answers:
        """What the case file already says, as far as she may read it."""
        if self.case is None or not current_scope.get().may("see", CASE_FORM):
            return {}
        known, answers = self.forms[CASE_FORM].questions, self._case_answers(self.case)
        found = {
            question.name: adapt_answer(question, source, answers.get(source.name))
            for question in self.form.asked_questions()
            if (source := known.get(question.from_case or "")) is not None
        }
        return {name: answer for name, answer in found.items() if answer is not None}

    def _case_answers(self, case: Record) -> Answers:
        """The case file's answers, those that go with the day as they are today."""
        case_form, columns = self.repository.forms[CASE_FORM], case.columns()
        answers = {question.name: question.restore_answer(columns) for question in case_form.stored_questions}
        return answers | {
            name: recompute_answer(case_form, name, answers, self.reading.today)
            for name in day_bound_answers(case_form)
        }

    def _may_read(self, question: Question) -> bool:
        """Whether she may read all of the answer: what she may only write is never put before her."""
        read = self.forms[self.form.key].questions.get(question.name)
        return read is not None and len(read.columns_asked()) == len(question.columns_asked())
