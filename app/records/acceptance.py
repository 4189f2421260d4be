"""Acceptance: what a volunteer files waits for another worker, and counts from the moment she accepts it.

Until then it may be returned, with a note that says what to mend. Deadlines, totals and figures are made of what
:func:`accepted` lets through; what waits is shown beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select, union_all

from app.language.form import Form
from app.language.message import Mistake
from app.records import history
from app.records.cabinet import Cabinet
from app.records.history import RETURNED
from app.records.scope import OutOfReach, acceptance_needs, current_scope
from app.records.sheets import Clerk, accept_record
from app.records.system import history as told
from app.records.tables import Record

JUDGED = ("entered", "corrected", RETURNED, "accepted")
"""The entries of the history that say whose turn it is."""


@dataclass(frozen=True)
class Returned:
    """A sheet that came back to the volunteer who filed it."""

    form: str
    id: int
    case_id: int | None
    at: datetime
    by: int | None
    note: str


def accept(cabinet: Cabinet, form: Form, record_id: int, clerk: Clerk) -> Record:
    """Somebody else has looked at what was entered and found it right."""
    with cabinet.writing():
        record = _to_judge(cabinet, form, record_id, clerk)
        accept_record(cabinet, record, clerk)
    return record


def send_back(cabinet: Cabinet, form: Form, record_id: int, note: str, clerk: Clerk) -> Record:
    """Return what waits to the one who filed it; it goes on waiting, and nothing in it changes.

    Raises :class:`Mistake` without a note, or when nothing waits any more, and :class:`OutOfReach`.
    """
    if not note.strip():
        raise Mistake("Write what is to be mended.")
    with cabinet.writing():
        record = _to_judge(cabinet, form, record_id, clerk)
        if not record.to_check:
            raise Mistake("This sheet does not wait any more: somebody accepted it.")
        history.note(cabinet, record, RETURNED, clerk.user_id, {}, note.strip())
    return record


def _to_judge(cabinet: Cabinet, form: Form, record_id: int, clerk: Clerk) -> Record:
    """The record, for somebody who may accept it."""
    record = cabinet.find(form.key, record_id)
    if clerk.checked or not current_scope.get().may(acceptance_needs(type(record)), form.key):
        raise OutOfReach(f"accept {form.key}")
    return record


def last_judgement(cabinet: Cabinet, record: Record) -> Returned | None:
    """The note with which a sheet that waits was returned, until it is corrected or accepted."""
    last = cabinet.session.execute(
        select(told.c.action, told.c.at, told.c.user_id, told.c.changes)
        .where(told.c.form == record.form_key, told.c.record_id == record.id, told.c.action.in_(JUDGED))
        .order_by(told.c.id.desc()).limit(1)
    ).one_or_none() if record.to_check else None
    if last is None or last.action != RETURNED:
        return None
    case_id = getattr(record, record.case_column) if record.case_column else None
    return Returned(record.form_key, record.id, case_id, last.at, last.user_id, last.changes.get(history.REASON, ""))


def returned_to(cabinet: Cabinet, forms: Iterable[str], user_id: int, most: int) -> list[Returned]:
    """What came back to the one who filed it and waits for her, the oldest first: one statement for all forms."""
    queries = []
    for key in forms:
        kept: Any = cabinet.record_class(key)
        queries.append(
            select(literal(key).label("form"), kept.id.label("id"))
            .where(kept.to_check.is_(True), kept.changed_by == user_id)
        )
    if not queries:
        return []
    hers = union_all(*queries).subquery()
    rows = cabinet.session.execute(
        select(told.c.form, told.c.record_id, told.c.case_id, told.c.at, told.c.user_id, told.c.changes)
        .select_from(hers).join(told, told.c.id == _turn(hers.c.form, hers.c.id, told.c.id))
        .where(told.c.action == RETURNED).order_by(told.c.id).limit(most)
    )
    return [Returned(*row[:5], row[5].get(history.REASON, "")) for row in rows]


def is_with_volunteer(form: Any, record_id: Any) -> ColumnElement[bool]:
    """The condition that a record (its form and id) was returned and not corrected since."""
    returned: ColumnElement[bool] = func.coalesce(_turn(form, record_id, told.c.action), "") == RETURNED
    return returned


def _turn(form: Any, record_id: Any, column: Any) -> Any:
    """A column of the entry that says last whose turn a record is."""
    last = told.alias()
    return select(last.c[column.name]).where(
        last.c.form == form, last.c.record_id == record_id, last.c.action.in_(JUDGED)
    ).order_by(last.c.id.desc()).limit(1).scalar_subquery()


def accepted(kept: Any) -> ColumnElement[bool]:
    """The condition that a record counts: nobody has to look at it first."""
    counts: ColumnElement[bool] = kept.to_check.is_not(True)
    return counts


def waiting_count(kept: Any) -> Any:
    """How many of the records gathered wait, as a column named ``waiting``."""
    return func.sum(case((kept.to_check.is_(True), 1), else_=0)).label("waiting")
