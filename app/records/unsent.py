"""What a worker typed on a page that is no sheet, and could not send: kept for her alone and for a fortnight.

A sheet has its drafts; the reason of a reversal, a note or a name waits here under the address it is sent to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select

from app.records.cabinet import Cabinet
from app.records.drafts import LASTS, Boxes, forget_old
from app.records.system import now, unsent

MOST = 20
"""More pages than anybody leaves unsent; the oldest go."""


@dataclass(frozen=True)
class Unsent:
    """The boxes of one page."""

    id: int
    endpoint: str
    """The route it is sent to."""
    address: str
    boxes: Boxes
    saved_at: datetime


def keep(cabinet: Cabinet, user_id: int, endpoint: str, address: str, boxes: Iterable[tuple[str, str]]) -> None:
    """Keep what stands on the page, in place of what was kept of it before."""
    moment = now()
    with cabinet.writing():
        cabinet.session.execute(delete(unsent).where(unsent.c.user_id == user_id, unsent.c.address == address))
        cabinet.session.execute(insert(unsent).values(
            user_id=user_id, endpoint=endpoint, address=address, boxes=[list(box) for box in boxes], saved_at=moment,
        ))
        forget_old(cabinet, unsent, user_id, MOST, moment)


def of_worker(cabinet: Cabinet, user_id: int) -> list[Unsent]:
    """What waits for this worker, the latest first."""
    rows = cabinet.session.execute(select(unsent).where(*_hers(user_id)).order_by(unsent.c.saved_at.desc()))
    return [
        Unsent(row.id, row.endpoint, row.address, [(name, text) for name, text in row.boxes], row.saved_at)
        for row in rows
    ]


def is_any_of(cabinet: Cabinet, user_id: int) -> bool:
    """Whether anything waits for this worker."""
    return bool(cabinet.session.scalar(select(exists().where(*_hers(user_id)))))


def discard(cabinet: Cabinet, user_id: int, unsent_id: int) -> None:
    """Forget one page of hers; anybody else's stays."""
    _discard(cabinet, unsent.c.user_id == user_id, unsent.c.id == unsent_id)


def discard_sent(cabinet: Cabinet, user_id: int, address: str) -> None:
    """What waited at the address has been sent."""
    _discard(cabinet, unsent.c.user_id == user_id, unsent.c.address == address)


def _discard(cabinet: Cabinet, *which: Any) -> None:
    """Where there is none, nobody waits for a turn to write."""
    if cabinet.session.scalar(select(exists().where(*which))):
        with cabinet.writing():
            cabinet.session.execute(delete(unsent).where(*which))


def _hers(user_id: int) -> list[Any]:
    return [unsent.c.user_id == user_id, unsent.c.saved_at >= now() - LASTS]
