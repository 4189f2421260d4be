"""Whose turn a sheet is that waits for acceptance, by its history: who accepts it, or who filed it and has it back."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from dosar.database.system_tables import history_table, moved_question_table, renamed_question_table
from dosar.records.history.renamed_questions import read_renamed_questions, retell_changes

RETURNED_ACTION = "returned"
"""Sent back to the volunteer who filed it, with a note."""
JUDGED_ACTIONS = ("entered", "corrected", RETURNED_ACTION, "accepted")
"""The entries of the history that say whose turn it is."""
UNACCEPTED_KEY = "~unaccepted"
"""What marks the correction from which on a sheet waits that was accepted before."""


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


def answers_accepted(
    connection: Connection, waiting: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], dict[str, Any]]:
    """Sheet (its form and number) → what the waiting corrections changed, as it was accepted: question → its answer in
    JSON form. Of these sheets, which all wait, those that were accepted before: one statement, unless questions have
    got other names since."""
    entry = history_table.c
    of_sheets = or_(*[and_(entry.form == form, entry.record_id.in_(numbers)) for form, numbers in waiting.items()])
    columns = entry.id, entry.form, entry.record_id, entry.action, entry.changes, _is_told_anew().label("told_anew")
    query = select(*columns).where(of_sheets, entry.action.in_(("corrected", "accepted"))).order_by(entry.id.desc())
    entries = connection.execute(query).all()
    renamed = read_renamed_questions(connection) if any(row.told_anew for row in entries) else {}
    undone: dict[tuple[str, int], dict[str, Any]] = {}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    settled = set()
    for row in entries:
        sheet = row.form, row.record_id
        if sheet in settled:
            continue
        if row.action == "accepted":
            if sheet in undone:  # waiting since before corrections were marked
                found[sheet] = undone[sheet]
            settled.add(sheet)
            continue
        changes = retell_changes(row.changes, row.id, row.form, renamed)
        before = {name: pair[0] for name, pair in changes.items() if not name.startswith("~")}
        undone.setdefault(sheet, {}).update(before)
        if UNACCEPTED_KEY in changes:
            found[sheet] = undone[sheet]
            settled.add(sheet)
    return found


def _is_told_anew() -> ColumnElement[bool]:
    """Whether a question of the form got another name, or another form, since the entry was written."""
    entry = history_table.c
    return or_(
        *[
            exists().where(turn.c.form == entry.form, turn.c.last_entry >= entry.id)
            for turn in (renamed_question_table, moved_question_table)
        ]
    )
