"""Taking back an entry of a ledger: a page that asks why, and what the record's page says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext

from app.access.gate import may, page
from app.access.view import View
from app.language.form import Form
from app.language.message import Mistake
from app.language.texts import say
from app.pages.asked import Problem
from app.pages.desk import Desk, desk, found_or_404
from app.pages.reading_sheet import read_sections
from app.pages.sheet import saved
from app.pages.tokens import once_token, once_word
from app.records.labels import title
from app.records.ledger import reverse, reversed_by
from app.records.sheets import Sheet, open_sheet
from app.records.tables import Record

LONGEST_REASON = 500


@dataclass(slots=True)
class Reversal:
    """What the page of an entry says about taking it back."""

    text: str
    url: str
    """The entry that takes it back, or the one it takes back."""
    reason: str = ""


class ReversingPages(View):
    """An entry of a ledger is never changed: another one takes it back."""

    @page("/records/<form>/<int:record_id>/reverse", may("enter"), methods=("GET", "POST"))
    def reverse(self, form: str, record_id: int) -> Any:
        at, known = desk(), desk().form(form)
        sheet = found_or_404(open_sheet, at.cabinet, form, record_id)
        if not known.append_only:
            abort(404)
        if request.method == "GET":
            return _page(at, known, sheet, once_token(at.worker.id))
        return _reversed(at, known, sheet)


def _reversed(at: Desk, known: Form, sheet: Sheet) -> Any:
    token, reason = request.form.get("_once", ""), request.form.get("reason", "").strip()
    word = once_word(token, at.worker.id)
    try:
        if len(reason) > LONGEST_REASON:
            raise Mistake("Write at most %(most)s characters.", most=LONGEST_REASON)
        filed = found_or_404(reverse, at.cabinet, sheet.form, sheet.record.id, reason, at.clerk, word)
    except Mistake as mistake:
        return _page(at, known, sheet, token, reason, mistake.message.say(gettext)), 422
    return saved(gettext("The entry was reversed."), _url(known.key, filed))


def _page(at: Desk, known: Form, sheet: Sheet, token: str, reason: str = "", problem: str = "") -> str:
    return reason_page(
        at, known, sheet, gettext("Reverse this entry"), gettext("Why is it reversed?"), gettext(
            "The entry stays as it is. Another one is added with its amounts turned round, so that the sum of both is "
            "nothing."
        ), reason, problem, {"_once": token},
    )


def reason_page(
    at: Desk, known: Form, sheet: Sheet, act: str, asked_for: str, explained: str, reason: str, problem: str,
    hidden: Mapping[str, str],
) -> str:
    """The sheet, and a box for the words without which the act is not done."""
    titles = at.titles(known.questions.values(), sheet.answers)
    return render_template(
        "reason.html", title=act, form_title=say(known.title, at.reading.language),
        case=at.case_head(sheet.case), entry=title(known, sheet.answers, at.reading, sheet.record.id),
        sections=read_sections(at, known, sheet.answers, titles), hidden=hidden, reason=reason,
        asked_for=asked_for, explained=explained,
        longest=LONGEST_REASON, problems=[Problem("reason", "", problem)] if problem else [],
        back_url=_url(known.key, sheet.record.id),
    )


def _url(form: str, record_id: int) -> str:
    return url_for("RecordPages.show", form=form, record_id=record_id)


def reversal(at: Desk, form: Form, record: Record) -> Reversal | None:
    """What is to be said of an entry that was taken back or takes another back."""
    if not form.append_only:
        return None
    columns = record.columns()
    if columns["reverses"] is not None:
        text = gettext("This entry takes back another one.")
        return Reversal(text, _url(form.key, columns["reverses"]), columns["reversal_reason"] or "")
    by = reversed_by(at.cabinet, record)
    return None if by is None else Reversal(gettext("This entry was taken back by another one."), _url(form.key, by))


def reverse_action(at: Desk, form: Form, record: Record, said: Reversal | None) -> list[tuple[str, str, str, str]]:
    """The button that leads to taking the entry back, for who may."""
    if not form.append_only or said is not None or not at.worker.may("enter", form.key):
        return []
    url = url_for("ReversingPages.reverse", form=form.key, record_id=record.id)
    return [(gettext("Reverse this entry"), url, "get", "")]
