"""What a post of a sheet's page leads to: read, press of a small button or of *Save*, judge, file or show again.

The same steps for a new sheet and for one that is corrected; nothing that was typed is lost on any of them.
"""

from collections.abc import Callable, Mapping

from flask import flash, request
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from dosar.filing.result import ValidationResult, nothing_read
from dosar.filing.service import Consent
from dosar.language.answers.validation import AnswerPath, asked_at
from dosar.language.text.message import Message
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import PageResponse
from dosar.pages.input.posted_boxes import TYPED_BOX, PostedBoxes, take_saved_choices
from dosar.pages.restricted import require_unrestricted
from dosar.pages.sheet.face_change import ALSO_BOX
from dosar.pages.sheet.posting.buttons import BUTTON_ACTIONS
from dosar.pages.sheet.posting.uploads import RefusedFiles, refused_file_messages, take_uploads
from dosar.pages.sheet.sheet_drafts import discard_page_draft, keep_page_draft
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.sheet.sheet_page import drawn_page, sheet_form
from dosar.pages.sheet.unasked_boxes import asked_elsewhere, asked_somewhere, set_unasked_aside
from dosar.records.beds.required_beds import NoBed
from dosar.records.scope.row_scope import RefusedInCase

FileSheet = Callable[[ValidationResult, Consent], PageResponse]
"""Keeps answers that stand every check; says what the worker sees next."""


def answer_post(editor: SheetEditor, file: FileSheet) -> PageResponse:
    """The answer to what was posted on the page of this sheet."""
    posted, refused, has_unasked = _take_posted(editor)
    something_typed = posted.pop(TYPED_BOX, "") == "1"
    pressed = _pressed_button(posted)
    if pressed is None:
        return _answer_save(editor, posted, refused, file, has_unasked)
    if something_typed:
        keep_page_draft(editor, posted)
    if refused:
        form = sheet_form(editor, posted)
        form.take_result(nothing_read(refused_file_messages(refused, posted)))
        return drawn_page(editor, form), 422
    return BUTTON_ACTIONS[pressed](editor, posted)


def _take_posted(editor: SheetEditor) -> tuple[PostedBoxes, RefusedFiles, bool]:
    """The boxes, with the numbers of the posted files in theirs; the files that were refused; and whether boxes were
    posted that the page asks no more."""
    posted: PostedBoxes = MultiDict(request.form)
    pressed, also = _pressed_button(posted), posted.get(ALSO_BOX, "").split()
    moved = [] if pressed else asked_elsewhere(editor, posted)
    editor.add_questions([*also, *(name for name in moved if name not in also)])
    posted = take_saved_choices(editor.questions, posted, editor.initial_answers, editor.context.reading)
    refused = take_uploads(editor.context, editor.full_form.key, editor.questions, posted)
    asked = asked_somewhere(editor) if pressed else editor.questions
    files = [box for box, file in request.files.items(multi=True) if file.filename]
    has_unasked = set_unasked_aside(editor, posted, asked, files)
    return editor.renumbered_rows(posted), refused, has_unasked


def _pressed_button(posted: PostedBoxes) -> str | None:
    return next((button for button in BUTTON_ACTIONS if button in posted), None)


def _answer_save(
    editor: SheetEditor, posted: PostedBoxes, refused: RefusedFiles, file: FileSheet, has_unasked: bool
) -> PageResponse:
    try:
        require_unrestricted(editor.context, editor.full_form.key, editor.case.id if editor.case is not None else None)
    except RefusedInCase:
        keep_page_draft(editor, posted)
        raise
    consent = Consent(bool(posted.get("_confirmed")), posted.get("_reason", ""))
    form = sheet_form(editor, posted, refused_file_messages(refused, posted))
    if not form.validate() or not form.result.may_be_kept(consent.confirmed, consent.reason) or has_unasked:
        keep_page_draft(editor, posted)
        return drawn_page(editor, form, consent), 422
    begun_at = editor.place
    try:
        filed = file(form.result, consent)
    except NoBed:  # somebody else was there first: what was free is judged as it is now
        form = sheet_form(editor, posted)
        form.validate()
        keep_page_draft(editor, posted)
        return drawn_page(editor, form), 422
    except RefusedInCase:
        keep_page_draft(editor, posted)
        raise
    if isinstance(filed, Response):
        _flash_understood(editor, form.result.understood)
        discard_page_draft(editor, begun_at)
    else:
        keep_page_draft(editor, posted)
    return filed


def _flash_understood(editor: SheetEditor, understood: Mapping[AnswerPath, Message]) -> None:
    """Say which answers were taken for other ones than stood in the boxes."""
    for where, message in understood.items():
        question = asked_at(editor.form, where)
        flash(f"{text_in_language(question.label, editor.context.reading.language)}: {message.say(gettext)}", "info")
