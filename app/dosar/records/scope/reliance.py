"""Whether others rely on a case: then whoever opened it by mistake no longer takes it back by herself."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from dosar.database.form_tables import Record


def select_reliance(classes: Iterable[type[Record]], case_id: int, worker_id: int | None) -> Select[tuple[bool]]:
    """Asks whether somebody else filed or corrected a sheet of the case, or a ledger has an entry in it.

    It is asked of the whole case: sheets the worker does not see count too.
    """
    relying = [
        _reliance_condition(record_class, case_id, worker_id)
        for record_class in classes
        if record_class.case_column == "case_id"
    ]
    return select(or_(false(), *relying))


def _reliance_condition(record_class: type[Record], case_id: int, worker_id: int | None) -> ColumnElement[bool]:
    by_others: Any = (
        true()
        if record_class.append_only
        else or_(
            record_class.created_by.is_distinct_from(worker_id), record_class.changed_by.is_distinct_from(worker_id)
        )
    )
    return exists().where(record_class.case_id == case_id, record_class.deleted_at.is_(None), by_others)
