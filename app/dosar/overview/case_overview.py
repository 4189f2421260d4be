"""A case at a glance: how many sheets of each form, the last of them, who works on it, what happened."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
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

from dosar.database.form_tables import Record
from dosar.database.joint_reads import DeferredRead, Rows, known_result
from dosar.database.system_tables import history_table, team_table
from dosar.database.union_reads import UnionPart
from dosar.database.users import User
from dosar.language.dating import dating_question
from dosar.language.form import CASE_FORM, Form
from dosar.language.question import ReadingContext
from dosar.records.audit_log import BACK_ACTIONS, GONE_ACTIONS, WITH_CASE_ACTIONS
from dosar.records.history.turns import is_with_volunteer
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope
from dosar.records.titles import PERSON_COLUMNS, person_name

ENTRIES_PER_RECORD = 5
"""How often a record may stand among what changed last, at a guess."""


@dataclass(frozen=True)
class CaseTeamMember:
    """Somebody who works on a case."""

    user_id: int
    name: str
    role: str
    since: date
    until: date | None
    leads: bool
    planned_end: date | None = None
    """Until when her place was given to her."""


@dataclass(frozen=True)
class RecordEvent:
    """Something that happened in a case."""

    form: str
    record_id: int
    action: str
    at: datetime
    user_id: int | None
    who: str
    """The worker's name; empty for what Dosar did itself."""


def known_dating_name(repository: Repository, known: Form) -> str:
    """The question that says when a sheet is of; empty where the reader, who knows ``known`` of the form, may not
    know it."""
    dated = dating_question(repository.forms[known.key])
    return dated.name if dated is not None and dated.name in known.questions else ""


_MEMBERS = (
    select(
        team_table.c.user_id,
        team_table.c.role,
        team_table.c.since,
        team_table.c.until,
        team_table.c.leads,
        team_table.c.planned_end,
        *PERSON_COLUMNS,
    )
    .join(User, User.id == team_table.c.user_id)
    .where(team_table.c.case_id == bindparam("of_case"))
    .order_by(team_table.c.until.is_not(None), team_table.c.since, team_table.c.id)
)
_EVENTS = (
    select(
        history_table.c.form,
        history_table.c.record_id,
        history_table.c.action,
        history_table.c.at,
        history_table.c.user_id,
        *PERSON_COLUMNS,
    )
    .select_from(history_table)
    .outerjoin(User, User.id == history_table.c.user_id)
    .where(
        history_table.c.case_id == bindparam("of_case"),
        history_table.c.form.in_(bindparam("forms", expanding=True)),
        history_table.c.action.not_in(WITH_CASE_ACTIONS),
    )
    .order_by(history_table.c.id.desc())
    .limit(bindparam("most"))
)


def team_members(repository: Repository, case: Record, reading: ReadingContext) -> list[CaseTeamMember]:
    """The team of the case, those who work on it now first."""
    rows = repository.session.execute(_MEMBERS, {"of_case": case.id})
    return [CaseTeamMember(row[0], person_name(row[6:], reading), *row[1:6]) for row in rows]


def latest_events(
    repository: Repository, case: Record, forms: Iterable[str], reading: ReadingContext, most: int = 15
) -> list[RecordEvent]:
    """What happened last in the case, in the forms the reader may see."""
    rows = repository.session.execute(_EVENTS, {"of_case": case.id, "forms": sorted(forms), "most": most})
    return [
        RecordEvent(row.form, row.record_id, row.action, row.at, row.user_id, person_name(row[5:], reading))
        for row in rows
    ]


@dataclass(frozen=True)
class RecordDeletion:
    """A record that was put away."""

    form: str
    id: int
    at: datetime
    by: int | None
    case_id: int | None = None
    """The case it is, or belongs to."""


