"""Drafts: what a worker typed and has not saved, kept for her alone and for a fortnight.

A draft is the sheet's page as posted, not answers: half a date is kept as half a date. It counts
nowhere, and goes when the sheet is saved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, exists, func, insert, select, update

from app.records.cabinet import Cabinet
from app.records.system import draft, now

LASTS = timedelta(days=14)
MOST = 60
"""More open drafts than anybody has; the oldest go."""

Boxes = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Place:
    """The page that a draft belongs to, whichever face it shows. 0 stands for none."""

    form: str
    case_id: int = 0
    """The case that a new sheet is begun for."""
    record_id: int = 0
    """The record that is corrected."""
    step: int = 0
    """The section of a record that is corrected section by section."""


@dataclass(frozen=True)
class Draft:
    """One sheet begun, and on which face."""

    place: Place
    face: str
    boxes: Boxes
    saved_at: datetime

    @property
    def form(self) -> str:
        return self.place.form


_HERE = (draft.c.form, draft.c.case_id, draft.c.record_id, draft.c.step)
_FOUND = select(draft).where(
    draft.c.user_id == bindparam("user_id"), *(column == bindparam(column.name) for column in _HERE)
)


def keep(cabinet: Cabinet, user_id: int, place: Place, boxes: Iterable[tuple[str, str]], face: str = "") -> datetime:
    """Keep what stands on the page now; returns the moment."""
    moment = now()
    kept = {"boxes": [list(box) for box in boxes], "face": face, "saved_at": moment}
    with cabinet.writing():
        begun = cabinet.session.scalar(update(draft).where(*_at(user_id, place)).values(kept).returning(draft.c.id))
        if begun is None:
            cabinet.session.execute(insert(draft).values(user_id=user_id, **asdict(place), **kept))
            forget_old(cabinet, draft, user_id, MOST, moment)
    return moment


def _at(user_id: int, place: Place) -> list[Any]:
    wanted = asdict(place)
    return [draft.c.user_id == user_id, *(column == wanted[column.name] for column in _HERE)]


def forget_old(cabinet: Cabinet, kept: Table, user_id: int, most: int, moment: datetime) -> None:
    """Of a table in which workers' typed pages wait: what is too old goes, and the oldest of hers beyond so many."""
    session = cabinet.session
    session.execute(delete(kept).where(kept.c.saved_at < moment - LASTS))
    count = session.scalar(select(func.count()).select_from(kept).where(kept.c.user_id == user_id))
    if count is not None and count > most:
        oldest = select(func.min(kept.c.id)).where(kept.c.user_id == user_id).scalar_subquery()
        session.execute(delete(kept).where(kept.c.id == oldest))


def find(cabinet: Cabinet, user_id: int, place: Place) -> Draft | None:
    """The draft of this page, if this worker has one."""
    row = cabinet.session.execute(_FOUND, {"user_id": user_id, **asdict(place)}).one_or_none()
    if row is None or row.saved_at < now() - LASTS:
        return None
    return Draft(place, row.face, [(name, text) for name, text in row.boxes], row.saved_at)


def discard(cabinet: Cabinet, user_id: int, place: Place) -> None:
    """Forget the draft of this page; where there is none, nobody waits for a turn to write."""
    found = cabinet.session.execute(_FOUND, {"user_id": user_id, **asdict(place)}).one_or_none()
    if found is not None:
        with cabinet.writing():
            cabinet.session.execute(delete(draft).where(draft.c.id == found.id))


def move_to_case(cabinet: Cabinet, case_id: int, into_id: int) -> None:
    """New sheets begun for a case go on for another, because the two were merged; one begun there before stays."""
    with cabinet.writing():
        session = cabinet.session
        for row in session.execute(select(draft).where(draft.c.case_id == case_id)).all():
            place = Place(row.form, case_id, row.record_id, row.step)
            if find(cabinet, row.user_id, replace(place, case_id=into_id)) is None:
                session.execute(update(draft).where(draft.c.id == row.id).values(case_id=into_id))


def of_worker(cabinet: Cabinet, user_id: int) -> list[Draft]:
    """The worker's drafts, the latest first, without what stands in them."""
    rows = cabinet.session.execute(
        select(*_HERE, draft.c.face, draft.c.saved_at)
        .where(draft.c.user_id == user_id, draft.c.saved_at >= now() - LASTS).order_by(draft.c.saved_at.desc())
    )
    return [
        Draft(Place(row.form, row.case_id, row.record_id, row.step), row.face, (), row.saved_at) for row in rows
    ]


def hand_over(cabinet: Cabinet, from_id: int, to_id: int, forms: Iterable[str]) -> None:
    """Let another worker go on with the sheets begun of these forms; where she began the same sheet, both stay."""
    hers = draft.alias("hers")
    has_one = exists().where(hers.c.user_id == to_id, *(hers.c[one.name] == one for one in _HERE)).correlate(draft)
    with cabinet.writing():
        cabinet.session.execute(
            update(draft).values(user_id=to_id)
            .where(draft.c.user_id == from_id, draft.c.form.in_(sorted(forms)), ~has_one)
        )
