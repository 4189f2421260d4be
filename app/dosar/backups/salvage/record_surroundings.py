"""What a record of a back-up brings along beside its answers: its number, its history, and the team of a case."""

from typing import Any

from sqlalchemy import delete, insert, select

from dosar.backups.salvage.copied_answers import user_today
from dosar.backups.salvage.open_copy import OpenCopy
from dosar.database.form_tables import Record
from dosar.database.system_tables import history_table, team_table
from dosar.database.writing.lasting_numbers import numbers_given
from dosar.language.form import Form
from dosar.records.history.renamed_questions import retell_changes
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as


def is_number_free(today: Repository, form: Form, number: int) -> bool:
    """Whether the number was given here before, and to nobody who is there: a new one may not be taken in
    advance."""
    record_class: Any = today.record_class(form.key)
    given = numbers_given(today.session.connection()).get(form.key, 0)
    if number > given:
        return False
    taken = select(record_class.id).where(record_class.id == number)
    with acting_as(SYSTEM_SCOPE):
        return today.session.scalar(taken, execution_options={"with_deleted": True}) is None


def history_before(copy: OpenCopy, today: Repository, form: Form, record: Record) -> list[dict[str, Any]]:
    """Its history in the back-up, told by the names that questions have today."""
    entry, renamed = history_table.c, copy.repository.renamed_questions
    rows = copy.repository.session.execute(
        select(history_table).where(entry.form == form.key, entry.record_id == record.id).order_by(entry.id)
    )
    return [
        {
            "at": row.at,
            "user_id": user_today(today, row.user_id),
            "action": row.action,
            "form_version": row.form_version,
            "changes": retell_changes(row.changes, row.id, form.key, renamed),
        }
        for row in rows
    ]


def bring_team(copy: OpenCopy, today: Repository, then: int, now: int) -> None:
    """Whoever worked on the case works on it again; whoever brought it back does not, for that alone."""
    rows = copy.repository.session.execute(select(team_table).where(team_table.c.case_id == then)).all()
    today.session.execute(delete(team_table).where(team_table.c.case_id == now))
    for row in rows:
        if user_today(today, row.user_id) is not None:
            values = {name: value for name, value in row._mapping.items() if name not in ("id", "case_id")}
            today.session.execute(insert(team_table).values(**values, case_id=now))
