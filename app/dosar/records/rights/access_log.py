"""Which persons were given a copy of their file: when, by whom, and on whose asking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dosar.database.system_tables import history_table
from dosar.language.form import CASE_FORM
from dosar.records.audit_log import REASON_KEY
from dosar.records.repository import Repository
from dosar.records.rights.access_file import ACCESS_FILE_ACTION


@dataclass(frozen=True)
class HandedCopy:
    """One copy that was made."""

    case_id: int
    at: datetime
    user_id: int | None
    reason: str


def latest_copies(repository: Repository, most: int = 20) -> Sequence[HandedCopy]:
    """The last copies, of cases within reach."""
    case = repository.record_class(CASE_FORM)
    reached = set(repository.session.scalars(select(case.id), execution_options={"with_deleted": True}))
    entries = (
        select(history_table)
        .where(history_table.c.form == CASE_FORM, history_table.c.action == ACCESS_FILE_ACTION)
        .order_by(history_table.c.id.desc())
        .limit(most)
    )
    return [
        HandedCopy(row.record_id, row.at, row.user_id, row.changes.get(REASON_KEY, ""))
        for row in repository.session.execute(entries)
        if row.record_id in reached
    ]
