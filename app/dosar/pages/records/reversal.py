"""Taking back an entry of a ledger: a page that asks why, and what the record's page says of it."""

from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_permission
from dosar.database.form_tables import Record
from dosar.language.form import Form
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import case_of, saved_response
from dosar.pages.context import PageContext, find_or_404, page_context
from dosar.pages.formatting import reason_text
from dosar.pages.input.forms import TranslatedForm, reason_field
from dosar.pages.input.signed_tokens import submission_token, submission_word
from dosar.pages.rendering.record_view import shown_sections
from dosar.pages.restricted import require_unrestricted
from dosar.records.reasons import may_read_reason
from dosar.records.sheets.ledger import reverse_entry, reversing_entry
from dosar.records.sheets.stored_answers import Sheet, open_sheet
from dosar.records.titles import title_of_record


@dataclass(slots=True)
class ReversalNotice:
    """What the page of an entry says about taking it back."""

    text: str
    url: str
    """The entry that takes it back, or the one it takes back."""
    reason: str = ""


class ReasonForm(TranslatedForm):
    """Something that is done with a sheet, for a reason: each form of the kind says what and why."""

    act: Any
    """What is done; it stands on the button."""
    explained: Any
    """What comes of it."""
    reason: Any


class ReversalForm(ReasonForm):
    """An entry of a ledger is taken back."""

    act = lazy_gettext("Reverse this entry")
    explained = lazy_gettext(
        "The entry stays as it is. Another one is added with its amounts turned round, so that the sum of both is "
        "nothing."
    )
    once = HiddenField(name="_once")
    reason = reason_field(lazy_gettext("Why is it reversed?"))


class ReversingPages(PageView):
    """An entry of a ledger is never changed: another one takes it back."""

    @page_route("/records/<form>/<int:record_id>/reverse", requires_permission("enter"), methods=("GET", "POST"))
    def reverse(self, form: str, record_id: int) -> Any:
        context, known = page_context(), page_context().form(form)
        sheet = find_or_404(open_sheet, context.repository, form, record_id)
        if not known.append_only:
            abort(404)
        require_unrestricted(context, form, case_of(sheet.record))
        reason_form = ReversalForm()
        if not reason_form.validate_on_submit():
            reason_form.once.data = reason_form.once.data or submission_token(context.worker.id)
            return reason_page(context, known, sheet, reason_form)
        return _reverse_entry(context, known, sheet, reason_form)


def _reverse_entry(context: PageContext, known: Form, sheet: Sheet, reason_form: ReversalForm) -> Any:
    word = submission_word(reason_form.once.data or "", context.worker.id)
    try:
        filed = find_or_404(
            reverse_entry,
            context.repository,
            sheet.form,
            sheet.record.id,
            reason_form.reason.data or "",
            context.actor,
            word,
        )
    except Mistake as mistake:
        reason_form.reason.errors = (mistake.message.say(gettext),)
        return reason_page(context, known, sheet, reason_form)
    return saved_response(gettext("The entry was reversed."), _record_page_url(known.key, filed))


def reason_page(
    context: PageContext, known: Form, sheet: Sheet, reason_form: ReasonForm, shows_answers: bool = True
) -> Any:
    """The sheet, and a box for the words without which the act is not done; without its answers where it is about
    something else than what they say."""
    titles = context.titles(known.questions.values(), sheet.answers)
    return render_template(
        "records/reason.html",
        form_title=text_in_language(known.title, context.reading.language),
        case=context.case_head(sheet.case),
        entry=title_of_record(known, sheet.answers, context.reading, sheet.record.id),
        sections=shown_sections(context, known, sheet.answers, titles) if shows_answers else [],
        form=reason_form,
        back_url=_record_page_url(known.key, sheet.record.id),
    ), reason_form.status


def _record_page_url(form: str, record_id: int) -> str:
    return url_for("RecordPages.show", form=form, record_id=record_id)


def reversal_notice(context: PageContext, form: Form, record: Record) -> ReversalNotice | None:
    """What is to be said of an entry that was taken back or takes another back."""
    if not form.append_only:
        return None
    columns = record.columns()
    if columns["reverses"] is not None:
        text = gettext("This entry takes back another one.")
        is_read = may_read_reason(context.repository, form.key, record.created_by)
        reason = reason_text((columns["reversal_reason"] or "") if is_read else None)
        return ReversalNotice(text, _record_page_url(form.key, columns["reverses"]), reason)
    by = reversing_entry(context.repository, record)
    return (
        None
        if by is None
        else ReversalNotice(gettext("This entry was taken back by another one."), _record_page_url(form.key, by))
    )


def reverse_action(
    context: PageContext, form: Form, record: Record, notice: ReversalNotice | None
) -> list[tuple[str, str, str, str]]:
    """The button that leads to taking the entry back, for who may."""
    if not form.append_only or notice is not None or not context.worker.may("enter", form.key):
        return []
    if not context.is_written(form.key, case_of(record)):
        return []
    url = url_for("ReversingPages.reverse", form=form.key, record_id=record.id)
    return [(gettext("Reverse this entry"), url, "get", "")]
