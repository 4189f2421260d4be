"""A case at a glance: how many sheets of each form, the last of them, who works on it, what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    bindparam,
    cast,
    func,
    literal,
    not_,
    null,
    select,
    true,
    union_all,
)

from app.language.form import CASE, Form
from app.language.question import Question, Reading
from app.language.same import Same
from app.records.acceptance import is_with_volunteer
from app.records.cabinet import Cabinet
from app.records.history import BACK, GONE, WITH_CASE
from app.records.labels import PERSON, person_name
from app.records.scope import current_scope
from app.records.system import history, team
from app.records.tables import Record
from app.records.users import User

LINES_OF_A_RECORD = 5
"""How often a record may stand among what changed last, at a guess."""


@dataclass(frozen=True)
class Member:
    """Somebody who works on a case."""

    user_id: int
    name: str
    role: str
    since: date
    until: date | None


@dataclass(frozen=True)
class Event:
    """Something that happened in a case."""

    form: str
    record_id: int
    action: str
    at: datetime
    user_id: int | None
    who: str
    """The worker's name; empty for what Dosar did itself."""


def dating_question(form: Form) -> Question | None:
    """The question that says when a sheet is of: the date its list is sorted by, else its first whole day.

    A date of which a part may be enough is a date of somebody's life, such as a birth.
    """
    return _dating_question(Same(form))


@lru_cache(maxsize=1024)
def _dating_question(same: Same[Form]) -> Question | None:
    form = same.thing
    names = [name.removeprefix("-") for name in form.sort]
    dates = [question for question in form.stored_questions if question.dated]
    days = [question for question in dates if question.whole_day]
    return next((one for one in dates if one.name in names), days[0] if days else None)


def known_day(cabinet: Cabinet, known: Form) -> str:
    """The question that says when a sheet is of; empty where the reader, who knows ``known`` of the form, may not
    know it."""
    dated = dating_question(cabinet.forms[known.key])
    return dated.name if dated is not None and dated.name in known.questions else ""


_MEMBERS = (
    select(team.c.user_id, team.c.role, team.c.since, team.c.until, *PERSON)
    .join(User, User.id == team.c.user_id).where(team.c.case_id == bindparam("of_case"))
    .order_by(team.c.until.is_not(None), team.c.since, team.c.id)
)
_EVENTS = (
    select(
        history.c.form, history.c.record_id, history.c.action, history.c.at, history.c.user_id,
        *PERSON,
    ).select_from(history).outerjoin(User, User.id == history.c.user_id)
    .where(
        history.c.case_id == bindparam("of_case"), history.c.form.in_(bindparam("forms", expanding=True)),
        history.c.action.not_in(WITH_CASE),
    )
    .order_by(history.c.id.desc()).limit(bindparam("most"))
)


def members(cabinet: Cabinet, case: Record, reading: Reading) -> list[Member]:
    """The team of the case, those who work on it now first."""
    rows = cabinet.session.execute(_MEMBERS, {"of_case": case.id})
    return [Member(row[0], person_name(row[4:], reading), *row[1:4]) for row in rows]


def events(cabinet: Cabinet, case: Record, forms: Iterable[str], reading: Reading, most: int = 15) -> list[Event]:
    """What happened last in the case, in the forms the reader may see."""
    rows = cabinet.session.execute(_EVENTS, {"of_case": case.id, "forms": sorted(forms), "most": most})
    return [
        Event(row.form, row.record_id, row.action, row.at, row.user_id, person_name(row[5:], reading)) for row in rows
    ]


@dataclass(frozen=True)
class Deleted:
    """A record that was put away."""

    form: str
    id: int
    at: datetime
    by: int | None
    case_id: int | None = None
    """The case it is, or belongs to."""


def deleted_records(cabinet: Cabinet, forms: Iterable[str], most: int) -> list[Deleted]:
    """The records put away last, of these forms: one statement. Sheets whose case was put away too come back
    with it, so the case stands for them."""
    queries = []
    for key in forms:
        kept = cabinet.record_class(key)
        case_id = getattr(kept, kept.case_column) if kept.case_column else cast(null(), Integer)
        queries.append(
            select(literal(key), kept.id, kept.deleted_at, kept.deleted_by, case_id)
            .where(kept.deleted_at.is_not(None), _went_by_itself(cabinet, kept))
        )
    if not queries:
        return []
    every = union_all(*queries)
    rows = cabinet.session.execute(
        every.order_by(every.selected_columns[2].desc()).limit(most), execution_options={"with_deleted": True}
    )
    return [Deleted(*row) for row in rows]


