"""Which sheets a transaction has changed so far: what is due in their cases is reckoned anew before it is kept."""

from collections.abc import Iterable
from typing import Any, NamedTuple

CHANGED_SHEETS = "changed_sheets"
"""Where a session remembers them."""


class ChangedSheet(NamedTuple):
    """A record that came, went or was changed."""

    form: str
    case_id: int | None
    record_id: int


def note_changed_sheet(session: Any, form: str, case_id: int | None, record_id: int) -> None:
    """Remember that this record was changed, until the transaction is kept or undone."""
    session.info.setdefault(CHANGED_SHEETS, set()).add(ChangedSheet(form, case_id, record_id))


def has_changed_sheets(session: Any) -> bool:
    """Whether a record was changed."""
    return bool(session.info.get(CHANGED_SHEETS))


def take_changed_sheets(session: Any) -> Iterable[ChangedSheet]:
    """What was changed; remembered no more."""
    found: Iterable[ChangedSheet] = session.info.pop(CHANGED_SHEETS, ())
    return found
