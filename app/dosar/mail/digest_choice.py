"""Whether, how often and where to a worker has her digest sent: never, until she chooses."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from dosar.access.tables import digest_choice_table
from dosar.database.audit.chain import ACCOUNT_OBJECT
from dosar.database.audit.trail import add_event

NEVER, DAILY, WEEKLY = "never", "daily", "weekly"
RHYTHMS = (NEVER, DAILY, WEEKLY)
WEEK_DAYS = 7


@dataclass(frozen=True)
class DigestChoice:
    """What one worker chose."""

    user_id: int
    address: str = ""
    rhythm: str = NEVER
    weekday: int = 0
    """Of a weekly one: Monday is 0."""
    made_for: date | None = None
    """For which day the last one was made."""
    confirmed: datetime | None = None
    """When the code that was mailed to the address came back; until then nothing else goes there."""
    code: str | None = field(default=None, repr=False)
    """The code that is waited for."""
    code_until: datetime | None = None

    def changed(self, address: str, rhythm: str, weekday: int) -> "DigestChoice":
        """The choice with another rhythm; another address has to be confirmed anew, and gets its first digest today."""
        kept = self if address == self.address else DigestChoice(self.user_id)
        return replace(kept, address=address, rhythm=rhythm, weekday=weekday)


def due_day(choice: DigestChoice, now: datetime, hour: int) -> date | None:
    """The day for which a digest is to be made now, by the organisation's clock, if any.

    A weekly one is made up for on the days after, where Dosar did not run on its day; a daily one of yesterday is of no
    use to anybody.
    """
    today = now.date()
    if choice.rhythm == NEVER or choice.confirmed is None or now.hour < hour:
        return None
    due = today - timedelta((today.weekday() - choice.weekday) % WEEK_DAYS if choice.rhythm == WEEKLY else 0)
    last = choice.made_for
    return due if last is None or last < due or last > today else None


def read_choice(session: Any, user_id: int) -> DigestChoice:
    """What this worker chose."""
    row = session.execute(select(digest_choice_table).where(digest_choice_table.c.user_id == user_id)).one_or_none()
    return DigestChoice(user_id) if row is None else DigestChoice(**row._mapping)


def read_choices(session: Any) -> list[DigestChoice]:
    """What everybody chose who wants a digest."""
    rows = session.execute(select(digest_choice_table).order_by(digest_choice_table.c.user_id))
    return [DigestChoice(**row._mapping) for row in rows]


def save_choice(session: Any, choice: DigestChoice) -> None:
    """Keep it, inside the caller's transaction; of who wants none nothing is kept."""
    session.execute(delete(digest_choice_table).where(digest_choice_table.c.user_id == choice.user_id))
    if choice.rhythm != NEVER:
        session.execute(insert(digest_choice_table).values(vars(choice)))
    add_event(session, "digest_choice", objects={ACCOUNT_OBJECT: [choice.user_id]}, fields=[choice.rhythm])


def forget_choice(session: Any, user_id: int) -> None:
    """The account is closed: nothing is kept of it."""
    session.execute(delete(digest_choice_table).where(digest_choice_table.c.user_id == user_id))


def claim_day(session: Any, user_id: int, day: date, today: date) -> bool:
    """Take the turn to make this worker's digest of the day, inside the caller's transaction; one program has it."""
    chosen = digest_choice_table.c
    is_open = or_(chosen.made_for.is_(None), chosen.made_for < day, chosen.made_for > today)
    claim = update(digest_choice_table).where(chosen.user_id == user_id, is_open).values(made_for=day)
    return bool(session.execute(claim).rowcount)
