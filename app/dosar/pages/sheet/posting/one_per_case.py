"""A form of which a case has at most one sheet: a second one leads to the first, and nothing typed is lost."""

from flask import abort, make_response, redirect
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from dosar.language.question import Answers
from dosar.pages.actions import record_face_url
from dosar.pages.sheet.posting.conflict import conflict_page
from dosar.pages.sheet.sheet_drafts import (
    correction_token,
    discard_page_draft,
    find_page_draft,
    keep_draft_of_correction,
)
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.urls import sheet_page_url
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.save import only_sheet_of_case
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.unsaved.drafts import TypedBoxes

UNSEEN_VERSION = 0
"""The version that a sheet begun as a new one has seen of the other: sent again, the two are compared."""


def redirect_to_existing(editor: SheetEditor) -> Response | None:
    """Instead of a new sheet the one that is there; what was typed on the new one goes along."""
    existing_id = only_sheet_of_case(editor.context.repository, editor.full_form, editor.place.case_id)
    if existing_id is None:
        return None
    begun = find_page_draft(editor)
    if begun is None or not editor.may_correct:
        return redirect(record_face_url(editor.full_form.key, existing_id, editor.face_arguments), 303)
    token = correction_token(editor, existing_id, UNSEEN_VERSION, editor.initial_answers)
    place = keep_draft_of_correction(editor, existing_id, token, begun.boxes)
    discard_page_draft(editor)
    return redirect(sheet_page_url(place, editor.face), 303)


def compare_with_existing(editor: SheetEditor, existing_id: int, answers: Answers, boxes: TypedBoxes) -> Response:
    """The sheet that is there beside what was typed, answer by answer; until it is saved that waits as a draft."""
    if not editor.may_correct:
        raise Conflict
    try:
        found = open_sheet(editor.context.repository, editor.full_form.key, existing_id)
    except OutOfReach:
        abort(409)
    token = correction_token(editor, existing_id, UNSEEN_VERSION, editor.initial_answers)
    editor.place = keep_draft_of_correction(editor, existing_id, token, boxes)
    editor.hidden["_seen"] = token
    editor.record, editor.initial_answers = found.record, found.answers
    editor.cancel_url = record_face_url(editor.full_form.key, existing_id)
    return make_response(conflict_page(editor.context, editor, answers), 409)
