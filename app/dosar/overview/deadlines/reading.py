"""What is due, as far as the acting worker may know it. The only door to the kept days: pages, mails and feeds use it.

A day is told to who reaches the case, sees the form on which it is done, and is cleared for everything it is counted
from.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from dosar.database.system_tables import deadline_table, team_table
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import Scope, current_scope, works_on_case


@dataclass(frozen=True)
class Deadline:
    """Something that is due."""

    id: int
    """Of the kept day: another one as soon as the day changes."""
    rule: ReadyRule
    case_id: int | None
    record_id: int
    """The sheet it is counted from."""
    row_id: int
    """The row on it; 0 for none."""
    day: date
    since: date
    """The date from which it is counted."""
    last: date | None
    """When it was done last, where it comes again."""
    limit: date | None
    """The day by the rule, where somebody typed another one."""
    of_day: date | None
    """The day before it was put off."""
    waits: bool
    """Whether a sheet that waits for acceptance would end it, or says it: it binds nobody yet."""
    user_id: int | None
    """Whose it is."""
    partner_id: int | None
    """The organisation that promised it."""
    time: str
    """The hour of an appointment: 14:30."""

    def is_late(self, today: date) -> bool:
        """Whether its day is over; what waits for acceptance is late for nobody."""
        return self.day < today and not self.waits


@dataclass(frozen=True)
class DeadlineFilter:
    """Which of the days are asked for; ``None`` for any."""

    since: date | None = None
    until: date | None = None
    announced: date | None = None
    """Only what is announced on this day, or was before."""
    workers: Collection[int] | None = None
    """Whose; 0 for what is nobody's."""
    of_worker: int | None = None
    """What this worker is to look at: hers, and what is due in the cases she works on."""
    cases: Collection[int] | None = None
    rules: Collection[str] | None = None
    """The keys of rules."""
    partner: int | None = None
    most: int | None = None


EVERYTHING = DeadlineFilter()


def known_rules(definition: Definition, scope: Scope) -> dict[str, ReadyRule]:
    """Key → rule, of those whose days somebody with this scope may learn; forms that only name persons privately tell
    none."""
    return {
        rule.key: rule
        for rule in definition.deadlines
        if scope.may("see", rule.due_form)
        and (scope.system or rule.clearances <= scope.clearances)
        and not any(definition.forms[form].private_to for form in rule.forms)
    }


def find_deadlines(repository: Repository, wanted: DeadlineFilter = EVERYTHING) -> list[Deadline]:
    """What is due and within reach of the acting worker, the soonest first: one statement."""
    rules = known_rules(repository.definition, current_scope.get())
    if not rules:
        return []
    case: Any = repository.record_class(CASE_FORM)
    query = (
        select(case.id.label("reached"), *deadline_table.c)
        .select_from(deadline_table)
        .outerjoin(case, case.id == deadline_table.c.case_id)
        .where(*_conditions(case, rules, wanted))
        .order_by(deadline_table.c.day, deadline_table.c.id)
        .limit(wanted.most)
    )
    return [_deadline(rules, row) for row in repository.session.execute(query)]


def count_deadlines(repository: Repository, wanted: DeadlineFilter, by: str = "user_id") -> dict[Any, int]:
    """How many there are, by a column of the kept days (whose they are, which rule): one statement."""
    rules = known_rules(repository.definition, current_scope.get())
    if not rules:
        return {}
    case: Any = repository.record_class(CASE_FORM)
    column = deadline_table.c[by]
    query = (
        select(column, func.count(deadline_table.c.id), func.max(case.id))
        .select_from(deadline_table)
        .outerjoin(case, case.id == deadline_table.c.case_id)
        .where(*_conditions(case, rules, wanted))
        .group_by(column)
    )
    return {value: count for value, count, _ in repository.session.execute(query)}


def _conditions(case: Any, rules: Iterable[str], wanted: DeadlineFilter) -> Sequence[ColumnElement[bool]]:
    day = deadline_table.c
    keys = [key for key in rules if wanted.rules is None or key in wanted.rules]
    conditions: list[ColumnElement[bool]] = [
        day.rule.in_(keys),
        or_(day.case_id.is_(None), case.id.is_not(None)),
    ]
    conditions += [day.day >= wanted.since] if wanted.since else []
    conditions += [day.day <= wanted.until] if wanted.until else []
    conditions += [day.announced_on <= wanted.announced] if wanted.announced else []
    conditions += [day.case_id.in_(sorted(wanted.cases))] if wanted.cases is not None else []
    conditions += [day.partner_id == wanted.partner] if wanted.partner is not None else []
    conditions += [_of_workers(wanted.workers)] if wanted.workers is not None else []
    conditions += [_of_her_work(wanted.of_worker)] if wanted.of_worker is not None else []
    return conditions


def _of_workers(workers: Collection[int]) -> ColumnElement[bool]:
    hers: ColumnElement[bool] = deadline_table.c.user_id.in_(sorted(workers))
    return or_(hers, deadline_table.c.user_id.is_(None)) if 0 in workers else hers


def _of_her_work(worker: int) -> ColumnElement[bool]:
    cases = select(team_table.c.case_id).where(team_table.c.user_id == worker, works_on_case(current_scope.get().today))
    return or_(deadline_table.c.user_id == worker, deadline_table.c.case_id.in_(cases))


def _deadline(rules: dict[str, ReadyRule], row: Any) -> Deadline:
    return Deadline(
        row.id,
        rules[row.rule],
        row.case_id,
        row.record_id,
        row.row_id,
        row.day,
        row.since,
        row.last,
        row.limit_day,
        row.of_day,
        row.waits,
        row.user_id,
        row.partner_id,
        row.time,
    )
