"""Cases that were kept long enough: until when each is kept, and asking for those whose time is over."""

import re
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, url_for
from flask_babel import gettext, ngettext
from wtforms import SelectMultipleField

from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.database.form_tables import Record
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.language.text.texts import text_in_language
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import due_text
from dosar.pages.input.forms import TranslatedForm
from dosar.pages.rights.erasure import KIND_LABELS, may_have_erased
from dosar.pages.rights.numbers import case_numbers
from dosar.records.erasure.retention import ask_for_those_over_term, cases_over_term, kept_until
from dosar.records.sheets.stored_answers import answers_of

MOST_AT_ONCE = 200
WHOLE_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(slots=True)
class OverTermLine:
    """A case whose time is over."""

    case_id: int
    code: str
    url: str
    due: str
    rule: str
    then: str


class ChosenCasesForm(TranslatedForm):
    """The cases that are ticked."""

    case = SelectMultipleField(validate_choice=False)


class RetentionPage(PageView):
    """For those who may have persons erased."""

    @page_route("/rights/over-term", requires_page("rights").with_recent_proof(), methods=("POST",))
    def ask(self) -> Any:
        context = page_context()
        if not may_have_erased(context):
            abort(403)
        chosen = {int(text) for text in ChosenCasesForm().case.data or () if WHOLE_NUMBER.fullmatch(text)}
        try:
            count = ask_for_those_over_term(context.repository, chosen, context.reading.today, context.worker.id)
        except Mistake as mistake:
            flash(mistake.message.say(gettext), "warning")
        else:
            flash(
                ngettext(
                    "Asked for %(num)s case; a second person has to confirm it now.",
                    "Asked for %(num)s cases; a second person has to confirm it now.",
                    count,
                ),
                "success" if count else "warning",
            )
        return redirect(url_for("RightsPage.overview"), 303)


def over_term_lines(context: PageContext) -> list[OverTermLine]:
    """The cases whose time is over, for who may ask to have them erased."""
    if not may_have_erased(context):
        return []
    language = context.reading.language
    found = cases_over_term(context.repository, context.reading.today)[:MOST_AT_ONCE]
    codes = case_numbers(context, [over.case_id for over in found])
    return [
        OverTermLine(
            over.case_id,
            codes.get(over.case_id, str(over.case_id)),
            url_for("CasePages.case", case_id=over.case_id),
            due_text(over.day, context.reading),
            text_in_language(over.kept.title, language),
            str(KIND_LABELS[over.kept.then]),
        )
        for over in found
    ]


def kept_until_text(context: PageContext, case: Record) -> str:
    """Until when the case is kept, and by which rule; empty while that is not known, and for who does not see it."""
    if not may_have_erased(context):
        return ""
    form = context.repository.forms[CASE_FORM]
    found = kept_until(form, case.id, answers_of(context.repository, case), context.reading.today)
    if found is None:
        return ""
    rule = text_in_language(found.kept.title, context.reading.language)
    return f"{due_text(found.day, context.reading)} · {rule}"
