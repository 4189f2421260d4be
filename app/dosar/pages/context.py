"""What a page needs at hand for the one who asked for it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ParamSpec, TypeVar

from flask import abort, current_app, g

from dosar.access.authorization import current_worker
from dosar.access.i18n.languages import request_reading
from dosar.access.worker import Worker
from dosar.database.form_tables import Record
from dosar.language.answers.day_bound import day_bound_answers, recompute_answer, source_questions
from dosar.language.form import CASE_FORM, USER_LINK, Form
from dosar.language.question import Answers, Question, ReadingContext
from dosar.language.restriction import CaseRestriction
from dosar.language.text.texts import text_in_language
from dosar.pages.linked_titles import RecordTitles, linked_ids
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.restricted_cases import restrictions_among
from dosar.records.scope.row_scope import OutOfReach, RefusedInCase
from dosar.records.titles import link_titles, show_answer, title_of_record

Arguments = ParamSpec("Arguments")
Found = TypeVar("Found")


@dataclass(slots=True)
class CaseHead:
    """What stands above every sheet of a case."""

    id: int
    code: str
    """The only name of the person that a title, an address or a log ever holds."""
    label: str
    url: str
    header: list[tuple[str, str]]
    name: str = ""
    """The label without the code: empty for who may not know the person."""


@dataclass
class PageContext:
    """The records, who asks for them, and the forms as she may know them."""

    repository: Repository
    worker: Worker
    reading: ReadingContext

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """The forms this worker sees, each without the questions hidden from her."""
        return self.repository.forms_known_with(self.worker.clearances)

    @cached_property
    def enterable(self) -> Mapping[str, Form]:
        """The forms as she fills in a new sheet: a little more than what she may read later."""
        return self.repository.forms_known_with(self.worker.clearances | self.worker.enters)

    def form(self, key: str) -> Form:
        """The form as she reads it; one she may not see does not exist."""
        if key not in self.forms or not self.worker.may("see", key):
            abort(404)
        return self.forms[key]

    @cached_property
    def restrictions(self) -> dict[int, Sequence[CaseRestriction]]:
        """Case → what restricts it, of those that were asked about in this request."""
        return {}

    def case(self, case_id: int) -> Record:
        """The case, asked for together with what restricts it. Raises :class:`OutOfReach`."""
        every = [reach.of for reach in self.worker.scope.restrictions]
        case, self.restrictions[case_id] = self.repository.case_and_restrictions(case_id, every)
        return case

    def restrictions_of(self, case_id: int | None) -> Sequence[CaseRestriction]:
        """What restricts the case now; asked once a request."""
        if case_id is None or not self.worker.scope.restrictions:
            return ()
        self.ask_restrictions([case_id])
        return self.restrictions[case_id]

    def ask_restrictions(self, case_ids: Iterable[int]) -> None:
        """Ask at once what restricts these cases: one statement, or none where nothing ever does."""
        every, wanted = [reach.of for reach in self.worker.scope.restrictions], {*case_ids} - {*self.restrictions}
        if every and wanted:
            found = restrictions_among(self.repository.session, every, wanted)
            self.restrictions |= {case_id: found.get(case_id, []) for case_id in wanted}

    def is_written(self, form: str, case_id: int | None) -> bool:
        """Whether sheets of the form are written in the case, by whoever may; what restricts a case says which are."""
        return all(form in found.restriction.written for found in self.restrictions_of(case_id))

    def is_read_only(self, case_id: int | None) -> bool:
        """Whether she writes nothing at all in the case, since others alone do while it is restricted."""
        return any(found.read_only for found in self.restrictions_of(case_id))

    def form_title(self, key: str) -> str:
        """What one sheet of this form is called, in the reader's language."""
        return text_in_language(self.forms[key].title, self.reading.language)

    def seen_forms(self) -> dict[str, Form]:
        """Every form she may see."""
        return {key: form for key, form in self.forms.items() if self.worker.may("see", key)}

    def named_forms(self) -> dict[str, Form]:
        """Every form whose records she may name: those she sees, and the titles alone of those she may choose."""
        titles = self.repository.titles_known_with(self.worker.clearances)
        chosen = {key: form for key, form in titles.items() if self.worker.may("choose", key)}
        return {**chosen, **self.seen_forms()}

    @cached_property
    def actor(self) -> Actor:
        """Who files what she saves."""
        roles = self.repository.definition.roles.with_keys(self.worker.roles)
        checked = bool(roles) and all(role.checked for role in roles)
        return Actor(self.worker.id, self._role(), self.reading.today, checked, self.worker.roles)

    def _role(self) -> str:
        every = [role.role for role in self.repository.definition.roles.roles]
        return next((role for role in every if role in self.worker.roles), "")

    def titles(self, questions: Any, answers: Any, users: Iterable[int | None] = ()) -> RecordTitles:
        """What the records are called that these answers point to, and these users by name."""
        ids_by_form = linked_ids(questions, answers)
        ids_by_form.setdefault(USER_LINK, set()).update(user for user in users if user is not None)
        return link_titles(self.repository, self.named_forms(), ids_by_form, self.reading, with_deleted=True)

    def case_head(self, case: Record | None) -> CaseHead | None:
        """What stands above every sheet of a case: its code, and what she may know of the person."""
        if case is None or not self.worker.may("see", CASE_FORM):
            return None
        form = self.forms[CASE_FORM]
        columns = case.columns()
        answers = {question.name: question.restore_answer(columns) for question in form.stored_questions}
        answers |= self._made_anew(columns, [question.name for question in _header_questions(form)])
        facts = [
            (
                text_in_language(question.label, self.reading.language),
                show_answer(question, answers[question.name], self.reading),
            )
            for question in _header_questions(form)
            if answers.get(question.name) is not None
        ]
        label = title_of_record(form, answers, self.reading, case.id)
        code_question = form.code_question
        code = str((answers.get(code_question.name) if code_question else None) or case.id)
        return CaseHead(case.id, code, label, f"/cases/{case.id}", facts, label.removeprefix(code).strip(" ·"))

    def _made_anew(self, columns: Mapping[str, Any], names: Iterable[str]) -> Answers:
        """Those of the case file's answers that go with the day, as they are today."""
        case_form = self.repository.forms[CASE_FORM]
        day_bound = [name for name in names if name in day_bound_answers(case_form)]
        answers = {
            question.name: question.restore_answer(columns)
            for question in (source_questions(case_form, day_bound) or () if day_bound else ())
        }
        return {name: recompute_answer(case_form, name, answers, self.reading.today) for name in day_bound}


def _header_questions(form: Form) -> list[Question]:
    return [form.questions[name] for name in form.header if name in form.questions]


def page_context() -> PageContext:
    """The context of this request's worker."""
    if "page_context" not in g:
        g.page_context = PageContext(
            current_app.extensions["dosar_repository"],
            current_worker(),
            replace(request_reading(), worker_id=current_worker().id),
        )
    found: PageContext = g.page_context
    return found


def find_or_404(find: Callable[Arguments, Found], *arguments: Arguments.args, **options: Arguments.kwargs) -> Found:
    """What ``find`` finds; what is missing and what is out of reach both do not exist."""
    try:
        return find(*arguments, **options)
    except RefusedInCase:
        raise  # she sees the case, and reads why
    except OutOfReach:
        abort(404)
