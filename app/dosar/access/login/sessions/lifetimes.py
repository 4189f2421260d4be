"""How long a session lasts: idle, open at all, and while it waits for a code."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_

from dosar.access.login.sessions.browser_session import SessionRow
from dosar.access.tables import session_table
from dosar.database.system_tables import CLOCK_MAY_GO_BACK

MAX_IDLE_TIME = timedelta(minutes=15)
MAX_SESSION_TIME = timedelta(hours=10)
MAX_PENDING_TIME = timedelta(minutes=5)
"""How long a password waits for its code."""
MAX_CONNECTING_TIME = timedelta(minutes=30)
"""How long somebody has who may connect her first telephone: she may have to look for an app."""


def is_session_over(row: SessionRow, moment: datetime) -> bool:
    """Idle for too long, open for too long, or for too long without a code."""
    if row.pending_id is not None and moment - row.created >= _longest_pending(row):
        return True
    if max(row.seen, row.created) - moment > CLOCK_MAY_GO_BACK:
        return True
    return moment - row.seen >= MAX_IDLE_TIME or moment - row.created >= MAX_SESSION_TIME


def _longest_pending(row: SessionRow) -> timedelta:
    return MAX_PENDING_TIME if row.confirmed is None else MAX_CONNECTING_TIME


def is_over_in_database(moment: datetime) -> Any:
    """The same as a condition of SQL, but for sessions that wait for a code: they are over sooner."""
    seen, created = session_table.c.seen, session_table.c.created
    return or_(seen <= moment - MAX_IDLE_TIME, created <= moment - MAX_SESSION_TIME, seen > moment + CLOCK_MAY_GO_BACK)
