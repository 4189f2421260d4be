"""A form of which a case has at most one sheet: a second one leads to the first, and nothing typed is lost."""

from flask import abort, make_response, redirect
from werkzeug.exceptions import Conflict
from werkzeug.wrappers import Response

from app.language.question import Answers
from app.pages.acts import record_url
from app.pages.addresses import page_url
from app.pages.clash import clash_page, marks
from app.pages.sheet import SheetOnDesk
from app.pages.tokens import seen_token
from app.records import drafts
from app.records.drafts import Boxes, Place
from app.records.scope import OutOfReach
from app.records.sheets import open_sheet, the_one_sheet

NEVER = 0
"""The version that a sheet begun as a new one has seen of the other: sent again, the two are compared."""


def led_to_the_one(sheet: SheetOnDesk) -> Response | None:
    """Instead of a new sheet the one that is there; what was typed on the new one goes along."""
    there = the_one_sheet(sheet.desk.cabinet, sheet.whole, sheet.place.case_id)
    if there is None:
        return None
    begun = drafts.find(sheet.desk.cabinet, sheet.desk.worker.id, sheet.place)
    if begun is None or not _corrects(sheet):
        return redirect(record_url(sheet.whole.key, there, sheet.papers.word if sheet.papers else None), 303)
    place = _kept_there(sheet, there, begun.boxes)
    drafts.discard(sheet.desk.cabinet, sheet.desk.worker.id, sheet.place)
    return redirect(page_url(place, sheet.face), 303)


def compared_with_the_one(sheet: SheetOnDesk, there: int, answers: Answers, boxes: Boxes) -> Response:
    """The sheet that is there beside what was typed, answer by answer; until it is saved that waits as a draft."""
    if not _corrects(sheet):
        raise Conflict
    try:
        found = open_sheet(sheet.desk.cabinet, sheet.whole.key, there)
    except OutOfReach:
        abort(409)
    began = sheet.kept
    sheet.place = _kept_there(sheet, there, boxes)
    sheet.hidden["_seen"] = seen_token(sheet.whole.key, there, NEVER, marks(sheet.questions, began))
    sheet.record, sheet.kept = found.record, found.answers
    sheet.cancel_url = record_url(sheet.whole.key, there)
    return make_response(clash_page(sheet.desk, sheet, answers), 409)


def _corrects(sheet: SheetOnDesk) -> bool:
    may = sheet.desk.worker.may
    return may("see", sheet.whole.key) and may("correct", sheet.whole.key) and not sheet.whole.append_only


def _kept_there(sheet: SheetOnDesk, there: int, boxes: Boxes) -> Place:
    """Keep the boxes as a draft of the sheet that is there; returns its place."""
    place = Place(sheet.whole.key, record_id=there, step=0 if sheet.step is None else sheet.step + 1)
    seen = seen_token(sheet.whole.key, there, NEVER, marks(sheet.questions, sheet.kept))
    typed = [(name, text) for name, text in boxes if name != "_once"]
    drafts.keep(sheet.desk.cabinet, sheet.desk.worker.id, place, [*typed, ("_seen", seen)], sheet.face)
    return place
