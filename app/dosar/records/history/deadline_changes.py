"""What the history tells of a deadline that was moved, waived, or due again: which one, from which day to which.

It stands once, in the history of the case, or of the record of no case; the sheet it is counted from tells it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select

from dosar.database.form_tables import Record
from dosar.database.system_tables import history_table, merged_case_table
from dosar.language.form import CASE_FORM

MOVED_ACTION, WAIVED_ACTION, DUE_AGAIN_ACTION = "deadline_moved", "deadline_waived", "deadline_back"
DEADLINE_ACTIONS = (MOVED_ACTION, WAIVED_ACTION, DUE_AGAIN_ACTION)
DEADLINE_KEY = "~deadline"


@dataclass(frozen=True)
class DeadlineChange:
    """A deadline, the day on which it was due before, and the one on which it is due since."""

    rule: str
    """The key of its rule."""
    form: str
    """The form of the sheet it is counted from."""
    record_id: int
    row_id: int
    before: date | None
    after: date | None
    """``None`` where it is waived."""

    def to_json(self) -> list[Any]:
        days = [None if day is None else day.isoformat() for day in (self.before, self.after)]
        return [self.rule, self.form, self.record_id, self.row_id, *days]

    @classmethod
    def from_json(cls, told: list[Any]) -> "DeadlineChange":
        *place, before, after = told
        return cls(*place, *(date.fromisoformat(day) if day else None for day in (before, after)))


def deadline_change_in(changes: Mapping[str, Any]) -> DeadlineChange | None:
    """The deadline that an entry is about, if it is about one; older entries only said why."""
    told = changes.get(DEADLINE_KEY)
    return DeadlineChange.from_json(told) if told else None


def entries_of(session: Any, record: Record) -> ColumnElement[bool]:
    """The entries of the history about a record, and those of its case about what is counted from it: one statement
    for a sheet of a case, else none."""
    entry = history_table.c
    of_record: ColumnElement[bool] = (entry.form == record.form_key) & (entry.record_id == record.id)
    case_id = getattr(record, record.case_column) if record.case_column else None
    if record.form_key == CASE_FORM or case_id is None:
        return of_record
    merged = select(merged_case_table.c.case_id).where(merged_case_table.c.into_id == case_id)
    cases = or_(entry.record_id == case_id, entry.record_id.in_(merged))
    of_case = entry.form == CASE_FORM, cases, entry.action.in_(DEADLINE_ACTIONS)
    told = [
        (row.id, deadline_change_in(row.changes))
        for row in session.execute(select(entry.id, entry.changes).where(*of_case))
    ]
    about = [
        number
        for number, change in told
        if change is not None and (change.form, change.record_id) == (record.form_key, record.id)
    ]
    return or_(of_record, entry.id.in_(about)) if about else of_record
