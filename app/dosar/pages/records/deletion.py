"""Before something is deleted or taken back that is used elsewhere: a page that says where, and asks."""

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dosar.access.web.redirects import local_redirect_url
from dosar.database.form_tables import Record
from dosar.language.form import CASE_FORM
from dosar.language.text.collation import sort_key
from dosar.language.text.texts import text_in_language
from dosar.pages.actions import record_face_url
from dosar.pages.context import PageContext, find_or_404
from dosar.records.links.uses import CountsByForm, RecordUses, find_uses
from dosar.records.scope.row_scope import may_withdraw
from dosar.records.sheets.stored_answers import open_sheet
from dosar.records.titles import title_of_record


def confirm_deletion(context: PageContext, record: Record, asking: str, act: str) -> Response | str | None:
    """The page, or the way to it; ``None`` once she has said that it is right, or where nothing uses the record."""
    if request.method == "GET":
        return _confirmation_page(context, record, asking, act)
    if "_confirmed" in request.form or not find_uses(context.repository, context.seen_forms(), record):
        return None
    arguments = {"form": record.form_key, "record_id": record.id, "next": request.form.get("next")}
    return redirect(url_for(str(request.endpoint), **arguments), 303)


def _confirmation_page(context: PageContext, record: Record, asking: str, act: str) -> str:
    if record.append_only or not (
        context.worker.may("delete", record.form_key) or may_withdraw(context.worker.scope, record)
    ):
        abort(404)
    form = context.forms[record.form_key]
    sheet = find_or_404(open_sheet, context.repository, form.key, record.id)
    found, back = (
        find_uses(context.repository, context.seen_forms(), record),
        local_redirect_url(request.args.get("next"), ""),
    )
    hidden = {"_confirmed": "1", **({"next": back} if back else {})}
    return render_template(
        "records/deletion.html",
        title=asking,
        act=act,
        form_title=text_in_language(form.title, context.reading.language),
        case=context.case_head(sheet.case),
        entry="" if form.key == CASE_FORM else title_of_record(form, sheet.answers, context.reading, record.id),
        within=_sheet_counts(context, found.within),
        pointing=_sheet_counts(context, found.pointing),
        elsewhere=_unseen_uses_text(found),
        is_used=bool(found.pointing or found.elsewhere),
        hidden=hidden,
        back_url=back or record_face_url(form.key, record.id),
    )


def _sheet_counts(context: PageContext, counts: CountsByForm) -> list[str]:
    """How many sheets of which form, in the order of the forms' names."""
    language = context.reading.language
    return sorted(
        (
            f"{text_in_language(context.forms[key].plural or context.forms[key].title, language)}: "
            + ngettext("%(num)s sheet", "%(num)s sheets", count)
            for key, count in counts.items()
        ),
        key=sort_key,
    )


def _unseen_uses_text(found: RecordUses) -> str:
    if not found.elsewhere:
        return ""
    if found.pointing or found.within:
        return gettext("It is also used in sheets that you do not see.")
    return gettext("It is used in sheets that you do not see.")
