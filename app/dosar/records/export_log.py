"""That records left Dosar as a file: who took which list along, how many records, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from dosar.database.audit.chain import case_objects
from dosar.database.audit.trail import add_event
from dosar.database.system_tables import history_table, utc_now
from dosar.language.form import Form
from dosar.records.audit_log import REASON_KEY
from dosar.records.reasons import may_read_reason
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, current_scope

EXPORTED_ACTION = "exported"
IDS_AT_ONCE = 500
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
    record_ids: Sequence[int],
    kind: str,
    columns: Sequence[str],
    reason: str,
) -> None:
    """Write down that these records are taken along, before anything of them leaves. Raises :class:`OutOfReach`."""
    _require_export_right(form)
    about: dict[str, Any] = {"count": len(record_ids), "kind": kind, "columns": list(columns)}
    objects = {form.key: [], **case_objects(_cases_of(repository, form, record_ids))}
    with repository.writing():
        add_event(repository.session, "export", actor=user_id, objects=objects, fields=columns, tells_answer=True)
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


def _cases_of(repository: Repository, form: Form, record_ids: Sequence[int]) -> set[int]:
    """The cases these records are of, as far as the reader sees them."""
    record_class: Any = repository.record_class(form.key)
    if record_class.case_column is None:
        return set()
    case_id = getattr(record_class, record_class.case_column)
    return {
        found
        for begin in range(0, len(record_ids), IDS_AT_ONCE)
        for found in repository.session.scalars(
            select(case_id).where(record_class.id.in_(record_ids[begin : begin + IDS_AT_ONCE])).distinct()
        )
    }


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
