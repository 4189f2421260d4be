"""Beginning a submission where there is no page: for an import, an API, the demo."""

from collections.abc import Mapping
from dataclasses import replace

from dosar.filing.cells import CellReader
from dosar.filing.submission import Submission, answerable
from dosar.language.face import Face
from dosar.language.form import Form
from dosar.language.question import ReadingContext
from dosar.language.question_options import Sensitivity
from dosar.language.text.message import Mistake
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope
from dosar.records.sheets.stored_answers import open_sheet


def new_submission(
    repository: Repository,
    form: str,
    actor: Actor,
    reading: ReadingContext,
    case_id: int | None = None,
    forms: Mapping[str, Form] | None = None,
    face: str = "",
) -> Submission:
    """A new sheet of the form, on one of its faces if one is named.

    ``forms`` are the forms as the actor may know them; left out, as the scope's worker knows them. Raises
    :class:`OutOfReach` for a case out of her reach and :class:`Mistake` for a face the form has not.
    """
    scope = current_scope.get()
    known = forms or _forms_known(repository, scope.clearances | scope.enters)
    if case_id is not None:
        repository.case(case_id)
    paper = _face_named(repository, form, face)
    asked_form = _as_asked(known[form], paper)
    begun = {asked_form.face: paper.face} if paper and asked_form.face else {}
    opened = _opened(repository, form, actor, reading, known, asked_form)
    return replace(opened, case_id=case_id, initial_answers=begun)


def correction(
    repository: Repository,
    form: str,
    record_id: int,
    actor: Actor,
    reading: ReadingContext,
    forms: Mapping[str, Form] | None = None,
    face: str = "",
) -> Submission:
    """The record as it is now, to be corrected: what is not answered stays. Raises as :func:`new_submission`."""
    known = forms or _forms_known(repository, current_scope.get().clearances)
    sheet = open_sheet(repository, form, record_id)
    asked_form = _as_asked(known[form], _face_named(repository, form, face))
    opened = _opened(repository, form, actor, reading, known, asked_form)
    case_id = sheet.case.id if sheet.case else None
    return replace(opened, case_id=case_id, record=sheet.record, initial_answers=sheet.answers)


def _forms_known(repository: Repository, clearances: frozenset[Sensitivity]) -> Mapping[str, Form]:
    """The forms as whoever files knows them, page or no page; all of them where nobody in particular does."""
    return repository.forms if current_scope.get().system else repository.forms_known_with(clearances)


def _opened(
    repository: Repository,
    form: str,
    actor: Actor,
    reading: ReadingContext,
    known: Mapping[str, Form],
    asked_form: Form,
) -> Submission:
    """A submission of nothing yet: who files, and what she is asked."""
    return Submission(
        repository,
        actor,
        CellReader(reading),
        repository.forms[form],
        known[form],
        answerable(asked_form.asked_questions(), actor.roles),
        known,
    )


def _as_asked(form: Form, paper: Face | None) -> Form:
    return paper.as_form(form) if paper else form


def _face_named(repository: Repository, form: str, name: str) -> Face | None:
    faces = {face.face: face for face in repository.definition.faces.get(form, ())}
    if name and name not in faces:
        raise Mistake("The form has no face of this name.")
    return faces.get(name)
