"""The pages of a form's records: list, sheet, new, correct, history, delete and undo."""

from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.access.web.redirects import local_redirect_url
from dosar.language.answers.settling import answers_as_of
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import Answers
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import PageResponse, record_actions, record_face_url, return_url, saved_response
from dosar.pages.cases.merge import redirect_to_merged
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.input.forms import searched_words
from dosar.pages.lists.list_view import list_context
from dosar.pages.pagination import paginate_lines
from dosar.pages.records.backlinks import record_backlinks
from dosar.pages.records.deletion import confirm_deletion
from dosar.pages.records.no_bed import EmptyingForm, OverbookingForm, no_bed_text
from dosar.pages.records.reversal import reason_page, reversal_notice, reverse_action
from dosar.pages.rendering.excerpts import sheet_excerpts
from dosar.pages.rendering.history import render_history
from dosar.pages.rendering.record_view import record_stamps, shown_sections, signature_lines, stamp_user_ids
from dosar.pages.reports.figures import figures_links
from dosar.pages.restricted import restriction_notices
from dosar.pages.sheet.faces import form_faces
from dosar.pages.sheet.posting.filing_steps import correction_page, new_sheet_page
from dosar.pages.sheet.returned_sheets import returned_notice
from dosar.pages.urls import parse_record_number
from dosar.records.audit_log import history_entries
from dosar.records.beds.required_beds import NoBed
from dosar.records.cases.merge import case_merged_into
from dosar.records.cases.unmerge import unmerge_case
from dosar.records.scope.row_scope import OutOfReach
from dosar.records.sheets.deletion import delete_sheet, require_unrelied, restore_sheet, withdraw_sheet
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.titles import title_of_record


