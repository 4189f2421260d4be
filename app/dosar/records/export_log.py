"""That records left Dosar as a file: who took which list along, how many records, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from dosar.database.audit.trail import add_event
from dosar.database.system_tables import history_table, utc_now
from dosar.language.form import Form
from dosar.records.audit_log import REASON_KEY
from dosar.records.reasons import may_read_reason
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, current_scope

EXPORTED_ACTION = "exported"
WHOLE_LIST = 0
"""The record an entry about a whole list names."""
EXPORT_KEY = "~exported"


@dataclass(frozen=True)
class Export:
    """One file that was made of a form's list."""

    at: datetime
    user_id: int | None
    count: int
    kind: str
    columns: Sequence[str]
    reason: str | None
    """What the file was for; ``None`` for a reader who may not see it."""


def note_export(
    repository: Repository,
    form: Form,
    user_id: int,
    count: int,
    kind: str,
    columns: Sequence[str],
    reason: str,
) -> None:
    """Write down that a list is taken along, before anything of it leaves. Raises :class:`OutOfReach`."""
    _require_export_right(form)
    about: dict[str, Any] = {"count": count, "kind": kind, "columns": list(columns)}
    with repository.writing():
        add_event(
            repository.session, "export", actor=user_id, objects={form.key: []}, fields=columns, tells_answer=True
        )
        repository.session.execute(
            insert(history_table).values(
                form=form.key,
                record_id=WHOLE_LIST,
                case_id=None,
                at=utc_now(),
                user_id=user_id,
                action=EXPORTED_ACTION,
                form_version=form.version,
                changes={EXPORT_KEY: about, REASON_KEY: reason},
            )
        )


def latest_exports(repository: Repository, form: Form, most: int = 10) -> list[Export]:
    """The last files made of this form's lists, for those who may make one. Raises :class:`OutOfReach`."""
    _require_export_right(form)
    rows = repository.session.execute(
        select(history_table)
        .where(
            history_table.c.form == form.key,
            history_table.c.record_id == WHOLE_LIST,
            history_table.c.action == EXPORTED_ACTION,
        )
        .order_by(history_table.c.id.desc())
        .limit(most)
    )
    return [_export_from_row(row, may_read_reason(repository, form.key, row.user_id)) for row in rows]


def _export_from_row(row: Any, reads_reason: bool) -> Export:
    about, reason = row.changes[EXPORT_KEY], row.changes.get(REASON_KEY, "") if reads_reason else None
    return Export(row.at, row.user_id, about["count"], about["kind"], about["columns"], reason)


def _require_export_right(form: Form) -> None:
    if not current_scope.get().may("export", form.key):
        raise OutOfReach(f"export {form.key}")
