"""The sheets that tell of a case, by the day each is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, literal, or_, select, union_all

from app.language.form import CASE, Form
from app.records.cabinet import Cabinet
from app.records.overview import known_day
from app.records.tables import Record
from app.records.together import as_text, value_of


@dataclass(frozen=True)
class SheetOfDay:
    """A sheet of a case and the day it is of, as it is stored."""

    form: str
    record_id: int
    day: Any


def sheets_by_day(
    cabinet: Cabinet, case: Record, known: Mapping[str, Form], most: int, skipped: int = 0,
) -> list[SheetOfDay]:
    """The sheets of a case by the day they tell of, the latest first: one statement for all forms.

    Sheets of a group count too, where one of their rows names the case. Of a form whose day the reader may
    not know there is nothing.
    """
    days = {
        key: getattr(cabinet.record_class(key), day) for key, form in known.items() if (day := known_day(cabinet, form))
    }
    ways = {key: way for key in days if (way := ways_to_case(known[key]))}
    if not ways:
        return []
    every = cabinet.statement(("by day", *ways.items()), lambda: _by_day(cabinet, days, ways))
    rows = cabinet.session.execute(every, {"of_case": case.id, "most": most, "skipped": skipped})
    return [SheetOfDay(key, number, value_of(days[key].type, text)) for key, number, text in rows]


Way = tuple[str, str]
"""A table of rows and its column that names a case; the empty table is the sheet itself."""


def ways_to_case(form: Form) -> tuple[Way, ...]:
    """How a sheet of the form, as its reader knows it, tells which cases it is about."""
    if form.key == CASE:
        return ()
    if form.belongs_to:
        return (("", "case_id"),)
    return tuple(
        (table.name, column.name) for table in form.row_questions
        for column in table.columns_asked() if column.link_target() == CASE
    )


def _is_about(cabinet: Cabinet, form: str, way: Way) -> Any:
    """The condition under which a sheet is about the case."""
    kept: Any = cabinet.record_class(form)
    table, column = way
    if not table:
        return getattr(kept, column) == bindparam("of_case")
    row: Any = cabinet.tables.rows[form, table]
    return kept.id.in_(select(row.record_id).where(getattr(row, column) == bindparam("of_case")))


def _by_day(cabinet: Cabinet, days: Mapping[str, Any], ways: Mapping[str, tuple[Way, ...]]) -> Any:
    queries = []
    for key, way in ways.items():
        kept: Any = cabinet.record_class(key)
        columns = literal(key).label("form"), kept.id.label("number"), as_text(days[key]).label("day")
        about = or_(*[_is_about(cabinet, key, one) for one in way])
        queries.append(select(*columns).where(about, days[key].is_not(None)))
    every = union_all(*queries)
    order = every.selected_columns
    return every.order_by(order["day"].desc(), order["form"], order["number"].desc()).limit(
        bindparam("most")
    ).offset(bindparam("skipped"))
