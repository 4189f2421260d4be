"""What the audit log tells of changed forms: which files changed, and whose answers were written anew for them."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from sqlalchemy import Connection, func, select

from dosar.database.audit.chain import AuditEvent
from dosar.database.system_tables import history_table
from dosar.language.form import CASE_FORM

RECORDS_IN_EVENT = 500
"""A form with a hundred thousand records gives many events, not one of a megabyte."""


def last_history_entry(connection: Connection) -> int:
    """Where the history ends before anything is changed."""
    return connection.scalar(select(func.max(history_table.c.id))) or 0


def upgrade_events(connection: Connection, last_entry: int, changed: Sequence[str]) -> list[AuditEvent]:
    """One event for the files that changed, and those of the records whose history has grown since."""
    of_files = [AuditEvent("forms_changed", fields=changed)] if changed else []
    return [*of_files, *_events_of_records(connection, last_entry)]


def _events_of_records(connection: Connection, last_entry: int) -> Iterator[AuditEvent]:
    told = history_table.c
    query = select(told.form, told.action, told.record_id).where(told.id > last_entry).order_by(told.form, told.action)
    for (form, action), rows in groupby(connection.execute(query).all(), key=lambda row: (row.form, row.action)):
        ids = sorted({row.record_id for row in rows})
        for start in range(0, len(ids), RECORDS_IN_EVENT):
            some = ids[start : start + RECORDS_IN_EVENT]
            case_id = some[0] if form == CASE_FORM and len(some) == 1 else None
            yield AuditEvent(action, case_id=case_id, objects={form: some})
