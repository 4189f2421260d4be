"""A new sheet that is sent once more: as it was, it is saved already; with other answers, none of them is lost."""


from flask import flash, redirect, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.language.question import Answers
from app.pages.acts import record_url
from app.pages.addresses import page_url
from app.pages.clash import marks
from app.pages.desk import Desk
from app.pages.posted import as_posted
from app.pages.sheet import TOKENS, SheetOnDesk
from app.pages.tokens import seen_token
from app.pages.unsent import boxes_of
from app.records import drafts
from app.records.drafts import Place
from app.records.history import first_entry
from app.records.scope import OutOfReach
from app.records.sheets import open_sheet

FIRST_VERSION = 1
PRESSED = ("_more", "_confirmed", "_reason")


def typed_since(at: Desk, sheet: SheetOnDesk, record_id: int, answers: Answers) -> Response | None:
    """Where it leads if something else stands on the page than what was saved with it first.

    What was typed waits as a draft where the record is corrected, with the version she knows: if somebody
    corrected it meanwhile, both are compared.
    """
    key = sheet.whole.key
    if not at.worker.may("see", key):
        return None
    try:
        entered = _entered(at, sheet, record_id)
    except OutOfReach:
        return None
    changed = [
        one.name for one in sheet.questions if not (one.computed or one.issued or one.attached)
        and one.as_said(answers.get(one.name)) != one.as_said(entered.get(one.name))
    ]
    if not changed:
        return None
    on_paper = sheet.papers.word if sheet.papers else {}
    corrects = at.worker.may("correct", key) and not sheet.whole.append_only
    if not corrects or not {*changed} <= at.forms[key].questions.keys():
        flash(gettext("This sheet was saved before. What you have changed on it since was not saved."), "warning")
        return redirect(record_url(key, record_id, on_paper), 303)
    place = Place(key, record_id=record_id, step=0 if sheet.step is None else sheet.step + 1)
    typed = _typed_anew(sheet, answers, entered)
    seen = seen_token(key, record_id, FIRST_VERSION, marks(sheet.questions, entered))
    drafts.keep(at.cabinet, at.worker.id, place, [*typed, ("_seen", seen)], sheet.face)
    flash(gettext(
        "This sheet was saved before. What you have changed on it since stands here: look at it and save it."
    ), "warning")
    return redirect(page_url(place, sheet.face), 303)


def _typed_anew(sheet: SheetOnDesk, answers: Answers, entered: Answers) -> list[tuple[str, str]]:
    """What stands on the page, without the rows that are kept for good."""
    tables = {one.name: one for one in sheet.questions if one.only_added}
    rows = {
        name: [
            row for row in answers.get(name) or ()
            if table.as_said([row]) not in [table.as_said([one]) for one in entered[name]]
        ]
        for name, table in tables.items() if entered.get(name)
    }
    left_out = (*TOKENS, *PRESSED)
    typed = [
        (name, text) for name, text in boxes_of(request.form)
        if name not in left_out and name.partition(".")[0] not in rows
    ]
    posted = as_posted([tables[name] for name in rows], rows, sheet.desk.reading)
    return typed + [(name, text) for name in posted for text in posted.getlist(name)]


def _entered(at: Desk, sheet: SheetOnDesk, record_id: int) -> Answers:
    """What was saved first, as the history tells it. Raises :class:`OutOfReach`."""
    record = open_sheet(at.cabinet, sheet.whole.key, record_id).record
    first = first_entry(at.cabinet, sheet.whole, record)
    return {change.question.name: change.new for change in first.changes}
