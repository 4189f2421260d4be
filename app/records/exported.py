"""That records left Dosar as a file: who took which list along, how many records, when and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from app.language.form import Form
from app.records.cabinet import Cabinet
from app.records.history import REASON
from app.records.scope import OutOfReach, current_scope
from app.records.system import history, now

ACTION = "exported"
WHOLE_LIST = 0
"""The record an entry about a whole list names."""
ABOUT = "~exported"


@dataclass(frozen=True)
class Export:
    """One file that was made of a form's list."""

    at: datetime
    user_id: int | None
    count: int
    kind: str
    columns: Sequence[str]
    reason: str


def note_export(
    cabinet: Cabinet, form: Form, user_id: int, count: int, kind: str, columns: Sequence[str], reason: str,
) -> None:
    """Write down that a list is taken along, before anything of it leaves. Raises :class:`OutOfReach`."""
    _require_right(form)
    about: dict[str, Any] = {"count": count, "kind": kind, "columns": list(columns)}
    with cabinet.writing():
        cabinet.session.execute(insert(history).values(
            form=form.key, record_id=WHOLE_LIST, case_id=None, at=now(), user_id=user_id, action=ACTION,
            form_version=form.version, changes={ABOUT: about, REASON: reason},
        ))


def exports(cabinet: Cabinet, form: Form, most: int = 10) -> list[Export]:
    """The last files made of this form's lists, for those who may make one. Raises :class:`OutOfReach`."""
    _require_right(form)
    rows = cabinet.session.execute(
        select(history).where(history.c.form == form.key, history.c.record_id == WHOLE_LIST, history.c.action == ACTION)
        .order_by(history.c.id.desc()).limit(most)
    )
    return [_export(row) for row in rows]


def _export(row: Any) -> Export:
    about = row.changes[ABOUT]
    return Export(row.at, row.user_id, about["count"], about["kind"], about["columns"], row.changes.get(REASON, ""))


def _require_right(form: Form) -> None:
    if not current_scope.get().may("export", form.key):
        raise OutOfReach(f"export {form.key}")
