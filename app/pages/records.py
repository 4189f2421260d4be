"""The pages of a form's records: list, sheet, new, correct, history, delete and undo."""

from functools import partial

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.addresses import local
from app.access.gate import may, page
from app.access.view import View
from app.language.answering import as_of
from app.language.form import CASE, Form
from app.language.message import Mistake
from app.language.question import Answers
from app.language.texts import say
from app.pages.acts import back_to, record_acts, record_url
from app.pages.addresses import record_number
from app.pages.backlinks import backlinks
from app.pages.deleting import asked_first
from app.pages.desk import Desk, desk, found_or_404
from app.pages.excerpts import excerpts
from app.pages.faces import papers
from app.pages.figures import figures_link
from app.pages.filing import kept_sheet, new_sheet
from app.pages.listing import list_context
from app.pages.merging import moved_from
from app.pages.reading_sheet import read_sections, signature_lines, stampers, stamps
from app.pages.returned import returned_notice
from app.pages.reversing import reversal, reverse_action
from app.pages.sheet import Answer, saved
from app.pages.told import told_history
from app.pages.turning import turned
from app.records.history import entries
from app.records.labels import title
from app.records.merging import merged_into
from app.records.parting import part
from app.records.scope import OutOfReach
from app.records.sheets import bring_back, open_sheet, put_away, require_unrelied, withdraw


class RecordPages(View):
    """Everything a worker does with the records of one form."""

    @page("/records/<form>", may("see"))
    def list(self, form: str) -> str:
        known = desk().form(form)
        return render_template("list.html", **list_context(desk(), known))

    @page("/records/<form>/search", may("see"), methods=("POST",))
    def search(self, form: str) -> Response:
        """What is searched for may be a name: it stays in the session, not in the address."""
        words = request.form.get("search", "").strip()[:200]
        searches = {**session.get("searches", {}), form: words}
        session["searches"] = {key: text for key, text in searches.items() if text}
        return redirect(url_for("RecordPages.list", form=form, case=request.args.get("case", type=record_number)), 303)

    @page("/records/<form>/<int:record_id>", may("see"))
    def show(self, form: str, record_id: int) -> Response | str:
        at, known = desk(), desk().form(form)
        try:
            sheet = open_sheet(at.cabinet, form, record_id, with_deleted=at.worker.may("delete", form))
        except OutOfReach:
            return (moved_from(at, merged_into(at.cabinet, record_id)) if form == CASE else None) or abort(404)
        answers = as_of(sheet.form, sheet.answers, at.reading.today)
        head, seen = at.case_head(sheet.case), papers(at, known, answers)
        said = reversal(at, known, sheet.record)
        titles = at.titles(seen.form.questions.values(), answers, stampers(sheet.record))
        return render_template(
            "record.html", title=_heading(at, known, answers, record_id),
            form_title=say(seen.form.title, at.reading.language), case=head,
            sections=read_sections(at, seen.form, answers, titles), excerpts=excerpts(at, sheet.record, sheet.case),
            actions=record_acts(at, known, sheet.record, seen.word) + reverse_action(at, known, sheet.record, said),
            reversal=said, stamps=stamps(sheet.record, titles), returned=returned_notice(at, sheet.record),
            history_url=url_for("RecordPages.history", form=form, record_id=record_id),
            faces=seen.links(lambda face: url_for("RecordPages.show", form=form, record_id=record_id, face=face)),
            left_out=seen.left_out(answers),
            figures=figures_link(at, form, record_id), backlinks=backlinks(at, sheet.record),
            signatures=signature_lines(seen.form, at.reading.language),
        )

    @page("/records/<form>/new", may("enter"), methods=("GET", "POST"))
    def new(self, form: str) -> Answer:
        return new_sheet(form)

    @page("/records/<form>/<int:record_id>/edit", may("correct"), methods=("GET", "POST"))
    def edit(self, form: str, record_id: int) -> Answer:
        return kept_sheet(form, record_id, None)

    @page("/records/<form>/<int:record_id>/edit/<int:step>", may("correct"), methods=("GET", "POST"))
    def edit_section(self, form: str, record_id: int, step: int) -> Answer:
        return kept_sheet(form, record_id, step)

    @page("/records/<form>/<int:record_id>/history", may("see"))
    def history(self, form: str, record_id: int) -> str:
        at, known = desk(), desk().form(form)
        record, case = found_or_404(
            at.cabinet.find_with_case, form, record_id, with_deleted=at.worker.may("delete", form)
        )
        found, beside = turned(
            partial(entries, at.cabinet, known, record, elsewhere=at.seen_forms()), "RecordPages.history", form=form,
            record_id=record_id,
        )
        return render_template(
            "history.html", title=gettext("Change history"), form_title=say(known.title, at.reading.language),
            case=at.case_head(case), back_url=record_url(form, record_id),
            entries=told_history(at, known, found), **beside,
        )

    @page("/records/<form>/<int:record_id>/delete", may("delete"), methods=("GET", "POST"))
    def delete(self, form: str, record_id: int) -> Response | str:
        at, known = desk(), desk().form(form)
        record = found_or_404(at.cabinet.find, form, record_id)
        asking = asked_first(at, record, gettext("Delete this record?"), gettext("Delete"))
        if asking is not None:
            return asking
        case_id = getattr(record, "case_id", None)
        found_or_404(put_away, at.cabinet, known, record_id, at.clerk)
        undo = (gettext("Undo"), url_for("RecordPages.restore", form=form, record_id=record_id))
        return saved(gettext("The record was deleted."), back_to(form, case_id), undo)

    @page("/records/<form>/<int:record_id>/withdraw", may("enter"), methods=("GET", "POST"))
    def withdraw(self, form: str, record_id: int) -> Response | str:
        """Take back what one entered oneself within a day."""
        at, known = desk(), desk().form(form)
        record = found_or_404(at.cabinet.find, form, record_id)
        case_id = getattr(record, "case_id", None)
        try:
            require_unrelied(at.cabinet, record, at.clerk)
            asking = asked_first(at, record, gettext("Take this sheet back?"), gettext("Take back"))
            if asking is not None:
                return asking
            found_or_404(withdraw, at.cabinet, known, record_id, at.clerk)
        except Mistake as mistake:
            flash(mistake.message.say(gettext), "danger")
            return redirect(record_url(form, record_id), 303)
        return saved(gettext("The sheet was taken back."), local(request.form.get("next"), back_to(form, case_id)))

    @page("/records/<form>/<int:record_id>/restore", may("delete"), methods=("POST",))
    def restore(self, form: str, record_id: int) -> Response:
        at, known = desk(), desk().form(form)
        if form == CASE and merged_into(at.cabinet, record_id) is not None:
            found_or_404(part, at.cabinet, record_id, at.clerk)
            return saved(gettext("The record is back."), record_url(form, record_id))
        try:
            found_or_404(bring_back, at.cabinet, known, record_id, at.clerk)
        except Mistake as mistake:
            flash(mistake.message.say(gettext), "danger")
            return redirect(record_url(form, record_id), 303)
        return saved(gettext("The record is back."), record_url(form, record_id))


def _heading(at: Desk, form: Form, answers: Answers, record_id: int) -> str:
    """The record's title; the case file's stands above it already."""
    if form.key == CASE:
        return say(form.title, at.reading.language)
    return title(form, answers, at.reading, record_id)
