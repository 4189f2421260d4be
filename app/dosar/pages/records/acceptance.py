"""Accepting what a volunteer filed, or returning it to her with a note."""

from typing import Any

from flask import request
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_acceptance
from dosar.language.text.message import Mistake
from dosar.pages.actions import may_accept_sheets, record_face_url
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.records.reversal import MAX_REASON_LENGTH, reason_page
from dosar.pages.sheet.sheet_view import saved_response
from dosar.records.acceptance import accept_sheet, return_sheet
from dosar.records.row_scope import OutOfReach
from dosar.records.save import Sheet, open_sheet


class AcceptingPages(PageView):
    """Two eyes more on what is filed by somebody whose sheets others accept."""

    @page_route("/records/<form>/<int:record_id>/accept", requires_acceptance(), methods=("POST",))
    def accept(self, form: str, record_id: int) -> Response:
        at, known = page_context(), page_context().form(form)
        find_or_404(accept_sheet, at.repository, known, record_id, at.actor)
        return saved_response(gettext("Accepted."), record_face_url(form, record_id))

    @page_route("/records/<form>/<int:record_id>/return", requires_acceptance(), methods=("GET", "POST"))
    def send_back(self, form: str, record_id: int) -> Any:
        context = page_context()
        context.form(form)
        sheet = find_or_404(_sheet_to_review, context, form, record_id)
        if request.method == "GET":
            return _return_page(context, sheet)
        return _return_sheet(context, sheet)


def _sheet_to_review(context: PageContext, form: str, record_id: int) -> Sheet:
    if not may_accept_sheets(context, form):
        raise OutOfReach(form)
    return open_sheet(context.repository, form, record_id)


def _return_sheet(context: PageContext, sheet: Sheet) -> Any:
    form, note = context.forms[sheet.form.key], request.form.get("reason", "").strip()
    try:
        if len(note) > MAX_REASON_LENGTH:
            raise Mistake("Write at most %(most)s characters.", most=MAX_REASON_LENGTH)
        find_or_404(return_sheet, context.repository, form, sheet.record.id, note, context.actor)
    except Mistake as mistake:
        return _return_page(context, sheet, note, mistake.message.say(gettext)), 422
    return saved_response(gettext("The sheet was returned."), record_face_url(form.key, sheet.record.id))


def _return_page(context: PageContext, sheet: Sheet, note: str = "", problem: str = "") -> str:
    return reason_page(
        context,
        context.forms[sheet.form.key],
        sheet,
        gettext("Return with a note"),
        gettext("What is to be mended?"),
        gettext(
            "Whoever filed the sheet reads your note on her first page. The sheet goes on waiting and counts nowhere "
            "until somebody accepts it."
        ),
        note,
        problem,
        {},
    )
