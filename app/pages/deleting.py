"""Before something is deleted or taken back that is used elsewhere: a page that says where, and asks."""

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from app.access.addresses import local
from app.language.alphabet import sort_key
from app.language.form import CASE
from app.language.texts import say
from app.pages.acts import record_url
from app.pages.desk import Desk, found_or_404
from app.records.labels import title
from app.records.scope import may_withdraw
from app.records.sheets import open_sheet
from app.records.tables import Record
from app.records.uses import Counts, Uses, uses


def asked_first(at: Desk, record: Record, asking: str, act: str) -> Response | str | None:
    """The page, or the way to it; ``None`` once she has said that it is right, or where nothing uses the record."""
    if request.method == "GET":
        return _page(at, record, asking, act)
    if "_confirmed" in request.form or not uses(at.cabinet, at.seen_forms(), record):
        return None
    here = {"form": record.form_key, "record_id": record.id, "next": request.form.get("next")}
    return redirect(url_for(str(request.endpoint), **here), 303)


def _page(at: Desk, record: Record, asking: str, act: str) -> str:
    if record.append_only or not (at.worker.may("delete", record.form_key) or may_withdraw(at.worker.scope, record)):
        abort(404)
    form = at.forms[record.form_key]
    sheet = found_or_404(open_sheet, at.cabinet, form.key, record.id)
    found, back = uses(at.cabinet, at.seen_forms(), record), local(request.args.get("next"), "")
    hidden = {"_confirmed": "1", **({"next": back} if back else {})}
    return render_template(
        "delete.html", title=asking, act=act, form_title=say(form.title, at.reading.language),
        case=at.case_head(sheet.case),
        entry="" if form.key == CASE else title(form, sheet.answers, at.reading, record.id),
        within=_lines(at, found.within), pointing=_lines(at, found.pointing), elsewhere=_elsewhere(found),
        is_used=bool(found.pointing or found.elsewhere),
        hidden=hidden, back_url=back or record_url(form.key, record.id),
    )


def _lines(at: Desk, counts: Counts) -> list[str]:
    """How many sheets of which form, in the order of the forms' names."""
    language = at.reading.language
    return sorted((
        f"{say(at.forms[key].plural or at.forms[key].title, language)}: "
        + ngettext("%(num)s sheet", "%(num)s sheets", count) for key, count in counts.items()
    ), key=sort_key)


def _elsewhere(found: Uses) -> str:
    if not found.elsewhere:
        return ""
    if found.pointing or found.within:
        return gettext("It is also used in sheets that you do not see.")
    return gettext("It is used in sheets that you do not see.")
