"""Beginning a submission where there is no page: for an import, an API, the demo."""

from collections.abc import Mapping

from dosar.filing.cells import CellReader
from dosar.filing.submission import Submission, answerable
from dosar.language.face import Face
from dosar.language.form import Form
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake
from dosar.records.actor import Actor
from dosar.records.repository import Repository
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

    ``forms`` are the forms as the actor may know them; left out, with every question. Raises
    :class:`OutOfReach` for a case out of her reach and :class:`Mistake` for a face the form has not.
    """
    known = forms or repository.forms
    if case_id is not None:
        repository.case(case_id)
    paper = _face_named(repository, form, face)
    asked_form = paper.as_form(known[form]) if paper else known[form]
    begun = {asked_form.face: paper.face} if paper and asked_form.face else {}
    return Submission(
        repository,
        actor,
        CellReader(reading),
        repository.forms[form],
        known[form],
        answerable(asked_form.asked_questions(), actor.roles),
        known,
        case_id,
        initial_answers=begun,
    )


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
    known, sheet, paper = (
        forms or repository.forms,
        open_sheet(repository, form, record_id),
        _face_named(repository, form, face),
    )
    asked_form = paper.as_form(known[form]) if paper else known[form]
    return Submission(
        repository,
        actor,
        CellReader(reading),
        repository.forms[form],
        known[form],
        answerable(asked_form.asked_questions(), actor.roles),
        known,
        sheet.case.id if sheet.case else None,
        sheet.record,
        sheet.answers,
    )


def _face_named(repository: Repository, form: str, name: str) -> Face | None:
    faces = {face.face: face for face in repository.definition.faces.get(form, ())}
    if name and name not in faces:
        raise Mistake("The form has no face of this name.")
    return faces.get(name)
