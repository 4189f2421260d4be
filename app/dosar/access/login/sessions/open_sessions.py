"""A user's open sessions: listed to their owner, and ended at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest

from sqlalchemy import delete, or_, select, update

from dosar.access.login.secret_words import secret_digest
from dosar.access.login.sessions.browser_session import SessionRow
from dosar.access.login.sessions.lifetimes import is_over_in_database
from dosar.access.services import AccessServices
from dosar.access.tables import session_table
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event


@dataclass(frozen=True)
class OpenSession:
    """A session as its owner sees it in her list."""

    reference: str
    """What her page names it by; it opens nothing."""
    created: datetime
    seen: datetime
    device: str
    is_this: bool = field(default=False)


def open_sessions_of(services: AccessServices, user_id: int, current: SessionRow | None) -> list[OpenSession]:
    """The user's open sessions, the latest first."""
    rows = services.session.execute(
        select(session_table)
        .where(session_table.c.user_id == user_id, ~is_over_in_database(services.clock()))
        .order_by(session_table.c.seen.desc())
    )
    return [
        OpenSession(
            secret_digest(row.id), row.created, row.seen, row.device or "", current is not None and row.id == current.id
        )
        for row in rows
    ]


def let_connect_first(services: AccessServices, row: SessionRow) -> None:
    """Whoever gave her password gave what she was handed, too: she may connect a first telephone."""
    row.confirmed = services.clock()
    with services.store.writing() as session:
        session.execute(
            update(session_table)
            .where(session_table.c.id == row.id)
            .values(confirmed=row.confirmed, seen=row.confirmed)
        )


def end_session(services: AccessServices, user_id: int, reference: str) -> None:
    """End this session of the user, if it is still open."""
    with services.store.writing() as session:
        hers = session.scalars(select(session_table.c.id).where(session_table.c.user_id == user_id)).all()
        ended = [
            session_id for session_id in hers if compare_digest(secret_digest(session_id).encode(), reference.encode())
        ]
        session.execute(delete(session_table).where(session_table.c.id.in_(ended)))
        tell_ended(services, [user_id for _ in ended])


def end_sessions(services: AccessServices, user_id: int, but: SessionRow | None = None) -> None:
    """End the user's sessions, ``but`` one, and those that wait for her code; inside the caller's transaction."""
    hers = or_(session_table.c.user_id == user_id, session_table.c.pending_id == user_id)
    ends = delete(session_table).where(hers)
    if but is not None:
        ends = ends.where(session_table.c.id != but.id)
    tell_ended(services, services.session.scalars(ends.returning(session_table.c.user_id)).all())


def tell_ended(services: AccessServices, owners: Sequence[int | None], outcome: str = "done") -> None:
    """In the audit log: whose sessions were ended, each by an event; one that waited for a code is nobody's yet."""
    for user_id in owners:
        if user_id is not None:
            add_event(services.session, "session_ended", objects={ACCOUNT_OBJECT: [user_id]}, outcome=outcome)
