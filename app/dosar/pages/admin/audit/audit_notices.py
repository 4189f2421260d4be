"""What the audit log asks of those who watch over it, on their first page.

It is looked for a few times an hour, and not for every page.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from flask import current_app, url_for
from flask_babel import gettext

from dosar.access.services import access_services
from dosar.database.audit.reading import is_anchor_due, last_anchor
from dosar.pages.admin.audit.audit_sentences import worker_name
from dosar.pages.blocks import HomeBlock, HomeEntry
from dosar.pages.context import PageContext
from dosar.pages.formatting import day_text
from dosar.pages.unusual_reading import unusual_days_of_late
from dosar.records.reading.unusual_reading import UnusualDay
from dosar.records.titles import user_names

LOOK_EVERY = timedelta(minutes=10)
SHOWN_FOR = timedelta(days=7)
MAX_DAYS_SHOWN = 5


@dataclass
class AuditNotices:
    """What was found when it was looked for last, in one running application."""

    days: list[UnusualDay] = field(default_factory=list)
    is_anchor_due: bool = False
    looked_at: datetime | None = None
    looking: Lock = field(default_factory=Lock)


def audit_block(context: PageContext) -> HomeBlock | None:
    """Unusual reading of the last week, and the line that is to be taken; mostly nothing."""
    if "audit" not in context.worker.pages:
        return None
    found = _notices(context)
    users = user_names(context.repository, (day.worker for day in found.days), context.reading)
    page = url_for("AuditLogPage.audit")
    entries = [
        HomeEntry(
            gettext(
                "%(who)s opened many cases of others: %(cases)s", who=worker_name(day.worker, users), cases=day.cases
            ),
            f"{page}?worker={day.worker}&kind=reading&from={day.day}&to={day.day}",
            day_text(day.day),
        )
        for day in found.days[:MAX_DAYS_SHOWN]
    ]
    if found.is_anchor_due:
        entries.append(
            HomeEntry(
                gettext("Take the line of the month"), f"{page}#anchor", gettext("so that the log can prove something")
            )
        )
    return HomeBlock(gettext("Audit log"), entries) if entries else None


def _notices(context: PageContext) -> AuditNotices:
    kept: AuditNotices = current_app.extensions.setdefault("dosar_audit_notices", AuditNotices())
    now = access_services().clock()
    with kept.looking:
        if kept.looked_at is None or not timedelta() <= now - kept.looked_at < LOOK_EVERY:
            session = context.repository.session
            kept.days = [day for day in unusual_days_of_late(context) if now.date() - day.day <= SHOWN_FOR]
            kept.is_anchor_due = is_anchor_due(session, last_anchor(session), now)
            kept.looked_at = now
    return kept


def forget_notices() -> None:
    """Look anew for the next page: a line was taken."""
    current_app.extensions.pop("dosar_audit_notices", None)
