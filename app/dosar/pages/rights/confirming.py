"""Before a person is erased or made anonymous: what goes, what stays, who asked; then a second person types the number
of the case.

The number shows that the two mean the same case: who confirms often sees no case, and has it from who asked. By kind of
sheet is counted for those alone who may know which kinds there are.
"""

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from dosar.access.accounts.deciders import may_confirm_erasure
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.services import access_services
from dosar.database.audit.trail import note_event
from dosar.database.installation.erasure_register import ANONYMISE
from dosar.database.installation.owed_rewrite import is_rewrite_owed
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import moment_text
from dosar.pages.input.forms import TranslatedForm, required_line
from dosar.pages.rights.erasure import request_text, require_decider
from dosar.pages.rights.numbers import case_numbers, told_numbers
from dosar.records.erasure.erasure_extent import ErasureExtent, erasure_extent
from dosar.records.erasure.erasure_requests import (
    GROUNDS,
    ErasureRequest,
    confirm_erasure,
    done_together,
    waiting_request,
)
from dosar.records.reading.case_numbers import numbers_of_cases
from dosar.records.titles import user_names

MOST_TOGETHER = 10_000
"""Of so many, more than an organisation has cases, the page remembers what it told."""
RIGHTS = requires_page("rights")
STILL_IN_FILES = msgid(
    "Somebody is reading, so the files of the database still hold copies: they are written anew within minutes, as "
    "soon as nobody does."
)


class ConfirmingForm(TranslatedForm):
    """The number of the case, and what the page had told."""

    code = required_line(
        lazy_gettext("Number of the case"),
        lazy_gettext("Type the number of the case that is asked for."),
        60,
        lazy_gettext("Whoever asked tells it to you: write it in full. So you both mean the same case."),
    )
    together = HiddenField()


@dataclass(slots=True)
class CountLine:
    """How many of something go."""

    what: str
    count: int


class ConfirmingPage(PageView):
    """One page for one request."""

    @page_route("/rights/<int:request_id>/confirm", RIGHTS)
    def look(self, request_id: int) -> Any:
        context = page_context()
        asked = waiting_request(context.repository, request_id)
        if asked is None:
            abort(404)
        note_event("erasure_looked", asked.case_id, tells_answer=True)
        return _confirming_page(context, asked, ConfirmingForm(formdata=None))

    @page_route("/rights/<int:request_id>/confirm", RIGHTS.with_recent_proof(), methods=("POST",))
    def confirm(self, request_id: int) -> Any:
        context, form = page_context(), ConfirmingForm()
        asked = waiting_request(context.repository, request_id)
        if asked is None:
            return _back(gettext("Nobody asks for this any more."), "warning")
        try:
            require_decider(context, asked)
        except Mistake as mistake:
            return _back(mistake.message.say(gettext), "warning")
        if not form.validate():
            return _confirming_page(context, asked, form)
        if not _is_number_of(context, asked, form.code.data):
            form.code.errors = (gettext("This is not the number of the case that is asked for. Ask who asked."),)
            return _confirming_page(context, asked, form)
        try:
            left = confirm_erasure(context.repository, asked.id, context.worker.id, _seen(form))
        except Mistake as mistake:
            return _confirming_page(context, asked, form, mistake.message.say(gettext))
        done = gettext("Done. What is left is line number %(number)s.", number=left.number)
        if is_rewrite_owed(context.repository.store.data_folder):
            done = f"{done} {gettext(STILL_IN_FILES)}"
        return _back(done, "success")


def _back(told: str, kind: str) -> Any:
    flash(told, kind)
    return redirect(url_for("RightsPage.overview"), 303)


def _is_number_of(context: PageContext, asked: ErasureRequest, typed: str) -> bool:
    number = numbers_of_cases(context.repository, [asked.case_id]).get(asked.case_id, "")
    return bool(number) and typed.strip().casefold() == number.casefold()


def _seen(form: ConfirmingForm) -> set[int]:
    parts = (form.together.data or "").split(",")[: MOST_TOGETHER + 1]
    return {int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 10}


def _confirming_page(context: PageContext, asked: ErasureRequest, form: ConfirmingForm, refused: str = "") -> Any:
    others = done_together(context.repository, asked, context.worker.id)
    cases = [asked.case_id, *(one.case_id for one in others)]
    form.together.data = ",".join(str(one.id) for one in (asked, *others))
    names = user_names(context.repository, [asked.asked_by], context.reading)
    page = render_template(
        "rights/confirming.html",
        title=gettext("Make anonymous for good") if asked.kind == ANONYMISE else gettext("Erase for good"),
        request_text=request_text(asked, told_numbers(context, [asked.case_id]).get(asked.case_id, "")),
        is_anonymising=asked.kind == ANONYMISE,
        others=len(others),
        counts=_count_lines(context, erasure_extent(context.repository, cases), cases),
        asked_by=names.get(asked.asked_by, ""),
        asked_at=moment_text(asked.asked_at),
        ground=gettext(GROUNDS[asked.ground]),
        may_confirm=may_confirm_erasure(access_services(), context.worker, asked.asked_by),
        is_asker=asked.asked_by == context.worker.id,
        form=form,
        refused=refused,
    )
    return page, 422 if refused else form.status


def _count_lines(context: PageContext, extent: ErasureExtent, cases: list[int]) -> list[CountLine]:
    """By kind where she reaches the cases; the kinds she does not see are counted together."""
    reaches = set(cases) <= case_numbers(context, cases).keys()
    seen = {form: count for form, count in extent.sheets.items() if reaches and context.worker.may("see", form)}
    forms, language = context.repository.forms, context.reading.language
    kinds = [
        CountLine(text_in_language(forms[key].plural or forms[key].title, language), count)
        for key, count in seen.items()
        if key in forms
    ]
    rest = extent.records - sum(line.count for line in kinds)
    more = [
        CountLine(gettext("other sheets") if kinds else gettext("sheets, the case file among them"), rest),
        CountLine(gettext("attached files"), extent.files),
        CountLine(gettext("sheets begun and not saved"), extent.drafts),
        CountLine(gettext("entries about people around the person"), extent.people),
        CountLine(gettext("rows that name the case on sheets of others"), extent.elsewhere),
    ]
    return [*kinds, *(line for line in more if line.count)]
