"""A form of which a case has at most one sheet: a second one leads to the first, and nothing typed is lost."""

from flask import abort, make_response, redirect
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from dosar.language.question import Answers
from dosar.pages.actions import record_face_url
from dosar.pages.sheet.posting.conflict import conflict_page
from dosar.pages.sheet.sheet_drafts import correction_token, discard_draft, find_draft, keep_draft_of_correction
from dosar.pages.sheet.sheet_editor import SheetEditor
from dosar.pages.urls import sheet_page_url
from dosar.records.row_scope import OutOfReach
from dosar.records.sheets.save import only_sheet_of_case
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.unsaved.drafts import TypedBoxes

UNSEEN_VERSION = 0
"""The version that a sheet begun as a new one has seen of the other: sent again, the two are compared."""


def redirect_to_existing(sheet: SheetEditor) -> Response | None:
    """Instead of a new sheet the one that is there; what was typed on the new one goes along."""
    existing_id = only_sheet_of_case(sheet.context.repository, sheet.full_form, sheet.place.case_id)
    if existing_id is None:
        return None
    begun = find_draft(sheet)
    if begun is None or not sheet.may_correct:
        return redirect(record_face_url(sheet.full_form.key, existing_id, sheet.face_arguments), 303)
    token = correction_token(sheet, existing_id, UNSEEN_VERSION, sheet.initial_answers)
    place = keep_draft_of_correction(sheet, existing_id, token, begun.boxes)
    discard_draft(sheet)
    return redirect(sheet_page_url(place, sheet.face), 303)


def compare_with_existing(sheet: SheetEditor, existing_id: int, answers: Answers, boxes: TypedBoxes) -> Response:
    """The sheet that is there beside what was typed, answer by answer; until it is saved that waits as a draft."""
    if not sheet.may_correct:
        raise Conflict
    try:
        found = open_sheet(sheet.context.repository, sheet.full_form.key, existing_id)
    except OutOfReach:
        abort(409)
    token = correction_token(sheet, existing_id, UNSEEN_VERSION, sheet.initial_answers)
    sheet.place = keep_draft_of_correction(sheet, existing_id, token, boxes)
    sheet.hidden["_seen"] = token
    sheet.record, sheet.initial_answers = found.record, found.answers
    sheet.cancel_url = record_face_url(sheet.full_form.key, existing_id)
    return make_response(conflict_page(sheet.context, sheet, answers), 409)
