"""What sheets promise: the next visit, the next review. A promise holds until a later sheet of its form is filed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, tuple_

from app.language.form import CASE, Form
from app.language.stages import Promise
from app.records.cabinet import Cabinet
from app.records.glancing import OF_CASE, Glance
from app.records.overview import dating_question


@dataclass(frozen=True)
class Due:
    """A day that a sheet of a case promises."""

    case_id: int
    form: str
    question: str
    record_id: int
    day: date


def ask_promises(look: Glance, promises: Sequence[Promise]) -> None:
    """Ask for what the newest sheets of a case promise."""
    for promise in _known(look.cabinet, look.known, promises):
        kept: Any = look.cabinet.record_class(promise.form)
        look.ask(promise, promise.form, [promise.date], *_newest(look.cabinet, promise, kept.case_id == OF_CASE))


def promised(look: Glance, promises: Sequence[Promise]) -> list[Due]:
    """What is due in the case, the soonest first."""
    found: list[Due] = []
    for promise in promises:
        rows = [{**row, "case_id": look.case.id} for row in look.found.get(promise, ())]
        found += _due(promise, rows)
    return _soonest_first(found)


Part = tuple[Any, ...]


def parts_promised(
    cabinet: Cabinet, known: Mapping[str, Form], promises: Sequence[Promise], of_cases: Any,
) -> dict[Promise, Part]:
    """What to read together to know what the newest sheets of these cases promise."""
    return {promise: _part(cabinet, promise, of_cases) for promise in _known(cabinet, known, promises)}


def due_until(read: Mapping[Promise, Iterable[Mapping[str, Any]]], day: date) -> list[Due]:
    """What is due until a day, of what was read, the soonest first."""
    found = [due for promise, rows in read.items() for due in _due(promise, rows)]
    return _soonest_first(due for due in found if due.day <= day)


def _due(promise: Promise, rows: Iterable[Mapping[str, Any]]) -> list[Due]:
    """Of several sheets of one day the one filed last counts."""
    newest = {row["case_id"]: row for row in sorted(rows, key=lambda row: row["id"])}
    return [
        Due(case_id, promise.form, promise.date, row["id"], row[promise.date])
        for case_id, row in newest.items() if row[promise.date]
    ]


def _soonest_first(found: Iterable[Due]) -> list[Due]:
    return sorted(found, key=lambda due: (due.day, due.case_id, due.form))


def _known(cabinet: Cabinet, known: Mapping[str, Form], promises: Iterable[Promise]) -> list[Promise]:
    """The promises the reader may know, and know how old they are."""
    return [
        promise for promise in promises
        if promise.form in known and (dated := dating_question(cabinet.forms[promise.form])) is not None
        and {promise.date, dated.name} <= set(known[promise.form].questions)
    ]


def _part(cabinet: Cabinet, promise: Promise, of_cases: Any) -> Part:
    kept: Any = cabinet.record_class(promise.form)
    columns = [kept.id, kept.case_id, getattr(kept, promise.date)]
    return kept, columns, _newest(cabinet, promise, kept.case_id.in_(of_cases))


def _newest(cabinet: Cabinet, promise: Promise, of_cases: Any) -> list[Any]:
    """The conditions under which a sheet is its case's newest (or one of them, on one day) and still binds."""
    kept: Any = cabinet.record_class(promise.form)
    dated = dating_question(cabinet.forms[promise.form])
    day = getattr(kept, dated.name) if dated else kept.created_at
    latest = select(kept.case_id, func.max(day)).where(of_cases).group_by(kept.case_id).correlate(None)
    conditions = [of_cases, tuple_(kept.case_id, day).in_(latest)]
    if promise.ends:
        case: Any = cabinet.record_class(CASE)
        conditions.append(kept.case_id.in_(select(case.id).where(getattr(case, promise.ends).is_(None))))
    return conditions
