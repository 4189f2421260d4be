"""For how long the audit log is kept, since when it goes and what was removed; a second person confirms fewer years."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext

from dosar.access.appbuilder.view import PageView
from dosar.access.audit.audit_term import (
    AskedYears,
    confirm_audit_years,
    read_audit_years,
    refuse_audit_years,
    waiting_years,
)
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.services import access_services
from dosar.database.audit.reading import first_moment, removals
from dosar.language.text.message import Mistake
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text, moment_text
from dosar.pages.input.forms import AskedYearsForm
from dosar.records.titles import user_names

WATCHES = requires_page("audit").with_recent_proof()


@dataclass(slots=True)
class TermShown:
    """What the page says of it."""

    years: int
    since: str
    removed: list[tuple[int, str]]
    """Up to which event something was removed, and when."""
    asked: AskedYears | None
    asked_by: str
    may_confirm: bool


class AuditTermPage(PageView):
    """Buttons on the page of the audit log."""

    @page_route("/audit/years/confirm", WATCHES, ("POST",))
    def confirm(self) -> Any:
        asked = AskedYearsForm()
        years = int(asked.years.data) if asked.validate() else 0
        return _decided(
            lambda: confirm_audit_years(access_services(), current_worker(), years),
            gettext("From now on the audit log is kept for %(years)s years.", years=years),
        )

    @page_route("/audit/years/refuse", WATCHES, ("POST",))
    def refuse(self) -> Any:
        told = gettext("The audit log is kept for as long as before.")
        return _decided(lambda: refuse_audit_years(access_services(), current_worker()), told)


def term_shown(context: PageContext) -> TermShown:
    """What the page of the audit log says of it."""
    session, asked = context.repository.session, waiting_years(access_services())
    first = first_moment(session)
    names = user_names(context.repository, [asked.asked_by] if asked else [], context.reading)
    return TermShown(
        read_audit_years(session),
        moment_text(first) if first else "",
        [(number, day_text(at.date())) for number, at in removals(session)],
        asked,
        names.get(asked.asked_by, "") if asked else "",
        asked is not None and asked.asked_by != context.worker.id,
    )


def _decided(act: Callable[[], None], told: str) -> Any:
    try:
        act()
    except Mistake as mistake:
        flash(mistake.message.say(gettext), "warning")
    else:
        flash(told, "success")
    return redirect(url_for("AuditLogPage.audit") + "#term", 303)
