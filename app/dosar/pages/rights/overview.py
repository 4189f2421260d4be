"""What was asked for by the persons whose cases these are, and what was done."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for
from flask_babel import gettext

from dosar.access.accounts.deciders import advises
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import page_route, requires_page
from dosar.access.services import access_services
from dosar.language.form import CASE_FORM
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import moment_text, reason_text
from dosar.pages.rights.erasure import request_lines, tombstone_lines
from dosar.pages.rights.numbers import case_numbers
from dosar.pages.rights.open_requests import open_request_lines
from dosar.pages.rights.retention import over_term_lines
from dosar.records.reasons import may_read_reason
from dosar.records.rights.access_log import HandedCopy, latest_copies
from dosar.records.titles import user_names


@dataclass(slots=True)
class CopyLine:
    """One copy of a case that was handed over."""

    code: str
    url: str
    what: str
    reason: str


class RightsPage(PageView):
    """For coordinators, and whoever answers for the protection of data."""

    @page_route("/rights", requires_page("rights"))
    def overview(self) -> Any:
        context = page_context()
        return render_template(
            "rights/overview.html",
            title=gettext("Rights of the persons"),
            open_requests=open_request_lines(context),
            requests=request_lines(context),
            over_term=over_term_lines(context),
            tombstones=tombstone_lines(context),
            advises=advises(access_services(), context.worker),
            sees_cases=context.worker.may("see", CASE_FORM),
            copies=_copy_lines(context),
        )


def _copy_lines(context: PageContext) -> list[CopyLine]:
    if not context.worker.may("see", CASE_FORM):
        return []
    found = latest_copies(context.repository)
    codes = case_numbers(context, [copy.case_id for copy in found])
    names = user_names(context.repository, [copy.user_id for copy in found], context.reading)
    return [_copy_line(context, copy, codes.get(copy.case_id, str(copy.case_id)), names) for copy in found]


def _copy_line(context: PageContext, copy: HandedCopy, code: str, names: dict[int, str]) -> CopyLine:
    reads = may_read_reason(context.repository, CASE_FORM, copy.user_id)
    return CopyLine(
        code,
        url_for("CasePages.case", case_id=copy.case_id),
        f"{moment_text(copy.at)} · {names.get(copy.user_id or 0, gettext('Dosar'))}",
        reason_text(copy.reason if reads else None),
    )
