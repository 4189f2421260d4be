"""The secret address of a worker's calendar: shown once, kept as a digest, ended by her, an administrator or the end of
her account."""

from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import delete, insert, select, update

from dosar.access.login.secret_words import secret_digest
from dosar.access.tables import calendar_feed_table
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event

WORD_BYTES = 32


@dataclass(frozen=True)
class CalendarFeed:
    """That there is an address, not which."""

    user_id: int
    made: datetime
    read: datetime | None
    """When a program last fetched it, to the day."""


def make_feed(session: Any, user_id: int, moment: datetime) -> str:
    """The word of a new address, in place of the one before, inside the caller's transaction."""
    word = token_urlsafe(WORD_BYTES)
    session.execute(delete(calendar_feed_table).where(calendar_feed_table.c.user_id == user_id))
    session.execute(insert(calendar_feed_table).values(id=secret_digest(word), user_id=user_id, made=moment))
    add_event(session, "feed_made", objects={ACCOUNT_OBJECT: [user_id]})
    return word


def end_feed(session: Any, user_id: int) -> bool:
    """The address opens nothing any more, inside the caller's transaction. Whether there was one."""
    ended = delete(calendar_feed_table).where(calendar_feed_table.c.user_id == user_id)
    if not session.execute(ended).rowcount:
        return False
    add_event(session, "feed_ended", objects={ACCOUNT_OBJECT: [user_id]})
    return True


def feed_of(session: Any, user_id: int) -> CalendarFeed | None:
    """Her address, if she has one."""
    return _found(session, calendar_feed_table.c.user_id == user_id)


def feed_at(session: Any, word: str) -> CalendarFeed | None:
    """Whose address this is, if it is any."""
    return _found(session, calendar_feed_table.c.id == secret_digest(word))


def note_read(session: Any, feed: CalendarFeed, moment: datetime) -> None:
    """A program fetched it, for the first time on this day, inside the caller's transaction."""
    changed = update(calendar_feed_table).where(calendar_feed_table.c.user_id == feed.user_id).values(read=moment)
    session.execute(changed)
    add_event(session, "feed_read", actor=feed.user_id, objects={ACCOUNT_OBJECT: [feed.user_id]})


def _found(session: Any, condition: Any) -> CalendarFeed | None:
    kept = calendar_feed_table.c
    row = session.execute(select(kept.user_id, kept.made, kept.read).where(condition)).one_or_none()
    return None if row is None else CalendarFeed(*row)
