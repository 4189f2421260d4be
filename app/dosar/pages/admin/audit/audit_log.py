"""The audit log on a page of its own: who opened, changed, was refused or took along what.

For those who watch over it. It tells workers, forms and numbers of cases; never the name of somebody a case is about,
an answer or a typed word.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from dosar.access.accounts.users import all_users
from dosar.access.appbuilder.view import PageView
from dosar.access.authorization import current_worker, page_route, requires_page
from dosar.access.organisation.time_zones import local_midnight
from dosar.access.services import access_services
from dosar.database.audit.reading import (
    ANCHORED_ACTION,
    AuditFilter,
    CaseReader,
    audit_lines,
    case_readers,
    is_anchor_due,
    last_anchor,
)
from dosar.database.audit.trail import add_event, note_event
from dosar.language.form import CASE_FORM
from dosar.pages.admin.audit.audit_notices import forget_notices
from dosar.pages.admin.audit.audit_sentences import KINDS, AuditSentence, audit_sentence, users_named_in, worker_name
from dosar.pages.admin.audit.audit_term import term_shown
from dosar.pages.context import PageContext, page_context
from dosar.pages.formatting import day_text, moment_text
from dosar.pages.input.asked_days import AskedDay, asked_day
from dosar.pages.pagination import paginate_lines
from dosar.pages.unusual_reading import unusual_days_of_late
from dosar.pages.urls import parse_record_number
from dosar.records.reading.case_numbers import case_with_number, numbers_of_cases
from dosar.records.titles import user_names

MAX_NUMBER_LENGTH = 60
NO_CASE = 0
"""What no case has as its id: a number was typed that none has."""


@dataclass(frozen=True)
class AskedFor:
    """What the reader chose, as her boxes have it."""

    worker: int
    case: str
    kind: str
    since: AskedDay
    until: AskedDay

    @property
    def arguments(self) -> dict[str, Any]:
        """The same in an address; what is not chosen is left out."""
        given = {
            "worker": self.worker,
            "case": self.case,
            "kind": self.kind,
            "from": self.since.day and self.since.day.isoformat(),
            "to": self.until.day and self.until.day.isoformat(),
        }
        return {name: value for name, value in given.items() if value}


class AuditLogPage(PageView):
    """The events, the newest first, and what to do so that the log proves something."""

    @page_route("/audit", requires_page("audit"))
    def audit(self) -> str:
        context, asked = page_context(), _asked_for()
        case_id = _case_asked_for(context, asked)
        note_event("audit_read", case_id or None, tells_answer=True)
        session = context.repository.session
        lines, pager = paginate_lines(
            partial(audit_lines, session, _wanted(asked, case_id)), "AuditLogPage.audit", **asked.arguments
        )
        readers = case_readers(session, case_id) if case_id else []
        is_first = not asked.arguments and not pager["newer"]
        unusual = unusual_days_of_late(context) if is_first else []
        named = {*users_named_in(lines), *(reader.actor for reader in readers), *(day.worker for day in unusual)}
        users = user_names(context.repository, named, context.reading)
        return render_template(
            "admin/audit.html",
            asked=asked,
            kinds=[(key, str(label)) for key, (label, _) in KINDS.items()],
            workers=_workers(),
            is_unknown=case_id == NO_CASE,
            lines=_sentences(context, lines, users),
            readers=[
                (worker_name(reader.actor, users), _readings(reader), moment_text(reader.last)) for reader in readers
            ],
            unusual=[
                (worker_name(day.worker, users), day_text(day.day), day.cases, day.outside_hours) for day in unusual
            ],
            anchor=_anchor_shown(context) if is_first else None,
            term=term_shown(context) if is_first else None,
            **pager,
        )

    @page_route("/audit/anchor", requires_page("audit"), ("POST",))
    def anchor(self) -> Response:
        """Take the line that stands for the end of the log; the page shows it."""
        with access_services().store.writing() as session:
            add_event(session, ANCHORED_ACTION)
        forget_notices()
        flash(gettext("Print the line below or copy it onto paper, with the date."), "success")
        return redirect(url_for("AuditLogPage.audit") + "#anchor", 303)


def _asked_for() -> AskedFor:
    kind = request.args.get("kind", "")
    return AskedFor(
        request.args.get("worker", 0, type=parse_record_number),
        request.args.get("case", "").strip()[:MAX_NUMBER_LENGTH],
        kind if kind in KINDS else "",
        asked_day("from", past=True),
        asked_day("to", past=True),
    )


def _case_asked_for(context: PageContext, asked: AskedFor) -> int | None:
    return (case_with_number(context.repository, asked.case) or NO_CASE) if asked.case else None


def _wanted(asked: AskedFor, case_id: int | None) -> AuditFilter:
    zone, since, until = access_services().organisation().zone, asked.since.day, asked.until.day
    _, actions = KINDS.get(asked.kind, ("", ()))
    return AuditFilter(
        asked.worker or None,
        case_id,
        actions,
        local_midnight(since, zone) if since else None,
        local_midnight(until + timedelta(days=1), zone) if until and until < date.max else None,
    )


def _sentences(context: PageContext, lines: Sequence[Any], users: Mapping[int, str]) -> list[AuditSentence]:
    """Every event in words: one statement for the numbers of the cases."""
    codes = numbers_of_cases(context.repository, (line.case_id for line in lines if line.case_id is not None))
    reachable = current_worker().may("see", CASE_FORM)
    return [audit_sentence(line, users, codes, reachable) for line in lines]


def _workers() -> list[tuple[int, str]]:
    return [
        (user.id, f"{user.first_name} {user.last_name} ({user.username})")
        for user in all_users(access_services().session)
    ]


def _readings(reader: CaseReader) -> str:
    """How often she opened it, and how often she read of it in a list."""
    told = (
        gettext("opened %(times)s", times=_times(reader.opened)) if reader.opened else "",
        gettext("in lists %(times)s", times=_times(reader.listed)) if reader.listed else "",
    )
    return ", ".join(filter(None, told))


def _times(count: int) -> str:
    return ngettext("%(num)s time", "%(num)s times", count)


def _anchor_shown(context: PageContext) -> dict[str, Any]:
    session = context.repository.session
    last = last_anchor(session)
    return {
        "line": last.line if last else "",
        "taken": moment_text(last.at) if last else "",
        "is_due": is_anchor_due(session, last, access_services().clock()),
    }
