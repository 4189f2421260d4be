"""What sheets promise: the next visit, the next review. A promise holds until a later sheet of its form is filed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, tuple_

from app.language.form import CASE, Form
from app.language.stages import Promise
from app.records.cabinet import Cabinet
from app.records.overview import known_day

Part = tuple[Any, ...]
"""What is read of a table: its class, the columns, the conditions."""


@dataclass(frozen=True)
class Due:
    """A day that a sheet of a case promises."""

    case_id: int
    form: str
    question: str
    record_id: int
    day: date


def parts_promised(
    cabinet: Cabinet, known: Mapping[str, Form], promises: Sequence[Promise], of_cases: Any,
) -> dict[Promise, Part]:
    """What to read together to know what the newest sheets of these cases promise, as far as the reader may
    know it, and how old they are."""
    return {
        promise: _part(cabinet, promise, day, of_cases) for promise in promises
        if promise.form in known and promise.date in known[promise.form].questions
        and (day := known_day(cabinet, known[promise.form]))
    }


def _part(cabinet: Cabinet, promise: Promise, dated: str, of_cases: Any) -> Part:
    """The newest sheet of each case (or several, of one day) that still binds."""
    kept: Any = cabinet.record_class(promise.form)
    day, theirs = getattr(kept, dated), kept.case_id.in_(of_cases)
    latest = select(kept.case_id, func.max(day)).where(theirs).group_by(kept.case_id).correlate(None)
    conditions = [theirs, tuple_(kept.case_id, day).in_(latest)]
    if promise.ends:
        case: Any = cabinet.record_class(CASE)
        conditions.append(kept.case_id.in_(select(case.id).where(getattr(case, promise.ends).is_(None))))
    return kept, [kept.id, kept.case_id, getattr(kept, promise.date)], conditions


def due_until(read: Mapping[Promise, Iterable[Mapping[str, Any]]], day: date = date.max) -> list[Due]:
    """What is due until a day, of what was read, the soonest first."""
    found = [due for promise, rows in read.items() for due in _due(promise, rows) if due.day <= day]
    return sorted(found, key=lambda due: (due.day, due.case_id, due.form))


def _due(promise: Promise, rows: Iterable[Mapping[str, Any]]) -> list[Due]:
    """Of several sheets of one day the one filed last counts."""
    newest = {row["case_id"]: row for row in sorted(rows, key=lambda row: row["id"])}
    return [
        Due(case_id, promise.form, promise.date, row["id"], row[promise.date])
        for case_id, row in newest.items() if row[promise.date]
    ]
