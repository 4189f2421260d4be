"""Acceptance: what a volunteer files waits for another worker, and counts from the moment she accepts it.

Until then it may be returned, with a note that says what to mend. Deadlines, totals and figures are made of what
:func:`is_accepted` lets through; what waits is shown beside them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, func, literal, select, union_all

from dosar.database.form_tables import Record
from dosar.database.joint_reads import DeferredRead, Rows, known_result
from dosar.database.system_tables import history_table as told
from dosar.database.union_reads import UnionPart
from dosar.language.form import Form
from dosar.language.text.message import Mistake
from dosar.records import audit_log
from dosar.records.actor import Actor
from dosar.records.audit_log import case_of_record
from dosar.records.history.turns import JUDGED_ACTIONS, RETURNED_ACTION, last_turn
from dosar.records.reasons import may_read_reason
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, current_scope, right_to_accept
from dosar.records.scope.write_checks import require_written
from dosar.records.sheets.lifted_restrictions import lifting_told
from dosar.records.sheets.save import accept_record


@dataclass(frozen=True)
class ReturnedSheet:
    """A sheet that came back to the volunteer who filed it."""

    form: str
    id: int
    case_id: int | None
    at: datetime
    by: int | None
    note: str | None
    """What is to be mended; ``None`` for a reader who may not see it."""


def accept_sheet(repository: Repository, form: Form, record_id: int, actor: Actor) -> Record:
    """Somebody else has looked at what was entered and found it right: from now on it counts.

    Where nothing waits, nothing happens. Raises :class:`OutOfReach`.
    """
    with repository.writing():
        record = _record_to_judge(repository, form, record_id, actor)
        with lifting_told(repository, form.key, case_of_record(record), actor):
            accept_record(repository, record, actor)
    return record


def return_sheet(repository: Repository, form: Form, record_id: int, note: str, actor: Actor) -> Record:
    """Return what waits to the one who filed it; it goes on waiting, and nothing in it changes.

    Raises :class:`Mistake` without a note, or when nothing waits any more, and :class:`OutOfReach`.
    """
    if not note.strip():
        raise Mistake("Write what is to be mended.")
    with repository.writing():
        record = _record_to_judge(repository, form, record_id, actor)
        if not record.to_check:
            raise Mistake("This sheet does not wait any more: somebody accepted it.")
        audit_log.note_change(repository, record, RETURNED_ACTION, actor.user_id, {}, note.strip())
    return record


def _record_to_judge(repository: Repository, form: Form, record_id: int, actor: Actor) -> Record:
    """The record, for somebody who may accept it, and who does not only read its case."""
    record = repository.find(form.key, record_id)
    if actor.checked or not current_scope.get().may(right_to_accept(type(record)), form.key):
        raise OutOfReach(f"accept {form.key}")
    require_written(repository.session, None, case_of_record(record))
    return record


def last_return(repository: Repository, record: Record) -> ReturnedSheet | None:
    """The note with which a sheet that waits was returned, until it is corrected or accepted."""
    last = (
        repository.session.execute(
            select(told.c.action, told.c.at, told.c.user_id, told.c.changes)
            .where(told.c.form == record.form_key, told.c.record_id == record.id, told.c.action.in_(JUDGED_ACTIONS))
            .order_by(told.c.id.desc())
            .limit(1)
        ).one_or_none()
        if record.to_check
        else None
    )
    if last is None or last.action != RETURNED_ACTION:
        return None
    case_id = getattr(record, record.case_column) if record.case_column else None
    reads = may_read_reason(repository, record.form_key, last.user_id, record.changed_by)
    note = last.changes.get(audit_log.REASON_KEY, "") if reads else None
    return ReturnedSheet(record.form_key, record.id, case_id, last.at, last.user_id, note)


def sheets_returned_to(repository: Repository, forms: Iterable[str], user_id: int, most: int) -> list[ReturnedSheet]:
    """What came back to the one who filed it and waits for her, the oldest first: one statement for all forms."""
    return query_returned(repository, forms, user_id, most).read(repository.session)


def query_returned(
    repository: Repository, forms: Iterable[str], user_id: int, most: int
) -> DeferredRead[list[ReturnedSheet]]:
    """The same, to be asked for together with others."""
    keys = tuple(forms)
    if not keys:
        return known_result(list[ReturnedSheet]())
    kind = "returned sheets", keys, most
    values = {"returned_to": user_id}
    return DeferredRead.of_part(kind, lambda: _returned_part(repository, keys, most), _returned_of_rows, values)


def _returned_part(repository: Repository, forms: Iterable[str], most: int) -> UnionPart:
    queries = []
    for key in forms:
        record_class: Any = repository.record_class(key)
        queries.append(
            select(literal(key).label("form"), record_class.id.label("id")).where(
                record_class.to_check.is_(True), record_class.changed_by == bindparam("returned_to")
            )
        )
    hers = union_all(*queries).subquery()
    return UnionPart(
        hers.join(told, told.c.id == last_turn(hers.c.form, hers.c.id, told.c.id)),
        [told.c.id, told.c.form, told.c.record_id, told.c.case_id, told.c.at, told.c.user_id, told.c.changes],
        [told.c.action == RETURNED_ACTION],
        order_by=[told.c.id],
        most=most,
    )


def _returned_of_rows(rows: Rows) -> list[ReturnedSheet]:
    return [
        ReturnedSheet(
            row["form"],
            row["record_id"],
            row["case_id"],
            row["at"],
            row["user_id"],
            row["changes"].get(audit_log.REASON_KEY, ""),
        )
        for row in sorted(rows, key=lambda row: row["id"])
    ]


def is_accepted(record_class: Any) -> ColumnElement[bool]:
    """The condition that a record counts: nobody has to look at it first."""
    counts: ColumnElement[bool] = record_class.to_check.is_not(True)
    return counts


def waiting_count(record_class: Any) -> Any:
    """How many of the records gathered wait, as a column named ``waiting``."""
    return func.sum(case((record_class.to_check.is_(True), 1), else_=0)).label("waiting")
