"""Drafts: what a worker typed and has not saved, kept for her alone and for a fortnight.

A draft is the sheet's page as posted, not answers: half a date is kept as half a date. It counts
nowhere, and goes when the sheet is saved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, exists, func, insert, select, update

from dosar.database.audit.trail import note_event
from dosar.database.form_tables import Record
from dosar.database.joint_reads import DeferredRead, Rows
from dosar.database.system_tables import draft_table, utc_now
from dosar.database.union_reads import UnionPart
from dosar.records.audit_log import case_of_record
from dosar.records.repository import Repository
from dosar.records.unsaved.unsaved_files import clear_files_of_draft, clear_old_files, hand_over_unsaved_files

DRAFT_LIFETIME = timedelta(days=14)
MAX_DRAFTS = 60
"""More open drafts than anybody has; the oldest go."""

TypedBoxes = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class DraftPlace:
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

    place: DraftPlace
    face: str
    boxes: TypedBoxes
    saved_at: datetime

    @property
    def form(self) -> str:
        """The key of the form that is being filled in."""
        return self.place.form


_PLACE_COLUMNS = (draft_table.c.form, draft_table.c.case_id, draft_table.c.record_id, draft_table.c.step)
_DRAFT_AT_PLACE = select(draft_table).where(
    draft_table.c.user_id == bindparam("user_id"), *(column == bindparam(column.name) for column in _PLACE_COLUMNS)
)


def keep_draft(
    repository: Repository, user_id: int, place: DraftPlace, boxes: Iterable[tuple[str, str]], face: str = ""
) -> datetime:
    """Keep what stands on the page now; returns the moment."""
    moment = utc_now()
    values = {"boxes": [list(box) for box in boxes], "face": face, "saved_at": moment}
    with repository.writing():
        begun = repository.session.scalar(
            update(draft_table).where(*_conditions_at(user_id, place)).values(values).returning(draft_table.c.id)
        )
        if begun is None:
            repository.session.execute(insert(draft_table).values(user_id=user_id, **asdict(place), **values))
            forget_old_pages(repository, draft_table, user_id, MAX_DRAFTS, moment)
            clear_old_files(repository)
    return moment


def _conditions_at(user_id: int, place: DraftPlace) -> list[Any]:
    place_values = asdict(place)
    return [draft_table.c.user_id == user_id, *(column == place_values[column.name] for column in _PLACE_COLUMNS)]


def forget_old_pages(
    repository: Repository, table: Table, user_id: int, most: int, moment: datetime, *among: ColumnElement[bool]
) -> None:
    """Of a table in which workers' typed pages wait: what is too old goes, and the oldest of hers beyond so many."""
    hers = (table.c.user_id == user_id, *among)
    session = repository.session
    session.execute(delete(table).where(table.c.saved_at < moment - DRAFT_LIFETIME))
    count = session.scalar(select(func.count()).select_from(table).where(*hers))
    if count is not None and count > most:
        oldest = select(func.min(table.c.id)).where(*hers).scalar_subquery()
        session.execute(delete(table).where(table.c.id == oldest))


def find_draft(repository: Repository, user_id: int, place: DraftPlace, record: Record | None = None) -> Draft | None:
    """The draft of this page, if this worker has one; the audit log tells that she goes on with it.

    ``record`` is the one that is corrected on the page: the draft is about its case.
    """
    found = look_at_draft(repository, user_id, place)
    if found is not None:
        case_id = place.case_id or (case_of_record(record) if record is not None else None)
        note_event("draft_opened", case_id, {place.form: [place.record_id] if place.record_id else []})
    return found


def has_draft(repository: Repository, user_id: int, place: DraftPlace) -> bool:
    """Whether this worker left something on this page; nothing of it is read."""
    return look_at_draft(repository, user_id, place) is not None


def look_at_draft(repository: Repository, user_id: int, place: DraftPlace) -> Draft | None:
    """The draft of this page, for what shows nobody what stands in it."""
    row = repository.session.execute(_DRAFT_AT_PLACE, {"user_id": user_id, **asdict(place)}).one_or_none()
    if row is None or row.saved_at < utc_now() - DRAFT_LIFETIME:
        return None
    return Draft(place, row.face, [(name, text) for name, text in row.boxes], row.saved_at)


def discard_draft(repository: Repository, user_id: int, place: DraftPlace) -> None:
    """Forget the draft of this page; where there is none, nobody waits for a turn to write."""
    found = repository.session.execute(_DRAFT_AT_PLACE, {"user_id": user_id, **asdict(place)}).one_or_none()
    if found is not None:
        with repository.writing():
            repository.session.execute(delete(draft_table).where(draft_table.c.id == found.id))


def throw_draft_away(repository: Repository, user_id: int, place: DraftPlace) -> None:
    """The worker wants nothing of it kept: its files go too, unless they stand in another draft of hers."""
    draft = look_at_draft(repository, user_id, place)
    with repository.writing():
        discard_draft(repository, user_id, place)
        clear_files_of_draft(repository.session, user_id, draft.boxes if draft else ())


def move_drafts_to_case(repository: Repository, case_id: int, into_id: int) -> None:
    """New sheets begun for a case go on for another, because the two were merged; one begun there before stays."""
    with repository.writing():
        session = repository.session
        for row in session.execute(select(draft_table).where(draft_table.c.case_id == case_id)).all():
            place = DraftPlace(row.form, case_id, row.record_id, row.step)
            if look_at_draft(repository, row.user_id, replace(place, case_id=into_id)) is None:
                session.execute(update(draft_table).where(draft_table.c.id == row.id).values(case_id=into_id))


def drafts_of_worker(repository: Repository, user_id: int) -> list[Draft]:
    """The worker's drafts, the latest first, without what stands in them."""
    return query_drafts(user_id).read(repository.session)


def query_drafts(user_id: int) -> DeferredRead[list[Draft]]:
    """The same, to be asked for together with others."""
    draft = draft_table.c
    conditions = [draft.user_id == bindparam("drafts_of"), draft.saved_at >= bindparam("drafts_since")]
    part = UnionPart(draft_table, [*_PLACE_COLUMNS, draft.face, draft.saved_at], conditions)
    values = {"drafts_of": user_id, "drafts_since": utc_now() - DRAFT_LIFETIME}
    return DeferredRead.of_part("drafts", lambda: part, _drafts_of_rows, values)


def _drafts_of_rows(rows: Rows) -> list[Draft]:
    found = [
        Draft(DraftPlace(row["form"], row["case_id"], row["record_id"], row["step"]), row["face"], (), row["saved_at"])
        for row in rows
    ]
    return sorted(found, key=lambda draft: draft.saved_at, reverse=True)


def hand_over_drafts(repository: Repository, from_id: int, to_id: int, forms: Iterable[str]) -> None:
    """Let another worker go on with the sheets begun of these forms; where she began the same sheet, both stay."""
    hers = draft_table.alias("hers")
    has_one = (
        exists()
        .where(hers.c.user_id == to_id, *(hers.c[column.name] == column for column in _PLACE_COLUMNS))
        .correlate(draft_table)
    )
    with repository.writing():
        repository.session.execute(
            update(draft_table)
            .values(user_id=to_id)
            .where(draft_table.c.user_id == from_id, draft_table.c.form.in_(sorted(forms)), ~has_one)
        )
        hand_over_unsaved_files(repository.session, from_id, to_id)
