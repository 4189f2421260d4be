"""The sheets that tell of a case, by the day each is of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, literal, or_, select, union_all

from dosar.database.form_tables import Record
from dosar.database.text.stored_texts import column_as_text, value_from_text
from dosar.language.form import CASE_FORM, Form
from dosar.overview.case_overview import known_dating_name
from dosar.records.repository import Repository


@dataclass(frozen=True)
class SheetOfDay:
    """A sheet of a case and the day it is of, as it is stored."""

    form: str
    record_id: int
    day: Any


def sheets_by_day(
    repository: Repository,
    case: Record,
    known: Mapping[str, Form],
    most: int,
    skipped: int = 0,
) -> list[SheetOfDay]:
    """The sheets of a case by the day they tell of, the latest first: one statement for all forms.

    Sheets of a group count too, where one of their rows names the case. Of a form whose day the reader may
    not know there is nothing.
    """
    days = {
        key: getattr(repository.record_class(key), day)
        for key, form in known.items()
        if (day := known_dating_name(repository, form))
    }
    ways = {key: way for key in days if (way := ways_to_case(known[key]))}
    if not ways:
        return []
    every = repository.statement(("by day", *ways.items()), lambda: _sheets_query(repository, days, ways))
    rows = repository.session.execute(every, {"of_case": case.id, "most": most, "skipped": skipped})
    return [SheetOfDay(key, number, value_from_text(days[key].type, text)) for key, number, text in rows]


WayToCase = tuple[str, str]
"""A table of rows and its column that names a case; the empty table is the sheet itself."""


def ways_to_case(form: Form) -> tuple[WayToCase, ...]:
    """How a sheet of the form, as its reader knows it, tells which cases it is about."""
    if form.key == CASE_FORM:
        return ()
    if form.belongs_to:
        return (("", "case_id"),)
    return tuple(
        (table.name, column.name)
        for table in form.row_questions
        for column in table.columns_asked()
        if column.link_target() == CASE_FORM
    )


def _is_about(repository: Repository, form: str, way: WayToCase) -> Any:
    """The condition under which a sheet is about the case."""
    record_class: Any = repository.record_class(form)
    table, column = way
    if not table:
        return getattr(record_class, column) == bindparam("of_case")
    row: Any = repository.tables.rows[form, table]
    return record_class.id.in_(select(row.record_id).where(getattr(row, column) == bindparam("of_case")))


def _sheets_query(repository: Repository, days: Mapping[str, Any], ways: Mapping[str, tuple[WayToCase, ...]]) -> Any:
    queries = []
    for key, way in ways.items():
        record_class: Any = repository.record_class(key)
        columns = literal(key).label("form"), record_class.id.label("number"), column_as_text(days[key]).label("day")
        about = or_(*[_is_about(repository, key, one_way) for one_way in way])
        queries.append(select(*columns).where(about, days[key].is_not(None)))
    every = union_all(*queries)
    order = every.selected_columns
    return (
        every.order_by(order["day"].desc(), order["form"], order["number"].desc())
        .limit(bindparam("most"))
        .offset(bindparam("skipped"))
    )
