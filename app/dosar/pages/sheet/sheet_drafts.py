"""The draft of a sheet's page: kept while something is not saved, and opened where it was left."""

from collections.abc import Iterable
from datetime import datetime

from werkzeug.datastructures import MultiDict

from dosar.filing.conflict import answer_marks
from dosar.filing.opening.drafts import hidden_boxes, restored_draft, unasked_names
from dosar.language.form import Form
from dosar.language.question import Answers, Question
from dosar.pages.context import PageContext
from dosar.pages.formatting import moment_text
from dosar.pages.input.posted_boxes import (
    FILE_NOT_KEPT,
    TOKEN_BOXES,
    UNASKED_BOX,
    PostedBoxes,
    as_boxes,
    texts_in,
    typed_boxes,
)
from dosar.pages.input.signed_tokens import is_submission_of, version_token
from dosar.pages.recovery.typed_texts import RowNumbers, question_of_box
from dosar.pages.sheet.section_steps import has_section_steps
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.sheet.unasked_boxes import asked_somewhere, set_unasked_aside
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import Draft, DraftPlace, TypedBoxes


def find_page_draft(editor: SheetEditor) -> Draft | None:
    """What the worker left on this page."""
    return drafts.find_draft(editor.context.repository, editor.context.worker.id, editor.place, editor.record)


def keep_page_draft(editor: SheetEditor, posted: PostedBoxes) -> datetime:
    """What is not saved waits as a draft, if she goes away now; returns the moment."""
    boxes = boxes_to_keep(editor.context, editor.place, posted)
    return drafts.keep_draft(editor.context.repository, editor.context.worker.id, editor.place, boxes, editor.face)


def discard_page_draft(editor: SheetEditor, place: DraftPlace | None = None) -> None:
    """Forget what was left on this page, or on the one at ``place``; but nothing that she does not see now."""
    if not boxes_hidden_now(editor.context, place or editor.place):
        drafts.discard_draft(editor.context.repository, editor.context.worker.id, place or editor.place)


def boxes_to_keep(context: PageContext, place: DraftPlace, posted: PostedBoxes) -> TypedBoxes:
    """What was typed on the page, and what is in its draft already that the page does not show her."""
    typed = {name.removeprefix(UNASKED_BOX) for name in posted}
    hidden = [(name, text) for name, text in boxes_hidden_now(context, place) if name not in typed]
    return [*typed_boxes(posted), *hidden]


def boxes_hidden_now(context: PageContext, place: DraftPlace) -> list[tuple[str, str]]:
    """What stands in the draft of this page, typed while names were shown, and is masked now: shown to nobody, and
    kept until the names are shown again."""
    if not context.worker.allowance.masked or place.form not in context.repository.forms:
        return []
    draft = drafts.look_at_draft(context.repository, context.worker.id, place)
    known = (context.forms if place.record_id else context.enterable)[place.form]
    texts: dict[str, list[str]] = {}
    for name, text in draft.boxes if draft is not None else ():
        texts.setdefault(name.removeprefix(UNASKED_BOX), []).append(text)
    hidden = hidden_boxes(texts, context.repository.forms[place.form], known)
    return [(box, text) for box in hidden for text in texts[box]]


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
