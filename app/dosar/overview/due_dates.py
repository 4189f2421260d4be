"""What sheets promise: the next visit, the next review. A promise holds until a later sheet of its form is filed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select, tuple_

from dosar.language.form import CASE_FORM, Form
from dosar.language.organisation.stages import Promise
from dosar.overview.case_overview import known_dating_name
from dosar.records.repository import Repository
from dosar.records.sheets.acceptance import is_accepted

PromisePart = tuple[Any, ...]
"""What is read of a table: its class, the columns, the conditions."""


@dataclass(frozen=True)
class DueDay:
    """A day that a sheet of a case promises."""

    case_id: int
    form: str
    question: str
    record_id: int
    day: date
    is_waiting: bool = False
    """Whether the sheet waits for acceptance: it binds nobody yet, and what was due before still is."""


def promise_parts(
    repository: Repository,
    known: Mapping[str, Form],
    promises: Sequence[Promise],
    of_cases: Any,
) -> dict[Promise, PromisePart]:
    """What to read together to know what the newest sheets of these cases promise, as far as the reader may
    know it, and how old they are."""
    return {
        promise: _promise_part(repository, promise, day, of_cases)
        for promise in promises
        if promise.form in known
        and promise.date in known[promise.form].questions
        and (day := known_dating_name(repository, known[promise.form]))
    }


def _promise_part(repository: Repository, promise: Promise, dated: str, of_cases: Any) -> PromisePart:
    """The newest sheet of each case (or several, of one day) that still binds, and those that wait."""
    record_class: Any = repository.record_class(promise.form)
    day, theirs = getattr(record_class, dated), record_class.case_id.in_(of_cases)
    latest = (
        select(record_class.case_id, func.max(day))
        .where(theirs, is_accepted(record_class))
        .group_by(record_class.case_id)
        .correlate(None)
    )
    conditions = [theirs, or_(tuple_(record_class.case_id, day).in_(latest), record_class.to_check.is_(True))]
    if promise.ends:
        case: Any = repository.record_class(CASE_FORM)
        conditions.append(record_class.case_id.in_(select(case.id).where(getattr(case, promise.ends).is_(None))))
    return (
        record_class,
        [record_class.id, record_class.case_id, record_class.to_check, getattr(record_class, promise.date)],
        conditions,
    )


def days_due_until(read: Mapping[Promise, Iterable[Mapping[str, Any]]], day: date = date.max) -> list[DueDay]:
    """What is due until a day, of what was read, the soonest first."""
    found = [due for promise, rows in read.items() for due in _days_of_promise(promise, rows) if due.day <= day]
    return sorted(found, key=lambda due: (due.day, due.case_id, due.form))


def _days_of_promise(promise: Promise, rows: Iterable[Mapping[str, Any]]) -> list[DueDay]:
    """Of several sheets of one day the one filed last counts; each that waits is told by itself."""
    by_age = sorted(rows, key=lambda row: row["id"])
    newest = {row["case_id"]: row for row in by_age if not row["to_check"]}
    return [
        DueDay(row["case_id"], promise.form, promise.date, row["id"], row[promise.date], bool(row["to_check"]))
        for row in (*newest.values(), *(row for row in by_age if row["to_check"]))
        if row[promise.date]
    ]
