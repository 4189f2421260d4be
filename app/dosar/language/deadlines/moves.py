"""Whether a day may be put off or waived. Pure: what is said of it stands where it is told."""

from collections.abc import Iterator
from datetime import date
from enum import Enum

from dosar.language.durations import Duration

LONGEST_MOVE = Duration(months=24)
"""For how long something is put off; what may wait longer is waived this time."""


class MoveRefusal(Enum):
    """Why a day is not put off."""

    NO_REASON = "no_reason"
    PAST = "past"
    SAME = "same"
    FAR = "far"
    WAITS = "waits"

    @property
    def is_about_day(self) -> bool:
        """Whether another day would do."""
        return self is not MoveRefusal.NO_REASON


def move_refusals(day: date | None, reason: str, due: date, limit: date, today: date) -> Iterator[MoveRefusal]:
    """What speaks against putting off to ``day`` what is ``due``, or against waiving it where there is none.

    ``limit`` is the day by the rule. Nothing is put off to a day that is over, to the same one, or for years.
    """
    if not reason.strip():
        yield MoveRefusal.NO_REASON
    if day is None:
        return
    if day < today:
        yield MoveRefusal.PAST
    elif day == due:
        yield MoveRefusal.SAME
    elif day > LONGEST_MOVE.after(max(limit, today)):
        yield MoveRefusal.FAR
