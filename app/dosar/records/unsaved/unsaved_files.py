"""Files that came with a sheet which is not saved: bounded for each worker, and cleared with what named them.

Each belongs to the worker who attached it, and to a record only when its sheet is saved. One that stands in no
draft goes after two days, which belong to whoever still has the sheet open; a draft keeps its files as long as it
lasts. No number that is the same by chance keeps one: it must stand in her own draft, in the box of its question.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.orm import Session, scoped_session

from dosar.database.system_tables import attachment_table, draft_table, expired_page_table, utc_now
from dosar.language.text.message import Mistake
from dosar.records.repository import Repository

KEEP_UNDRAFTED_FOR = timedelta(days=2)
MAX_UNSAVED_FILES = 100
MAX_UNSAVED_BYTES = 200 * 2**20
"""What one worker's sheets that are not saved may hold together."""

Database = Connection | Session | scoped_session[Session]
FilePlace = tuple[int, str, str, str]
"""Worker, table of rows (or nothing), question, and the number as it stands in a box."""

_IS_UNSAVED = attachment_table.c.record_id.is_(None)
_UNSAVED_FILES = select(
    attachment_table.c.id, attachment_table.c.user_id, attachment_table.c.rows_of, attachment_table.c.question
).where(_IS_UNSAVED)


def require_room(repository: Repository, user_id: int, size: int) -> None:
    """Raises :class:`Mistake` where the worker's sheets that are not saved would hold too much with this file."""
    clear_old_files(repository)
    count, held = repository.session.execute(
        select(func.count(), func.coalesce(func.sum(attachment_table.c.size), 0)).where(
            _IS_UNSAVED, _of_forms(repository), attachment_table.c.user_id == user_id
        )
    ).one()
    if count >= MAX_UNSAVED_FILES or held + size > MAX_UNSAVED_BYTES:
        raise Mistake(
            "Your sheets that are not saved yet hold %(files)s files or %(size)s MB already. Save or discard them, "
            "then attach this file.",
            files=MAX_UNSAVED_FILES,
            size=MAX_UNSAVED_BYTES // 2**20,
        )


def _of_forms(repository: Repository) -> ColumnElement[bool]:
    """With it, an index finds the files that have no record."""
    return attachment_table.c.form.in_(sorted(repository.forms))


def clear_old_files(repository: Repository) -> None:
    """The same as at a start, while Dosar runs: once for each sheet begun and each file attached."""
    clear_unsaved_files(repository.session, _of_forms(repository))


def clear_unsaved_files(database: Database, *conditions: ColumnElement[bool]) -> int:
    """Remove the files that for two days have belonged to no record and stood in no draft; says how many."""
    return _remove_undrafted(database, attachment_table.c.at < utc_now() - KEEP_UNDRAFTED_FOR, *conditions)


def clear_files_of_draft(session: scoped_session[Session], user_id: int, boxes: Iterable[tuple[str, str]]) -> None:
    """Remove the files that stood in a draft which its worker discarded, and stand in no other."""
    places = {(user_id, *_place_of_box(box), text) for box, text in boxes}
    if places:
        _remove_undrafted(session, attachment_table.c.user_id == user_id, among=places)


def hand_over_unsaved_files(session: scoped_session[Session], from_id: int, to_id: int) -> None:
    """The files go along that stand in a draft which is the other worker's now."""
    drafted = _files_in_drafts(session)
    moved = [
        file.id
        for file in session.execute(_UNSAVED_FILES.where(attachment_table.c.user_id == from_id))
        if (to_id, file.rows_of, file.question, str(file.id)) in drafted
    ]
    session.execute(update(attachment_table).where(attachment_table.c.id.in_(moved)).values(user_id=to_id))


def _remove_undrafted(database: Database, *conditions: ColumnElement[bool], among: set[FilePlace] | None = None) -> int:
    found = {
        (file.user_id, file.rows_of, file.question, str(file.id)): file.id
        for file in database.execute(_UNSAVED_FILES.where(*conditions))
    }
    drafted = _files_in_drafts(database) if found else set()
    gone = [number for place, number in found.items() if place not in drafted and (among is None or place in among)]
    if gone:
        database.execute(delete(attachment_table).where(attachment_table.c.id.in_(gone)))
    return len(gone)


def _files_in_drafts(database: Database) -> set[FilePlace]:
    """Every box of every draft, and of every page that waits, as the place of a file."""
    kept: Iterable[Any] = (
        row
        for table in (draft_table, expired_page_table)
        for row in database.execute(select(table.c.user_id, table.c.boxes))
    )
    return {(row.user_id, *_place_of_box(box), text) for row in kept for box, text in row.boxes}


def _place_of_box(box: str) -> tuple[str, str]:
    """``documents.3.scan`` is the question ``scan`` in a row of ``documents``."""
    table, _, cell = box.partition(".")
    return (table, cell.partition(".")[2]) if cell else ("", table)
