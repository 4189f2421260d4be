"""Whose turn a sheet is that waits for acceptance, by its history: who accepts it, or who filed it and has it back."""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from dosar.database.system_tables import history_table

RETURNED_ACTION = "returned"
"""Sent back to the volunteer who filed it, with a note."""
JUDGED_ACTIONS = ("entered", "corrected", RETURNED_ACTION, "accepted")
"""The entries of the history that say whose turn it is."""


def is_with_volunteer(form: Any, record_id: Any) -> ColumnElement[bool]:
    """The condition that a record (its form and id) was returned and not corrected since."""
    returned: ColumnElement[bool] = (
        func.coalesce(last_turn(form, record_id, history_table.c.action), "") == RETURNED_ACTION
    )
    return returned


def last_turn(form: Any, record_id: Any, column: Any) -> Any:
    """A column of the entry that says last whose turn a record is."""
    last = history_table.alias()
    return (
        select(last.c[column.name])
        .where(last.c.form == form, last.c.record_id == record_id, last.c.action.in_(JUDGED_ACTIONS))
        .order_by(last.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