def _went_by_itself(cabinet: Cabinet, kept: type[Record]) -> ColumnElement[bool]:
    if kept.case_column != "case_id":
        return true()
    case: Any = cabinet.record_class(CASE)
    by_itself: ColumnElement[bool] = kept.case_id.not_in(select(case.id).where(case.deleted_at.is_not(None)))
    return by_itself


@dataclass(frozen=True)
class Waiting:
    """A record that somebody other than the one who entered it should look at."""

    form: str
    id: int
    case_id: int | None
    at: datetime
    by: int | None


def to_check(cabinet: Cabinet, forms: Iterable[str], most: int) -> list[Waiting]:
    """The records in reach that wait for acceptance, the oldest first: one statement for all forms.

    What was returned waits for the one who filed it.
    """
    queries = []
    for key in forms:
        kept: Any = cabinet.record_class(key)
        case_id = getattr(kept, kept.case_column) if kept.case_column else cast(null(), Integer)
        queries.append(
            select(
                literal(key).label("form"), kept.id.label("id"), case_id.label("case_id"),
                kept.created_at.label("at"), kept.created_by.label("by"),
            ).where(kept.to_check.is_(True))
        )
    if not queries:
        return []
    every = union_all(*queries).subquery()
    form, record_id, _, entered_at, _ = every.c
    rows = cabinet.session.execute(
        select(every).where(not_(is_with_volunteer(form, record_id))).order_by(entered_at).limit(most)
    )
    return [Waiting(*row) for row in rows]


def entered_by(cabinet: Cabinet, forms: Iterable[str], user_id: int, since: datetime, most: int) -> list[Waiting]:
    """What a worker entered since a moment and is not put away now, the latest first."""
    later = history.alias()
    last = select(later.c.action).where(
        later.c.form == history.c.form, later.c.record_id == history.c.record_id, later.c.action.in_((*GONE, *BACK))
    ).order_by(later.c.id.desc()).limit(1).scalar_subquery()
    rows = cabinet.session.execute(
        select(history.c.form, history.c.record_id, history.c.case_id, history.c.at, history.c.user_id)
        .where(
            history.c.user_id == user_id, history.c.action == "entered", history.c.form.in_(sorted(forms)),
            history.c.at >= since, func.coalesce(last, "").not_in(GONE),
        )
        .order_by(history.c.id.desc()).limit(most)
    )
    return [Waiting(*row) for row in rows]


@dataclass(frozen=True)
class ByOthers:
    """What a colleague did last with a record of a case."""

    case_id: int
    form: str
    record_id: int
    action: str
    at: datetime
    user_id: int


def changed_by_others(cabinet: Cabinet, forms: Iterable[str], user_id: int, most: int) -> list[ByOthers]:
    """What others did last in the cases in reach, each record told once, the latest first: one statement."""
    kept: Any = cabinet.record_class(CASE)
    told = _newest(forms, user_id, most * LINES_OF_A_RECORD) if current_scope.get().reaches_all else _every(
        forms, user_id
    )
    rows = cabinet.session.execute(
        select(kept.id, told.c.form, told.c.record_id, told.c.action, told.c.at, told.c.user_id)
        .join(told, told.c.case_id == kept.id).order_by(told.c.id.desc()).limit(most * LINES_OF_A_RECORD)
    )
    latest = {(one.form, one.record_id): one for one in reversed([ByOthers(*row) for row in rows])}
    return list(reversed(latest.values()))[:most]


def _every(forms: Iterable[str], user_id: int) -> Any:
    """All that others did; whoever reaches a few cases looks it up by the case."""
    return select(history).where(*_by_others(forms, user_id)).subquery()


def _newest(forms: Iterable[str], user_id: int, most: int) -> Any:
    """What others did last, wherever."""
    newest = select(history).where(history.c.case_id.is_not(None), *_by_others(forms, user_id))
    return newest.order_by(history.c.id.desc()).limit(most).subquery()


def _by_others(forms: Iterable[str], user_id: int) -> tuple[Any, ...]:
    """The empty text keeps databases from gathering all entries of the forms first, which takes seconds in an
    office with 100,000 cases."""
    form = history.c.form + ""
    by_others = form.in_(sorted(forms)), history.c.user_id.is_not(None), history.c.user_id != user_id
    return *by_others, history.c.action.not_in(WITH_CASE)


def cases_changed_last(cabinet: Cabinet, most: int) -> list[tuple[int, datetime]]:
    """The cases in reach that changed last, and when."""
    kept: Any = cabinet.record_class(CASE)
    rows = cabinet.session.execute(
        select(kept.id, kept.changed_at).order_by(kept.changed_at.desc(), kept.id.desc()).limit(most)
    )
    return [(row[0], row[1]) for row in rows]
