"""Which sheets and accounts a transaction has changed so far: what is due in their cases, or from them, is reckoned
anew before it is kept.
"""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

from dosar.database.form_tables import Record

CHANGED_SHEETS = "changed_sheets"
CHANGED_ACCOUNTS = "changed_accounts"
"""Where a session remembers them."""


class ChangedSheet(NamedTuple):
    """A record that came, went or was changed: its form, and its case if it has one."""

    form: str
    case_id: int | None


def watch_changed_sheets(session: Any) -> None:
    """Let this session (factory) remember which records it writes."""

    @event.listens_for(session, "after_flush")
    def note(flushed: Session, context: UOWTransaction) -> None:
        for entry in (*flushed.new, *flushed.dirty, *flushed.deleted):
            if isinstance(entry, Record):
                case_id = getattr(entry, entry.case_column) if entry.case_column else None
                note_changed_sheet(flushed, entry.form_key, case_id)

    @event.listens_for(session, "after_rollback")
    def forget(undone: Session) -> None:
        for kind in (CHANGED_SHEETS, CHANGED_ACCOUNTS):
            undone.info.pop(kind, None)


def note_changed_sheet(session: Any, form: str, case_id: int | None) -> None:
    """Remember that a record was changed, until the transaction is kept or undone."""
    session.info.setdefault(CHANGED_SHEETS, set()).add(ChangedSheet(form, case_id))


def note_changed_accounts(session: Any, users: Iterable[int]) -> None:
    """Remember that other cases may be open to these users than before, until the transaction is kept or undone."""
    session.info.setdefault(CHANGED_ACCOUNTS, set()).update(users)


def has_changed_sheets(session: Any) -> bool:
    """Whether a record was changed, or what is open to a user."""
    return bool(session.info.get(CHANGED_SHEETS) or session.info.get(CHANGED_ACCOUNTS))


def take_changed_sheets(session: Any) -> Iterable[ChangedSheet]:
    """What was changed; remembered no more."""
    found: Iterable[ChangedSheet] = session.info.pop(CHANGED_SHEETS, ())
    return found


def take_changed_accounts(session: Any) -> Collection[int]:
    """The users to whom other cases may be open; remembered no more."""
    found: Collection[int] = session.info.pop(CHANGED_ACCOUNTS, ())
    return found
