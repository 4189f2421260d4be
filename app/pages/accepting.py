"""Accepting what a volunteer filed, or returning it to her with a note."""

from typing import Any

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.gate import accepts, page
from app.access.view import View
from app.language.message import Mistake
from app.pages.acts import may_accept, record_url
from app.pages.desk import Desk, desk, found_or_404
from app.pages.reversing import LONGEST_REASON, reason_page
from app.pages.sheet import saved
from app.records.acceptance import accept, send_back
from app.records.scope import OutOfReach
from app.records.sheets import Sheet, open_sheet


class AcceptingPages(View):
    """Two eyes more on what is filed by somebody whose sheets others accept."""

    @page("/records/<form>/<int:record_id>/accept", accepts(), methods=("POST",))
    def accept(self, form: str, record_id: int) -> Response:
        at, known = desk(), desk().form(form)
        found_or_404(accept, at.cabinet, known, record_id, at.clerk)
        return saved(gettext("Accepted."), record_url(form, record_id))

    @page("/records/<form>/<int:record_id>/return", accepts(), methods=("GET", "POST"))
    def send_back(self, form: str, record_id: int) -> Any:
        at = desk()
        at.form(form)
        sheet = found_or_404(_to_judge, at, form, record_id)
        if request.method == "GET":
            return _page(at, sheet)
        return _returned(at, sheet)


def _to_judge(at: Desk, form: str, record_id: int) -> Sheet:
    if not may_accept(at, form):
        raise OutOfReach(form)
    return open_sheet(at.cabinet, form, record_id)


def _returned(at: Desk, sheet: Sheet) -> Any:
    form, note = at.forms[sheet.form.key], request.form.get("reason", "").strip()
    try:
        if len(note) > LONGEST_REASON:
            raise Mistake("Write at most %(most)s characters.", most=LONGEST_REASON)
        found_or_404(send_back, at.cabinet, form, sheet.record.id, note, at.clerk)
    except Mistake as mistake:
        return _page(at, sheet, note, mistake.message.say(gettext)), 422
    return saved(gettext("The sheet was returned."), record_url(form.key, sheet.record.id))


def _page(at: Desk, sheet: Sheet, note: str = "", problem: str = "") -> str:
    return reason_page(
        at, at.forms[sheet.form.key], sheet, gettext("Return with a note"), gettext("What is to be mended?"), gettext(
            "Whoever filed the sheet reads your note on her first page. The sheet goes on waiting and counts nowhere "
            "until somebody accepts it."
        ), note, problem, {},
    )
