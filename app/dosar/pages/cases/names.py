"""Showing the names of a case to a role that reads them masked: asked why, for this case and this session alone."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import hide_names_of, page_route, requires_permission, show_names_of, shown_cases
from dosar.access.web.redirects import local_redirect_url
from dosar.database.form_tables import Record
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.pages.actions import saved_response
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.input.forms import TranslatedForm, reason_field
from dosar.records.shown_names import note_names_shown


class ShowNamesForm(TranslatedForm):
    """Why the names are needed."""

    act = lazy_gettext("Show the names")
    explained = lazy_gettext(
        "They are shown on the pages of this case until you sign out or hide them. The history of the case tells that "
        "you have seen them, and why."
    )
    reason = reason_field(lazy_gettext("What do you need the names for?"))


class NamesPages(PageView):
    """Only for who reads names masked."""

    @page_route(
        "/cases/<int:case_id>/names",
        requires_permission("see", CASE_FORM).with_recent_proof(),
        methods=("GET", "POST"),
    )
    def show(self, case_id: int) -> Any:
        context, case = _masked_case(case_id)
        form = ShowNamesForm()
        if not form.validate_on_submit():
            return _reason_page(context, case, form)
        try:
            note_names_shown(context.repository, case, context.worker.id, form.reason.data or "")
        except Mistake as mistake:
            form.reason.errors = (mistake.message.say(gettext),)
            return _reason_page(context, find_or_404(context.repository.case, case_id), form)
        show_names_of(case_id)
        return saved_response(gettext("The names are shown."), _back_url(case_id))

    @page_route("/cases/<int:case_id>/names/hide", requires_permission("see", CASE_FORM), methods=("POST",))
    def hide(self, case_id: int) -> Any:
        _masked_case(case_id)
        hide_names_of(case_id)
        return saved_response(gettext("The names are hidden."), url_for("CasePages.case", case_id=case_id))


def names_action(context: PageContext, case_id: int) -> list[tuple[str, str, str, str]]:
    """The button on the page of a case; none for who reads names as they are."""
    if not context.worker.allowance.masked:
        return []
    if case_id in shown_cases():
        return [(gettext("Hide the names"), url_for("NamesPages.hide", case_id=case_id), "post", "")]
    return [(gettext("Show the names"), url_for("NamesPages.show", case_id=case_id), "get", "")]


def _masked_case(case_id: int) -> tuple[PageContext, Record]:
    context = page_context()
    case = find_or_404(context.repository.case, case_id)
    if not context.worker.allowance.masked:
        abort(404)
    return context, case


def _back_url(case_id: int) -> str:
    """Where she was sent here from, or the case."""
    return local_redirect_url(request.args.get("next"), url_for("CasePages.case", case_id=case_id))


def _reason_page(context: PageContext, case: Record, form: ShowNamesForm) -> Any:
    return render_template(
        "records/reason.html",
        case=context.case_head(case),
        form_title=context.form_title(CASE_FORM),
        entry="",
        sections=[],
        form=form,
        back_url=url_for("CasePages.case", case_id=case.id),
    ), form.status
