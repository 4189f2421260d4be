"""The queue of mails, in the database: it survives a restart, and each mail is one program's at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from dosar.access.tables import mail_table
from dosar.database.joint_reads import DeferredRead
from dosar.database.union_reads import UnionPart
from dosar.language.text.message import Message, message_from_json, message_to_json

WAITING, SENT, GIVEN_UP = "waiting", "sent", "given_up"
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=3)
GIVE_UP_AFTER = timedelta(hours=20)
"""The next morning's digest says it all again."""
CLAIMED_FOR = timedelta(minutes=10)
"""A program that says nothing for so long was killed while it sent: another one may try."""
CLOCKS_DIFFER = timedelta(minutes=10)
"""By less than this one program's moment is behind another's: it waited for its turn, or its clock is slow. What is
claimed for longer than that was claimed while a clock was wrong."""
KEPT_FOR = timedelta(days=30)
"""So long the page says what became of a mail."""


@dataclass(frozen=True)
class QueuedMail:
    """A digest that is to be sent, or was."""

    id: int
    user_id: int
    made: datetime
    tries: int
    next_try: datetime
    state: str
    ended: datetime | None
    trouble: Message | None
    """Why the last try did not succeed."""


def pause_after(tries: int) -> timedelta:
    """How long nothing is tried after so many tries went wrong."""
    return min(FIRST_PAUSE * (1 << min(max(tries - 1, 0), 10)), LONGEST_PAUSE)


def queue_mail(session: Any, user_id: int, moment: datetime) -> None:
    """Have a digest sent to this worker, in place of an older one that still waits, inside the caller's transaction."""
    older = mail_table.c.user_id == user_id, mail_table.c.state == WAITING
    session.execute(delete(mail_table).where(*older))
    values = {"user_id": user_id, "made": moment, "tries": 0, "next_try": moment, "state": WAITING}
    session.execute(insert(mail_table).values(values))


def claim_mail(session: Any, moment: datetime) -> QueuedMail | None:
    """One that is to be tried now, and is nobody else's meanwhile; inside the caller's transaction."""
    mail = mail_table.c
    latest = moment + CLAIMED_FOR + CLOCKS_DIFFER
    is_free = or_(mail.claimed_until.is_(None), mail.claimed_until <= moment, mail.claimed_until > latest)
    free = (mail.state == WAITING, mail.next_try <= moment, is_free)
    for number in session.scalars(select(mail.id).where(*free).order_by(mail.next_try, mail.id)).all():
        claim = update(mail_table).where(mail.id == number, *free).values(claimed_until=moment + CLAIMED_FOR)
        if session.execute(claim).rowcount:
            return _mail_of(session.execute(select(mail_table).where(mail.id == number)).one())
    return None


def note_sent(session: Any, mail_id: int, moment: datetime) -> None:
    """It left."""
    _end(session, mail_id, SENT, moment, None)


def drop_mail(session: Any, mail_id: int) -> None:
    """There is nothing to say to its reader, or she is not here any more."""
    session.execute(delete(mail_table).where(mail_table.c.id == mail_id))


def note_failed(session: Any, mail: QueuedMail, moment: datetime, trouble: Message) -> bool:
    """It is tried again after a pause, or given up: whether it was."""
    if abs(moment - mail.made) >= GIVE_UP_AFTER:
        _end(session, mail.id, GIVEN_UP, moment, trouble)
        return True
    later = {"tries": mail.tries + 1, "next_try": moment + pause_after(mail.tries + 1), "claimed_until": None}
    changed = update(mail_table).where(mail_table.c.id == mail.id)
    session.execute(changed.values(**later, trouble=message_to_json(trouble)))
    return False


def postpone_others(session: Any, moment: datetime, until: datetime) -> None:
    """The account does not work: what else waits is not tried before then."""
    mail = mail_table.c
    waiting = update(mail_table).where(mail.state == WAITING, mail.next_try <= moment, mail.claimed_until.is_(None))
    session.execute(waiting.values(next_try=until))


def try_all_now(session: Any, moment: datetime) -> None:
    """The account was set anew: whatever waits is tried at once."""
    waiting = update(mail_table).where(mail_table.c.state == WAITING)
    session.execute(waiting.values(next_try=moment, claimed_until=None))


def give_up_old(session: Any, moment: datetime) -> None:
    """What waits since long before now, also in a copy that was restored, is of no use; what ended long ago goes."""
    mail = mail_table.c
    old = mail.made < moment - GIVE_UP_AFTER - LONGEST_PAUSE
    session.execute(update(mail_table).where(mail.state == WAITING, old).values(state=GIVEN_UP, ended=moment))
    session.execute(delete(mail_table).where(mail.ended < moment - KEPT_FOR))


def recent_mails(session: Any, state: str, count: int) -> Sequence[QueuedMail]:
    """The last ones in this state, newest first."""
    rows = session.execute(select(mail_table).where(mail_table.c.state == state).order_by(mail_table.c.id.desc()))
    return [_mail_of(row) for row in rows.fetchmany(count)]


def query_not_leaving(since: datetime, tries: int) -> DeferredRead[int]:
    """How many were given up since then, or wait after so many tries: what an administrator is told of."""
    mail = mail_table.c
    stuck = and_(mail.state == WAITING, mail.tries >= tries)
    condition = or_(and_(mail.state == GIVEN_UP, mail.ended >= bindparam("given_up_since")), stuck)
    part = UnionPart(mail_table, [func.count(mail.id).label("count")], [condition])
    kind = "mails not leaving", tries
    return DeferredRead.of_part(kind, lambda: part, lambda rows: int(rows[0]["count"]), {"given_up_since": since})


def _end(session: Any, mail_id: int, state: str, moment: datetime, trouble: Message | None) -> None:
    values = {"state": state, "ended": moment, "claimed_until": None}
    values["trouble"] = None if trouble is None else message_to_json(trouble)
    session.execute(update(mail_table).where(mail_table.c.id == mail_id).values(values))


def _mail_of(row: Any) -> QueuedMail:
    values = {name: value for name, value in row._mapping.items() if name != "claimed_until"}
    trouble = values.pop("trouble")
    return QueuedMail(**values, trouble=None if trouble is None else message_from_json(trouble))
