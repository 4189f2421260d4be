"""Which cases are restricted, as the database itself finds them: by the answers that restrict, and nothing kept beside.

A copy, an import or a correction behind a page restricts like any other: there is no mark that could be forgotten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnClause,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Select,
    String,
    cast,
    column,
    func,
    literal,
    null,
    select,
    table,
    union_all,
)
from sqlalchemy.types import TypeEngine

from dosar.database.sealing.answer_columns import choice_type
from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import CasesReached
from dosar.language.restriction import CaseRestriction

CASE_NUMBERS = table(CASE_FORM, column("id", Integer), column("deleted_at", DateTime))
"""The table of cases below its class, whose criteria would be those of reading."""


@dataclass(frozen=True)
class RestrictedReach:
    """A restriction, and whose cases a worker goes on reaching that it holds for."""

    of: CaseRestriction
    cases: CasesReached


def restricted_cases(restriction: CaseRestriction) -> Select[Any]:
    """The numbers of the cases that it holds for: also of deleted cases, but by no deleted sheet."""
    _, numbers, conditions = restricting_sheets(restriction)
    return select(*numbers).where(*conditions)


def restricting_sheets(restriction: CaseRestriction) -> tuple[Any, list[Any], list[Any]]:
    """What to read from, the column with the number of a case, and the conditions under which it holds for it.

    The columns of what is read from are those of :func:`restricting_day` too.
    """
    sheet = _sheets(restriction, "restricting")
    conditions = [_restricts(restriction, sheet)]
    if restriction.form == CASE_FORM:
        return sheet, [sheet.c.id], conditions
    conditions.append(sheet.c.deleted_at.is_(None))
    if restriction.restriction.lifted_by is not None:
        lifting = _lifting_sheets(restriction) if restriction.restriction.lifted_in else _sheets(restriction, "lifting")
        conditions.append(~select(lifting.c.id).where(*_lifts(restriction, lifting, sheet)).exists())
    return sheet, [sheet.c.case_id], conditions


def is_restricted(restriction: CaseRestriction, case_id: Any) -> ColumnElement[bool]:
    """The condition under which a case (a column of case ids) is one of these: gathered once for a whole list."""
    found: ColumnElement[bool] = case_id.in_(restricted_cases(restriction))
    return found


def is_restricted_here(restriction: CaseRestriction, case_id: Any) -> ColumnElement[bool]:
    """The same, looked up for each case (a column of a plain table): for who works on a few."""
    query = restricted_cases(restriction)
    return query.where(query.selected_columns[0] == case_id).correlate(case_id.table).exists()


def restricted_since_here(restriction: CaseRestriction, case_id: Any) -> ColumnElement[Any]:
    """Of a case (a column of a plain table): since when it is restricted, where a date does it; else whether it is."""
    if restriction.restricts != "day":
        return is_restricted_here(restriction, case_id)
    sheet, (number, *_), conditions = restricting_sheets(restriction)
    first = select(func.min(restricting_day(restriction, sheet))).where(*conditions, number == case_id)
    found: ColumnElement[Any] = first.correlate(case_id.table).scalar_subquery()
    return found


def restrictions_among(
    session: Any, restrictions: Sequence[CaseRestriction], case_ids: Iterable[int]
) -> dict[int, list[CaseRestriction]]:
    """Case → what restricts it and since when, of these restrictions, for the cases of these that are restricted: one
    statement."""
    numbers, found = sorted({*case_ids}), dict[int, list[CaseRestriction]]()
    if not numbers or not restrictions:
        return found
    among = []
    for position, restriction in enumerate(restrictions):
        sheet, (number, *_), conditions = restricting_sheets(restriction)
        first = func.min(restricting_day(restriction, sheet))
        query = select(number, literal(position), first).where(*conditions, number.in_(numbers))
        among.append(query.group_by(number))
    for case_id, position, since in sorted(map(tuple, session.execute(union_all(*among))), key=lambda row: row[:2]):
        found.setdefault(case_id, []).append(replace(restrictions[position], since=since))
    return found


def restricting_day(restriction: CaseRestriction, sheet: Any) -> ColumnElement[Any]:
    """The day from which on a sheet restricts, where a date does; else nothing."""
    day: ColumnElement[Any] = (
        sheet.c[restriction.restriction.question] if restriction.restricts == "day" else cast(null(), Date)
    )
    return day


def _restricts(restriction: CaseRestriction, sheet: Any) -> ColumnElement[bool]:
    answer = sheet.c[restriction.restriction.question]
    condition: ColumnElement[bool] = {
        "code": answer.in_(restriction.restriction.codes),
        "yes": answer.is_(True),
        "day": answer.is_not(None),
    }[restriction.restricts]
    return condition


def _lifts(restriction: CaseRestriction, lifting: Any, sheet: Any) -> list[ColumnElement[bool]]:
    """The conditions under which a sheet ends what another one, or itself, restricts."""
    answer = lifting.c[restriction.restriction.lifted_by]
    return [
        lifting.c.case_id == sheet.c.case_id,
        lifting.c.deleted_at.is_(None),
        lifting.c.to_check.is_not(True),
        answer.is_not(None),
        _is_later(restriction, lifting, sheet),
    ]


def _is_later(restriction: CaseRestriction, lifting: Any, sheet: Any) -> ColumnElement[bool]:
    """Whether what lifts came after what restricts: by their days, and by the order of filing where days do not tell.

    An old paper that is typed in late lifts nothing, nor does an earlier consent that came with a merged case. Numbers
    are the order of filing, in all cases together; merging leaves them as they are. Two forms count each for itself, so
    between them the moments of filing tell; in one and the same second nothing is lifted.
    """
    filed = "created_at" if restriction.restriction.lifted_in else "id"
    filed_later: ColumnElement[bool] = lifting.c[filed] > sheet.c[filed]
    if restriction.restricts != "day":
        return filed_later
    lifted, restricted = lifting.c[restriction.restriction.lifted_by], sheet.c[restriction.restriction.question]
    later_day: ColumnElement[bool] = (lifted > restricted) | ((lifted == restricted) & filed_later)
    return later_day


_TYPES: Mapping[str, TypeEngine[Any]] = {"code": String(), "yes": Boolean(), "day": Date()}


def _answer_type(restriction: CaseRestriction) -> TypeEngine[Any]:
    plain = _TYPES[restriction.restricts]
    asked = restriction.asked
    return plain if restriction.restricts == "day" else choice_type(asked, restriction.form, plain)


def _sheets(restriction: CaseRestriction, called: str) -> Any:
    """The table of the form below the classes, under a name of its own: it stands in the statements of all others."""
    said = restriction.restriction
    columns = [*_every_sheet(), column(said.question, _answer_type(restriction))]
    if restriction.form != CASE_FORM:
        columns.append(column("case_id", Integer))
    if said.lifted_by not in (None, said.question) and said.lifted_in is None:
        columns.append(_lifting_column(restriction))
    return table(restriction.form, *columns).alias(f"{called}_{said.restriction}")


def _lifting_sheets(restriction: CaseRestriction) -> Any:
    """The same of another form, on which it is asked what lifts."""
    columns = [*_every_sheet(), column("case_id", Integer), _lifting_column(restriction)]
    return table(restriction.lifting_form, *columns).alias(f"lifting_{restriction.restriction.restriction}")


def _every_sheet() -> list[ColumnClause[Any]]:
    return [
        column("id", Integer),
        column("created_at", DateTime),
        column("deleted_at", DateTime),
        column("to_check", Boolean),
    ]


def _lifting_column(restriction: CaseRestriction) -> ColumnClause[Any]:
    return column(str(restriction.restriction.lifted_by), Date if restriction.restricts == "day" else None)
