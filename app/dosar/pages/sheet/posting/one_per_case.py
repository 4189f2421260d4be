"""A form of which a case has at most one sheet: a second one leads to the first, and nothing typed is lost."""

from flask import abort, make_response, redirect
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from dosar.filing.conflict import answer_marks
from dosar.language.question import Answers
from dosar.pages.actions import record_face_url
from dosar.pages.sheet.posting.conflict import conflict_page
from dosar.pages.sheet.sheet_view import SheetEditor
from dosar.pages.signed_tokens import version_token
from dosar.pages.urls import sheet_page_url
from dosar.records.row_scope import OutOfReach
from dosar.records.save import only_sheet_of_case, open_sheet
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace, TypedBoxes

UNSEEN_VERSION = 0
"""The version that a sheet begun as a new one has seen of the other: sent again, the two are compared."""


def redirect_to_existing(sheet: SheetEditor) -> Response | None:
    """Instead of a new sheet the one that is there; what was typed on the new one goes along."""
    there = only_sheet_of_case(sheet.context.repository, sheet.whole, sheet.place.case_id)
    if there is None:
        return None
    begun = drafts.find_draft(sheet.context.repository, sheet.context.worker.id, sheet.place)
    if begun is None or not _may_correct(sheet):
        return redirect(
            record_face_url(sheet.whole.key, there, sheet.papers.url_arguments if sheet.papers else None), 303
        )
    place = _keep_draft_there(sheet, there, begun.boxes)
    drafts.discard_draft(sheet.context.repository, sheet.context.worker.id, sheet.place)
    return redirect(sheet_page_url(place, sheet.face), 303)


def compare_with_existing(sheet: SheetEditor, there: int, answers: Answers, boxes: TypedBoxes) -> Response:
    """The sheet that is there beside what was typed, answer by answer; until it is saved that waits as a draft."""
    if not _may_correct(sheet):
        raise Conflict
    try:
        found = open_sheet(sheet.context.repository, sheet.whole.key, there)
    except OutOfReach:
        abort(409)
    began = sheet.kept
    sheet.place = _keep_draft_there(sheet, there, boxes)
    sheet.hidden["_seen"] = version_token(sheet.whole.key, there, UNSEEN_VERSION, answer_marks(sheet.questions, began))
    sheet.record, sheet.kept = found.record, found.answers
    sheet.cancel_url = record_face_url(sheet.whole.key, there)
    return make_response(conflict_page(sheet.context, sheet, answers), 409)


def _may_correct(sheet: SheetEditor) -> bool:
    may = sheet.context.worker.may
    return may("see", sheet.whole.key) and may("correct", sheet.whole.key) and not sheet.whole.append_only


def _keep_draft_there(sheet: SheetEditor, there: int, boxes: TypedBoxes) -> DraftPlace:
    """Keep the boxes as a draft of the sheet that is there; returns its place."""
    place = DraftPlace(sheet.whole.key, record_id=there, step=0 if sheet.step is None else sheet.step + 1)
    seen = version_token(sheet.whole.key, there, UNSEEN_VERSION, answer_marks(sheet.questions, sheet.kept))
    typed = [(name, text) for name, text in boxes if name != "_once"]
    drafts.keep_draft(sheet.context.repository, sheet.context.worker.id, place, [*typed, ("_seen", seen)], sheet.face)
    return place