def deleted_records(repository: Repository, forms: Iterable[str], most: int) -> list[RecordDeletion]:
    """The records put away last, of these forms: one statement. Sheets whose case was put away too come back
    with it, so the case stands for them."""
    queries = []
    for key in forms:
        record_class = repository.record_class(key)
        case_id = getattr(record_class, record_class.case_column) if record_class.case_column else cast(null(), Integer)
        queries.append(
            select(literal(key), record_class.id, record_class.deleted_at, record_class.deleted_by, case_id).where(
                record_class.deleted_at.is_not(None), _deleted_alone(repository, record_class)
            )
        )
    if not queries:
        return []
    every = union_all(*queries)
    rows = repository.session.execute(
        every.order_by(every.selected_columns[2].desc()).limit(most), execution_options={"with_deleted": True}
    )
    return [RecordDeletion(*row) for row in rows]


def _deleted_alone(repository: Repository, record_class: type[Record]) -> ColumnElement[bool]:
    if record_class.case_column != "case_id":
        return true()
    case: Any = repository.record_class(CASE_FORM)
    by_itself: ColumnElement[bool] = record_class.case_id.not_in(select(case.id).where(case.deleted_at.is_not(None)))
    return by_itself


@dataclass(frozen=True)
class WaitingRecord:
    """A record that somebody other than the one who entered it should look at."""

    form: str
    id: int
    case_id: int | None
    at: datetime
    by: int | None


def records_to_check(repository: Repository, forms: Iterable[str], most: int) -> list[WaitingRecord]:
    """The records in reach that wait for acceptance, the oldest first: one statement for all forms.

    What was returned waits for the one who filed it.
    """
    return query_to_check(repository, forms, most).read(repository.session)


def query_to_check(repository: Repository, forms: Iterable[str], most: int) -> DeferredRead[list[WaitingRecord]]:
    """The same, to be asked for together with others."""
    keys = tuple(forms)
    if not keys:
        return known_result(list[WaitingRecord]())
    kind = "records to check", keys, most
    return DeferredRead.of_part(kind, lambda: _to_check_part(repository, keys, most), _oldest_first)


def _to_check_part(repository: Repository, forms: Iterable[str], most: int) -> UnionPart:
    queries = []
    for key in forms:
        record_class: Any = repository.record_class(key)
        case_id = getattr(record_class, record_class.case_column) if record_class.case_column else cast(null(), Integer)
        queries.append(
            select(
                literal(key).label("form"),
                record_class.id.label("id"),
                case_id.label("case_id"),
                record_class.created_at.label("at"),
                record_class.created_by.label("by"),
            ).where(record_class.to_check.is_(True))
        )
    every = union_all(*queries).subquery()
    waits = [not_(is_with_volunteer(every.c.form, every.c.id))]
    return UnionPart(every, list(every.c), waits, order_by=[every.c.at], most=most)


def _oldest_first(rows: Rows) -> list[WaitingRecord]:
    return sorted((WaitingRecord(**row) for row in rows), key=lambda each: each.at)


def records_entered_by(
    repository: Repository, forms: Iterable[str], user_id: int, since: datetime, most: int
) -> list[WaitingRecord]:
    """What a worker entered since a moment and is not put away now, the latest first."""
    return query_entered(forms, user_id, since, most).read(repository.session)


def query_entered(forms: Iterable[str], user_id: int, since: datetime, most: int) -> DeferredRead[list[WaitingRecord]]:
    """The same, to be asked for together with others."""
    keys = tuple(sorted(forms))
    return DeferredRead.of_part(
        ("entered records", keys, most),
        lambda: _entered_part(keys, most),
        lambda rows: [WaitingRecord(*values) for _, *values in _latest_first(rows)],
        {"entered_by": user_id, "entered_since": since},
    )


