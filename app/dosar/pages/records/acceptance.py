"""Accepting what a volunteer filed, or returning it to her with a note."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_acceptance
from dosar.language.text.message import Mistake
from dosar.pages.actions import case_of, may_accept_sheets, record_face_url, saved_response
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.input.forms import reason_field
from dosar.pages.records.reversal import ReasonForm, reason_page
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.scope.write_checks import require_written
from dosar.records.sheets.acceptance import accept_sheet, return_sheet
from dosar.records.sheets.stored_answers import Sheet, open_sheet


class ReturnForm(ReasonForm):
    """A sheet goes back to whoever filed it."""

    act = lazy_gettext("Return with a note")
    explained = lazy_gettext(
        "Whoever filed the sheet reads your note on her first page. The sheet goes on waiting and counts nowhere "
        "until somebody accepts it."
    )
    reason = reason_field(lazy_gettext("What is to be mended?"))


class AcceptingPages(PageView):
    """Two eyes more on what is filed by somebody whose sheets others accept."""

    @page_route("/records/<form>/<int:record_id>/accept", requires_acceptance(), methods=("POST",))
    def accept(self, form: str, record_id: int) -> Response:
        context, known = page_context(), page_context().form(form)
        find_or_404(accept_sheet, context.repository, known, record_id, context.actor)
        return saved_response(gettext("Accepted."), record_face_url(form, record_id))

    @page_route("/records/<form>/<int:record_id>/return", requires_acceptance(), methods=("GET", "POST"))
    def send_back(self, form: str, record_id: int) -> Any:
        context = page_context()
        context.form(form)
        sheet = find_or_404(_sheet_to_review, context, form, record_id)
        note = ReturnForm()
        if not note.validate_on_submit():
            return reason_page(context, context.forms[form], sheet, note)
        return _return_sheet(context, sheet, note)


def _sheet_to_review(context: PageContext, form: str, record_id: int) -> Sheet:
    if not may_accept_sheets(context, form):
        raise OutOfReach(form)
    sheet = open_sheet(context.repository, form, record_id)
    require_written(context.repository.session, None, case_of(sheet.record))
    return sheet


def _return_sheet(context: PageContext, sheet: Sheet, note: ReturnForm) -> Any:
    form = context.forms[sheet.form.key]
    try:
        find_or_404(return_sheet, context.repository, form, sheet.record.id, note.reason.data or "", context.actor)
    except Mistake as mistake:
        note.reason.errors = (mistake.message.say(gettext),)
        return reason_page(context, form, sheet, note)
    return saved_response(gettext("The sheet was returned."), record_face_url(form.key, sheet.record.id))
