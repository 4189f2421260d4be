"""The draft of a sheet's page: kept while something is not saved, and opened where it was left."""

from collections.abc import Iterable
from datetime import datetime

from werkzeug.datastructures import MultiDict

from dosar.filing.conflict import answer_marks
from dosar.filing.opening.drafts import restored_draft, unasked_names
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.pages.formatting import moment_text
from dosar.pages.posted_boxes import FILE_NOT_KEPT, PostedBoxes, as_boxes, texts_in, typed_boxes
from dosar.pages.recovery.typed_texts import RowNumbers, question_of_box
from dosar.pages.sheet.section_steps import has_section_steps
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.signed_tokens import is_submission_of, version_token
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import Draft, DraftPlace

TOKEN_BOXES = ("_once", "_seen")
"""A draft goes on with the tokens it began with: it files one sheet, and knows the version it saw."""


def find_draft(sheet: SheetEditor) -> Draft | None:
    """What the worker left on this page."""
    return drafts.find_draft(sheet.context.repository, sheet.context.worker.id, sheet.place)


def keep_draft(sheet: SheetEditor, posted: PostedBoxes) -> datetime:
    """What is not saved waits as a draft, if she goes away now; returns the moment."""
    return drafts.keep_draft(
        sheet.context.repository, sheet.context.worker.id, sheet.place, typed_boxes(posted), sheet.face
    )


def discard_draft(sheet: SheetEditor, place: DraftPlace | None = None) -> None:
    """Forget what was left on this page, or on the one at ``place``."""
    drafts.discard_draft(sheet.context.repository, sheet.context.worker.id, place or sheet.place)


def correction_token(sheet: SheetEditor, record_id: int, version: int, seen: Answers) -> str:
    """Says which version of the record, and which answers, the worker had seen as she typed."""
    return version_token(sheet.full_form.key, record_id, version, answer_marks(sheet.questions, seen))


def keep_draft_of_correction(
    sheet: SheetEditor, record_id: int, token: str, boxes: Iterable[tuple[str, str]]
) -> DraftPlace:
    """What was typed on a new sheet waits where the record that is there already is corrected; returns the place."""
    place = DraftPlace(sheet.full_form.key, record_id=record_id, step=0 if sheet.step is None else sheet.step + 1)
    typed_boxes = [(name, text) for name, text in boxes if name not in TOKEN_BOXES]
    drafts.keep_draft(
        sheet.context.repository, sheet.context.worker.id, place, [*typed_boxes, ("_seen", token)], sheet.face
    )
    return place


def boxes_of_draft(sheet: SheetEditor, draft: Draft) -> PostedBoxes:
    """What stands on the page that opens with this draft; the sheet is told what else the page says of it."""
    posted: PostedBoxes = MultiDict(draft.boxes)
    sheet.draft_from = moment_text(draft.saved_at)
    if not is_submission_of(posted.get("_once", ""), sheet.context.worker.id):
        posted.poplist("_once")
    sheet.hidden.update({name: posted[name] for name in TOKEN_BOXES if name in posted})
    posted = sheet.renumbered_rows(_boxes_on_this_face(sheet, posted, draft.face))
    sheet.files_again = _files_not_kept(sheet, posted)
    return posted


def _files_not_kept(sheet: SheetEditor, posted: PostedBoxes) -> list[tuple[str, str]]:
    rows, questions = RowNumbers(), {question.name: question for question in sheet.questions}
    labelled = [(box, question_of_box(box, questions, rows)[1]) for box in posted]
    return [
        (box.replace(".", "-"), label)
        for box, label in labelled
        if label and any(text.startswith(FILE_NOT_KEPT) for text in posted.getlist(box))
    ]


def _boxes_on_this_face(sheet: SheetEditor, posted: PostedBoxes, face: str) -> PostedBoxes:
    """The boxes of a draft, whichever paper it was typed on; what this one lacks is asked too."""
    if sheet.papers is None or not sheet.papers.faces:
        return posted
    known = sheet.papers.known
    draft, begun = texts_in(posted), texts_in(sheet.initial_boxes(list(known.asked_questions())))
    if face and face != sheet.face:
        was = _asked_on(sheet, sheet.papers.on(face).form)
        draft = restored_draft(draft, was, sheet.questions, begun, known.face)
    sheet.add_questions(unasked_names(known, sheet.questions, draft, begun, sheet.cells))
    return as_boxes(draft)


def _asked_on(sheet: SheetEditor, form: Form) -> list[Question]:
    """The questions of this page as another paper asks it: a new sheet begins with its first section."""
    step = (0 if has_section_steps(form) else None) if sheet.record is None else sheet.step
    sections = form.sections if step is None else form.sections[step : step + 1]
    return [question for section in sections for question in section.questions]
