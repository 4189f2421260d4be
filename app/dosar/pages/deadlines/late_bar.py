"""How much is overdue with each worker, as bars that stand beside their numbers."""

from dataclasses import dataclass

from flask_babel import format_decimal

from dosar.pages.context import PageContext
from dosar.pages.deadlines.asked_deadlines import NOBODY
from dosar.pages.deadlines.due_filters import DueAtHand
from dosar.pages.deadlines.due_lines import worker_text
from dosar.pages.linked_titles import RecordTitles

MOST_BARS = 5
"""How many stand there at once; the others are opened by a press."""
WHOLE = 100


@dataclass(frozen=True)
class LateBar:
    """A worker, and how much is overdue."""

    name: str
    url: str
    count: str
    length: int
    """Of a hundred, the longest being a hundred."""


def late_bars(context: PageContext, due: DueAtHand, titles: RecordTitles) -> list[LateBar]:
    """The bars of what is asked for, the longest first; none for who works on her own cases alone and reads them in the
    list, nor where one worker, or what is not overdue, is asked for."""
    late, asked = due.late_by_worker(), due.asked
    is_told = asked.worker is None and asked.state in ("", "overdue") and not asked.day
    if context.worker.scope.cases not in ("team", "all") or not is_told or not late:
        return []
    most = max(late.values())
    return [
        LateBar(
            worker_text(titles, None if worker == NOBODY else worker),
            due.asked.address(worker=worker, state="overdue", view="", day=""),
            format_decimal(count),
            max(1, WHOLE * count // most),
        )
        for worker, count in late.items()
    ]