class RecordPages(PageView):
    """Everything a worker does with the records of one form."""

    @page_route("/records/<form>", requires_permission("see"))
    def list(self, form: str) -> str:
        known = page_context().form(form)
        return render_template("lists/list.html", **list_context(page_context(), known))

    @page_route("/records/<form>/search", requires_permission("see"), methods=("POST",))
    def search(self, form: str) -> Response:
        """What is searched for may be a name: it stays in the session, not in the address."""
        words = searched_words()
        searches = {**session.get("searches", {}), form: words}
        session["searches"] = {key: text for key, text in searches.items() if text}
        return redirect(
            url_for("RecordPages.list", form=form, case=request.args.get("case", type=parse_record_number)), 303
        )

    @page_route("/records/<form>/<int:record_id>", requires_permission("see"))
    def show(self, form: str, record_id: int) -> Response | str:
        context, known = page_context(), page_context().form(form)
        try:
            sheet = open_sheet(context.repository, form, record_id, with_deleted=context.worker.may("delete", form))
        except OutOfReach:
            return (
                redirect_to_merged(context, case_merged_into(context.repository, record_id))
                if form == CASE_FORM
                else None
            ) or abort(404)
        answers = answers_as_of(sheet.form, sheet.answers, context.reading.today)
        head, seen = context.case_head(sheet.case), form_faces(context, known, answers)
        reversal = reversal_notice(context, known, sheet.record)
        titles = context.titles(seen.form.questions.values(), answers, stamp_user_ids(sheet.record))
        return render_template(
            "records/record.html",
            title=_record_heading(context, known, answers, record_id),
            form_title=text_in_language(seen.form.title, context.reading.language),
            case=head,
            sections=shown_sections(context, seen.form, answers, titles),
            excerpts=sheet_excerpts(context, sheet.record, sheet.case),
            actions=record_actions(context, known, sheet.record, seen.url_arguments)
            + reverse_action(context, known, sheet.record, reversal),
            reversal=reversal,
            restricted=restriction_notices(context, sheet.case.id, form) if sheet.case is not None else [],
            stamps=record_stamps(sheet.record, titles),
            returned=returned_notice(context, sheet.record),
            history_url=url_for("RecordPages.history", form=form, record_id=record_id),
            faces=seen.links(lambda face: url_for("RecordPages.show", form=form, record_id=record_id, face=face)),
            left_out=seen.left_out(answers),
            figures=figures_links(context, form, record_id),
            backlinks=record_backlinks(context, sheet.record),
            signatures=signature_lines(seen.form, context.reading.language),
        )

    @page_route("/records/<form>/new", requires_permission("enter"), methods=("GET", "POST"))
    def new(self, form: str) -> PageResponse:
        return new_sheet_page(form)

    @page_route("/records/<form>/<int:record_id>/edit", requires_permission("correct"), methods=("GET", "POST"))
    def edit(self, form: str, record_id: int) -> PageResponse:
        return correction_page(form, record_id, None)

    @page_route(
        "/records/<form>/<int:record_id>/edit/<int:step>", requires_permission("correct"), methods=("GET", "POST")
    )
    def edit_section(self, form: str, record_id: int, step: int) -> PageResponse:
        return correction_page(form, record_id, step)

    @page_route("/records/<form>/<int:record_id>/history", requires_permission("see"))
    def history(self, form: str, record_id: int) -> str:
        context, known = page_context(), page_context().form(form)
        record, case = find_or_404(
            context.repository.find_with_case, form, record_id, with_deleted=context.worker.may("delete", form)
        )
        found, pager = paginate_lines(
            partial(history_entries, context.repository, known, record, elsewhere=context.seen_forms()),
            "RecordPages.history",
            form=form,
            record_id=record_id,
        )
        return render_template(
            "records/history.html",
            title=gettext("Change history"),
            form_title=text_in_language(known.title, context.reading.language),
            case=context.case_head(case),
            back_url=record_face_url(form, record_id),
            entries=render_history(context, known, found),
            **pager,
        )

    @page_route("/records/<form>/<int:record_id>/delete", requires_permission("delete"), methods=("GET", "POST"))
    def delete(self, form: str, record_id: int) -> PageResponse:
        context, known = page_context(), page_context().form(form)
        record = find_or_404(context.repository.find, form, record_id)
        asking = confirm_deletion(context, record, gettext("Delete this record?"), gettext("Delete"))
        if asking is not None:
            return asking
        case_id, emptying = getattr(record, "case_id", None), EmptyingForm()
        reason = emptying.given_reason()
        try:
            find_or_404(delete_sheet, context.repository, known, record_id, context.actor, reason, bool(reason))
        except NoBed as refused:
            return _no_bed(context, known, record_id, emptying, refused)
        undo = (gettext("Undo"), url_for("RecordPages.restore", form=form, record_id=record_id))
        return saved_response(gettext("The record was deleted."), return_url(form, case_id), undo)

    @page_route("/records/<form>/<int:record_id>/withdraw", requires_permission("enter"), methods=("GET", "POST"))
    def withdraw(self, form: str, record_id: int) -> PageResponse:
        """Take back what one entered oneself within a day."""
        context, known = page_context(), page_context().form(form)
        record = find_or_404(context.repository.find, form, record_id)
        case_id, emptying = getattr(record, "case_id", None), EmptyingForm()
        try:
            require_unrelied(context.repository, record, context.actor)
            asking = confirm_deletion(context, record, gettext("Take this sheet back?"), gettext("Take back"))
            if asking is not None:
                return asking
            reason = emptying.given_reason()
            find_or_404(withdraw_sheet, context.repository, known, record_id, context.actor, reason, bool(reason))
        except NoBed as refused:
            return _no_bed(context, known, record_id, emptying, refused)
        except Mistake as mistake:
            flash(mistake.message.say(gettext), "danger")
            return redirect(record_face_url(form, record_id), 303)
        return saved_response(
            gettext("The sheet was taken back."),
            local_redirect_url(request.form.get("next"), return_url(form, case_id)),
        )

    @page_route("/records/<form>/<int:record_id>/restore", requires_permission("delete"), methods=("POST",))
    def restore(self, form: str, record_id: int) -> Any:
        context, known = page_context(), page_context().form(form)
        if form == CASE_FORM and case_merged_into(context.repository, record_id) is not None:
            find_or_404(unmerge_case, context.repository, record_id, context.actor)
            return saved_response(gettext("The record is back."), record_face_url(form, record_id))
        asked = OverbookingForm()
        reason = asked.given_reason()
        try:
            find_or_404(restore_sheet, context.repository, known, record_id, context.actor, reason, bool(reason))
        except Mistake as mistake:
            flash(mistake.message.say(gettext), "danger")
        except NoBed as refused:
            return _no_bed(context, known, record_id, asked, refused)
        else:
            flash(gettext("The record is back."), "success")
        return redirect(record_face_url(form, record_id), 303)


def _no_bed(context: PageContext, form: Form, record_id: int, asked: OverbookingForm, refused: NoBed) -> PageResponse:
    """The same once more, with the reason for which one person more is placed there; or that it is not done."""
    if not refused.may_confirm:
        flash(no_bed_text(context, refused), "danger")
        return redirect(record_face_url(form.key, record_id), 303)
    asked.explained = no_bed_text(context, refused)
    sheet = find_or_404(open_sheet, context.repository, form.key, record_id, with_deleted=True)
    page, _ = reason_page(context, form, sheet, asked, shows_answers=False)
    return page, 422


def _record_heading(context: PageContext, form: Form, answers: Answers, record_id: int) -> str:
    """The record's title; the case file's stands above it already."""
    if form.key == CASE_FORM:
        return text_in_language(form.title, context.reading.language)
    return title_of_record(form, answers, context.reading, record_id)