def _entered_part(forms: Collection[str], most: int) -> UnionPart:
    later = history_table.alias()
    last = (
        select(later.c.action)
        .where(
            later.c.form == history_table.c.form,
            later.c.record_id == history_table.c.record_id,
            later.c.action.in_((*GONE_ACTIONS, *BACK_ACTIONS)),
        )
        .order_by(later.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    entry = history_table.c
    conditions = [
        entry.user_id == bindparam("entered_by"),
        entry.action == "entered",
        entry.form.in_(forms),
        entry.at >= bindparam("entered_since"),
        func.coalesce(last, "").not_in(GONE_ACTIONS),
    ]
    columns = [entry.id, entry.form, entry.record_id, entry.case_id, entry.at, entry.user_id]
    return UnionPart(history_table, columns, conditions, order_by=[entry.id.desc()], most=most)


def _latest_first(rows: Rows) -> list[tuple[Any, ...]]:
    """The values of each row, in the order of the first one, and of the second where two are alike."""
    return sorted((tuple(row.values()) for row in rows), key=lambda values: values[:2], reverse=True)


@dataclass(frozen=True)
class ColleagueChange:
    """What a colleague did last with a record of a case."""

    case_id: int
    form: str
    record_id: int
    action: str
    at: datetime
    user_id: int


def changed_by_others(repository: Repository, forms: Iterable[str], user_id: int, most: int) -> list[ColleagueChange]:
    """What others did last in the cases in reach, each record told once, the latest first: one statement."""
    return query_changes_by_others(repository, forms, user_id, most).read(repository.session)


def query_changes_by_others(
    repository: Repository, forms: Iterable[str], user_id: int, most: int
) -> DeferredRead[list[ColleagueChange]]:
    """The same, to be asked for together with others."""
    keys = tuple(forms)
    return DeferredRead.of_part(
        ("changes by others", keys, most),
        lambda: _changes_part(repository, keys, most * ENTRIES_PER_RECORD),
        lambda rows: _each_record_once(rows, most),
        {"not_changed_by": user_id},
    )


def _changes_part(repository: Repository, forms: Iterable[str], most: int) -> UnionPart:
    record_class: Any = repository.record_class(CASE_FORM)
    every = current_scope.get().reaches_all_cases
    change = (_newest_changes(forms, most) if every else _every_change(forms)).c
    return UnionPart(
        record_class,
        [change.id, change.case_id, change.form, change.record_id, change.action, change.at, change.user_id],
        [change.case_id == record_class.id],
        order_by=[change.id.desc()],
        most=most,
    )


def _each_record_once(rows: Rows, most: int) -> list[ColleagueChange]:
    changes = [ColleagueChange(*values) for _, *values in _latest_first(rows)]
    latest = {(change.form, change.record_id): change for change in reversed(changes)}
    return list(reversed(latest.values()))[:most]


def _every_change(forms: Iterable[str]) -> Any:
    """All that others did; whoever reaches a few cases looks it up by the case."""
    return select(history_table).where(*_others_conditions(forms)).subquery()


def _newest_changes(forms: Iterable[str], most: int) -> Any:
    """What others did last, wherever."""
    newest = select(history_table).where(history_table.c.case_id.is_not(None), *_others_conditions(forms))
    return newest.order_by(history_table.c.id.desc()).limit(most).subquery()


def _others_conditions(forms: Iterable[str]) -> tuple[Any, ...]:
    """The empty text keeps databases from gathering all entries of the forms first, which takes seconds in an
    office with 100,000 cases."""
    form = history_table.c.form + ""
    user_id = history_table.c.user_id
    by_others = form.in_(sorted(forms)), user_id.is_not(None), user_id != bindparam("not_changed_by")
    return *by_others, history_table.c.action.not_in(WITH_CASE_ACTIONS)


def query_cases_changed_last(repository: Repository, most: int) -> DeferredRead[list[tuple[int, datetime]]]:
    """(case, when in UTC) of the cases in reach that changed last, the latest first."""
    case: Any = repository.record_class(CASE_FORM)
    order = [case.changed_at.desc(), case.id.desc()]
    part = UnionPart(case, [case.changed_at, case.id], order_by=order, most=most)
    kind = "cases changed last", most
    return DeferredRead.of_part(kind, lambda: part, lambda rows: [(number, at) for at, number in _latest_first(rows)])
