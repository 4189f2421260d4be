"""Drafts: what a worker typed and has not saved, kept for her alone and for a fortnight.

A draft is the sheet's page as posted, not answers: half a date is kept as half a date. It counts
nowhere, and goes when the sheet is saved.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, delete, func, insert, select, update

from app.records.cabinet import Cabinet
from app.records.system import draft, now

_FOUND = select(draft).where(draft.c.user_id == bindparam("of_user"), draft.c.digest == bindparam("of_place"))

LASTS = timedelta(days=14)
MOST = 60
"""More open drafts than anybody has; the oldest go."""

Boxes = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Draft:
    """One sheet begun: ``place`` is the address of its page."""

    place: str
    form: str
    boxes: Boxes
    saved_at: datetime


def keep(cabinet: Cabinet, user_id: int, place: str, form: str, boxes: Iterable[tuple[str, str]]) -> datetime:
    """Keep what stands on the page now; returns the moment."""
    moment = now()
    of_place = (draft.c.user_id == user_id, draft.c.digest == _digest(place))
    contents = [list(box) for box in boxes]
    with cabinet.writing():
        session = cabinet.session
        kept = session.scalar(
            update(draft).where(*of_place).values(boxes=contents, saved_at=moment).returning(draft.c.id)
        )
        if kept is None:
            session.execute(insert(draft).values(
                user_id=user_id, digest=_digest(place), place=place, form=form, boxes=contents, saved_at=moment
            ))
            _forget_old(cabinet, user_id, moment)
    return moment


def _forget_old(cabinet: Cabinet, user_id: int, moment: datetime) -> None:
    session = cabinet.session
    session.execute(delete(draft).where(draft.c.saved_at < moment - LASTS))
    count = session.scalar(select(func.count()).select_from(draft).where(draft.c.user_id == user_id))
    if count is not None and count > MOST:
        oldest = select(func.min(draft.c.id)).where(draft.c.user_id == user_id).scalar_subquery()
        session.execute(delete(draft).where(draft.c.id == oldest))


def find(cabinet: Cabinet, user_id: int, place: str) -> Draft | None:
    """The draft of this page, if this worker has one."""
    row = cabinet.session.execute(_FOUND, {"of_user": user_id, "of_place": _digest(place)}).one_or_none()
    if row is None or row.saved_at < now() - LASTS:
        return None
    return Draft(row.place, row.form, [(name, text) for name, text in row.boxes], row.saved_at)


def discard(cabinet: Cabinet, user_id: int, place: str) -> None:
    """Forget the draft of this page; where there is none, nobody waits for a turn to write."""
    found = cabinet.session.execute(_FOUND, {"of_user": user_id, "of_place": _digest(place)}).one_or_none()
    if found is not None:
        with cabinet.writing():
            cabinet.session.execute(delete(draft).where(draft.c.id == found.id))


def move_to_case(cabinet: Cabinet, case_id: int, into_id: int) -> None:
    """New sheets begun for a case go on for another, because the two were merged; one begun there before stays."""
    named = re.compile(rf"([?&]case=){case_id}(?=&|$)")
    with cabinet.writing():
        session = cabinet.session
        begun = select(draft.c.id, draft.c.user_id, draft.c.place).where(draft.c.place.contains(f"case={case_id}"))
        for row in session.execute(begun).all():
            place = named.sub(rf"\g<1>{into_id}", row.place)
            if place != row.place and find(cabinet, row.user_id, place) is None:
                session.execute(update(draft).where(draft.c.id == row.id).values(place=place, digest=_digest(place)))


def of_worker(cabinet: Cabinet, user_id: int) -> list[Draft]:
    """The worker's drafts, the latest first, without what stands in them."""
    rows = cabinet.session.execute(
        select(draft.c.place, draft.c.form, draft.c.saved_at)
        .where(draft.c.user_id == user_id, draft.c.saved_at >= now() - LASTS).order_by(draft.c.saved_at.desc())
    )
    return [Draft(row.place, row.form, (), row.saved_at) for row in rows]


def _digest(place: str) -> str:
    return sha256(place.encode()).hexdigest()


def hand_over(cabinet: Cabinet, from_id: int, to_id: int, forms: Iterable[str]) -> None:
    """Let another worker go on with the sheets begun of these forms; where she began the same sheet, both stay."""
    hers = select(draft.c.digest).where(draft.c.user_id == to_id)
    with cabinet.writing():
        cabinet.session.execute(
            update(draft).values(user_id=to_id)
            .where(draft.c.user_id == from_id, draft.c.form.in_(sorted(forms)), draft.c.digest.not_in(hers))
        )
