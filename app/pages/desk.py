"""The worker's desk: what a page needs at hand for the one who asked for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import abort, current_app, g

from app.access.gate import worker
from app.access.languages import reading
from app.access.worker import Worker
from app.language.form import CASE, Form
from app.language.moving import ingredients, made_anew, moving_answers
from app.language.question import Answers, Question, Reading
from app.language.texts import say
from app.pages.asked import CaseHead
from app.pages.filling import Titles, linked_ids
from app.records.cabinet import Cabinet
from app.records.labels import link_titles, shown, title
from app.records.scope import OutOfReach
from app.records.sheets import Clerk
from app.records.tables import USER, Record


@dataclass
class Desk:
    """The cabinet, who stands before it, and the forms as she may know them."""

    cabinet: Cabinet
    worker: Worker
    reading: Reading

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """The forms this worker sees, each without the questions hidden from her."""
        return self._known(self.worker.clearances)

    @cached_property
    def enterable(self) -> Mapping[str, Form]:
        """The forms as she fills in a new sheet: a little more than what she may read later."""
        return self._known(self.worker.clearances | self.worker.enters)

    def _known(self, clearances: frozenset[Any]) -> Mapping[str, Form]:
        remembered = current_app.extensions["dosar_known_forms"]
        if clearances not in remembered:
            remembered[clearances] = {
                key: form.seen_with(clearances) for key, form in self.cabinet.forms.items()
            }
        forms: Mapping[str, Form] = remembered[clearances]
        return forms

    def form(self, key: str) -> Form:
        """The form as she reads it; one she may not see does not exist."""
        if key not in self.forms or not self.worker.may("see", key):
            abort(404)
        return self.forms[key]

    def seen_forms(self) -> dict[str, Form]:
        """Every form she may see."""
        return {key: form for key, form in self.forms.items() if self.worker.may("see", key)}

    def named_forms(self) -> dict[str, Form]:
        """Every form whose records she may name: those she sees, and the titles alone of those she may choose."""
        titles = self._titles_alone()
        chosen = {key: form for key, form in titles.items() if self.worker.may("choose", key)}
        return {**chosen, **self.seen_forms()}

    def _titles_alone(self) -> Mapping[str, Form]:
        """The forms with nothing but what titles are made of; made once for all who read the same."""
        remembered = current_app.extensions["dosar_known_forms"]
        key = ("titles", self.worker.clearances)
        if key not in remembered:
            remembered[key] = {name: form.title_alone() for name, form in self.forms.items()}
        forms: Mapping[str, Form] = remembered[key]
        return forms

    @cached_property
    def clerk(self) -> Clerk:
        """Who files what she saves."""
        roles = self.cabinet.definition.roles.held(self.worker.roles)
        checked = bool(roles) and all(role.checked for role in roles)
        return Clerk(self.worker.id, self._role(), self.reading.today, checked, self.worker.roles)

    def _role(self) -> str:
        every = [role.role for role in self.cabinet.definition.roles.roles]
        return next((role for role in every if role in self.worker.roles), "")

    def titles(self, questions: Any, answers: Any, users: Iterable[int | None] = ()) -> Titles:
        """What the records are called that these answers point to, and these users by name."""
        wanted = linked_ids(questions, answers)
        wanted.setdefault(USER, set()).update(one for one in users if one is not None)
        return link_titles(self.cabinet, self.named_forms(), wanted, self.reading, with_deleted=True)

    def case_head(self, case: Record | None) -> CaseHead | None:
        """What stands above every sheet of a case: its code, and what she may know of the person."""
        if case is None or not self.worker.may("see", CASE):
            return None
        form = self.forms[CASE]
        columns = case.columns()
        answers = {question.name: question.restored(columns) for question in form.stored_questions}
        answers |= self._made_anew(columns, [question.name for question in _header(form)])
        facts = [
            (say(question.label, self.reading.language), shown(question, answers[question.name], self.reading))
            for question in _header(form) if answers.get(question.name) is not None
        ]
        label = title(form, answers, self.reading, case.id)
        asked = form.code_question
        code = str((answers.get(asked.name) if asked else None) or case.id)
        return CaseHead(case.id, code, label, f"/cases/{case.id}", facts, label.removeprefix(code).strip(" ·"))

    def _made_anew(self, columns: Mapping[str, Any], names: Iterable[str]) -> Answers:
        """Those of the case file's answers that go with the day, as they are today."""
        whole = self.cabinet.forms[CASE]
        moving = [name for name in names if name in moving_answers(whole)]
        answers = {one.name: one.restored(columns) for one in (ingredients(whole, moving) or () if moving else ())}
        return {name: made_anew(whole, name, answers, self.reading.today) for name in moving}


def _header(form: Form) -> list[Question]:
    return [form.questions[name] for name in form.header if name in form.questions]


def desk() -> Desk:
    """The desk of this request's worker."""
    if "desk" not in g:
        g.desk = Desk(
            current_app.extensions["dosar_cabinet"], worker(), replace(reading(), worker_id=worker().id)
        )
    found: Desk = g.desk
    return found


def found_or_404(find: Any, *arguments: Any, **options: Any) -> Any:
    """What ``find`` finds; what is missing and what is out of reach both do not exist."""
    try:
        return find(*arguments, **options)
    except OutOfReach:
        abort(404)
