"""The draft of a sheet's page: kept while something is not saved, and opened where it was left."""

from collections.abc import Iterable
from datetime import datetime

from werkzeug.datastructures import MultiDict

from dosar.filing.conflict import answer_marks
from dosar.filing.opening.drafts import restored_draft, unasked_names
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.pages.formatting import moment_text
from dosar.pages.input.posted_boxes import FILE_NOT_KEPT, TOKEN_BOXES, PostedBoxes, as_boxes, texts_in, typed_boxes
from dosar.pages.input.signed_tokens import is_submission_of, version_token
from dosar.pages.recovery.typed_texts import RowNumbers, question_of_box
from dosar.pages.sheet.section_steps import has_section_steps
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.sheet.unasked_boxes import asked_somewhere, set_unasked_aside
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import Draft, DraftPlace


def find_page_draft(editor: SheetEditor) -> Draft | None:
    """What the worker left on this page."""
    return drafts.find_draft(editor.context.repository, editor.context.worker.id, editor.place, editor.record)


def keep_page_draft(editor: SheetEditor, posted: PostedBoxes) -> datetime:
    """What is not saved waits as a draft, if she goes away now; returns the moment."""
    return drafts.keep_draft(
        editor.context.repository, editor.context.worker.id, editor.place, typed_boxes(posted), editor.face
    )


def discard_page_draft(editor: SheetEditor, place: DraftPlace | None = None) -> None:
    """Forget what was left on this page, or on the one at ``place``."""
    drafts.discard_draft(editor.context.repository, editor.context.worker.id, place or editor.place)


def throw_page_draft_away(editor: SheetEditor) -> None:
    """Forget what was left on this page, and its files."""
    drafts.throw_draft_away(editor.context.repository, editor.context.worker.id, editor.place)


def correction_token(editor: SheetEditor, record_id: int, version: int, seen: Answers) -> str:
    """Says which version of the record, and which answers, the worker had seen as she typed."""
    return version_token(editor.full_form.key, record_id, version, answer_marks(editor.questions, seen))


def keep_draft_of_correction(
    editor: SheetEditor, record_id: int, token: str, boxes: Iterable[tuple[str, str]]
) -> DraftPlace:
    """What was typed on a new sheet waits where the record that is there already is corrected; returns the place."""
    place = DraftPlace(editor.full_form.key, record_id=record_id, step=0 if editor.step is None else editor.step + 1)
    typed_boxes = [(name, text) for name, text in boxes if name not in TOKEN_BOXES]
    drafts.keep_draft(
        editor.context.repository, editor.context.worker.id, place, [*typed_boxes, ("_seen", token)], editor.face
    )
    return place


def boxes_of_draft(editor: SheetEditor, draft: Draft) -> PostedBoxes:
    """What stands on the page that opens with this draft; the sheet is told what else the page says of it."""
    posted: PostedBoxes = MultiDict(draft.boxes)
    editor.draft_from = moment_text(draft.saved_at)
    if not is_submission_of(posted.get("_once", ""), editor.context.worker.id):
        posted.poplist("_once")
    editor.hidden.update({name: posted[name] for name in TOKEN_BOXES if name in posted})
    set_unasked_aside(editor, posted, asked_somewhere(editor))
    posted = editor.renumbered_rows(_boxes_on_this_face(editor, posted, draft.face))
    editor.files_again = _files_not_kept(editor, posted)
    return posted


def _files_not_kept(editor: SheetEditor, posted: PostedBoxes) -> list[tuple[str, str]]:
    rows, questions = RowNumbers(), {question.name: question for question in editor.questions}
    labelled = [(box, question_of_box(box, questions, rows)[1]) for box in posted]
    return [
        (box.replace(".", "-"), label)
        for box, label in labelled
        if label and any(text.startswith(FILE_NOT_KEPT) for text in posted.getlist(box))
    ]


def _boxes_on_this_face(editor: SheetEditor, posted: PostedBoxes, face: str) -> PostedBoxes:
    """The boxes of a draft, whichever paper it was typed on; what this one lacks is asked too."""
    if editor.papers is None or not editor.papers.faces:
        return posted
    known = editor.papers.known
    draft, begun = texts_in(posted), texts_in(editor.initial_boxes(list(known.asked_questions())))
    if face and face != editor.face:
        was = _asked_on(editor, editor.papers.on(face).form)
        draft = restored_draft(draft, was, editor.questions, begun, known.face)
    editor.add_questions(unasked_names(known, editor.questions, draft, begun, editor.cells))
    return as_boxes(draft)


def _asked_on(editor: SheetEditor, form: Form) -> list[Question]:
    """The questions of this page as another paper asks it: a new sheet begins with its first section."""
    step = (0 if has_section_steps(form) else None) if editor.record is None else editor.step
    sections = form.sections if step is None else form.sections[step : step + 1]
    return [question for section in sections for question in section.questions]
