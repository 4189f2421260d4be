"""What is due, as far as the acting worker may know it. The only door to the kept days: pages, mails and feeds use it.

A day is told to who reaches the case, and sees every form and is cleared for every answer that it is counted from:
who may not read a date learns it from no deadline either.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy import case as one_of

from dosar.database.system_tables import deadline_table, team_table
from dosar.language.deadlines.ready_rules import ReadyRule, question_at
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
    """The organisation that promised it, for who may know it."""
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
    """The organisation that promised it; for who may not know it there is no such day."""
    waits: bool | None = None
    """Only what waits for acceptance, or only what does not."""
    skip: int = 0
    """How many of the soonest are left out."""
    ids: Collection[int] | None = None
    most: int | None = None


EVERYTHING = DeadlineFilter()


@dataclass(frozen=True)
class DeadlineTally:
    """How many days of one worker, and one partner, are in one span."""

    user_id: int | None
    partner_id: int | None
    """Who promised it, for who may know it."""
    rule: str
    """By which rule, where it is told who promised."""
    span: int
    """The place of the span among those asked for."""
    count: int


@dataclass(frozen=True)
class DueOnDay:
    """The first deadlines of a day, and how many there are."""

    first: list[Deadline]
    count: int


def known_rules(definition: Definition, scope: Scope) -> dict[str, ReadyRule]:
    """Key → rule, of those whose days somebody with this scope may learn; forms that only name persons privately tell
    none."""
    return {
        rule.key: rule
        for rule in definition.deadlines
        if all(scope.may("see", form) for form in rule.forms | {rule.due_form})
        and (scope.system or rule.clearances <= scope.clearances)
        and not any(definition.forms[form].private_to for form in rule.forms)
    }


def tells_of_deadlines(definition: Definition, rights: Mapping[str, Collection[str]]) -> bool:
    """Whether these rights open anything that is ever due: a case, or a form on which something is."""
    asked = {CASE_FORM, *(rule.due_form for rule in definition.deadlines)} if definition.deadlines else set()
    return any("see" in rights.get(form, ()) for form in asked)


def partner_forms(repository: Repository, rules: Mapping[str, ReadyRule]) -> dict[str, str]:
    """Rule → the form of those who promise what it asks for, where the acting worker may know and name them."""
    scope = current_scope.get()
    known = repository.forms_known_with(scope.clearances)
    found = {}
    for key, rule in rules.items():
        if rule.partner is None or not scope.may("see", rule.partner.form):
            continue
        question = question_at(rule.partner, known)
        target = question.link_target() if question is not None else None
        if target and (scope.may("see", target) or scope.may("choose", target)):
            found[key] = target
    return found


def may_do(scope: Scope, rule: ReadyRule) -> bool:
    """Whether somebody with this scope may do what is due: file the sheet, or answer on the one there is."""
    return scope.may("enter" if rule.is_new_sheet else "correct", rule.due_form)


def find_deadlines(repository: Repository, wanted: DeadlineFilter = EVERYTHING) -> list[Deadline]:
    """What is due and within reach of the acting worker, the soonest first: one statement."""
    rules = known_rules(repository.definition, current_scope.get())
    if not rules:
        return []
    partners = partner_forms(repository, rules)
    case: Any = repository.record_class(CASE_FORM)
    query = (
        select(case.id.label("reached"), *deadline_table.c)
        .select_from(deadline_table)
        .outerjoin(case, case.id == deadline_table.c.case_id)
        .where(*_conditions(case, rules, partners, wanted))
        .order_by(deadline_table.c.day, deadline_table.c.id)
        .limit(wanted.most)
        .offset(wanted.skip or None)
    )
    return [_deadline(rules, partners, row) for row in repository.session.execute(query)]


def deadlines_part(repository: Repository, of_case: Any) -> tuple[Any, ...] | None:
    """What to read together with others to know what is due in a case that is within reach; nothing for who may know
    none. :func:`deadlines_of_part` makes sense of it."""
    keys = sorted(known_rules(repository.definition, current_scope.get()))
    columns = deadline_table.c
    return (deadline_table, [*columns], [columns.case_id == of_case, columns.rule.in_(keys)]) if keys else None


def deadlines_of_part(repository: Repository, rows: Iterable[Mapping[str, Any]]) -> list[Deadline]:
    """What is due by these rows, the soonest first."""
    rules = known_rules(repository.definition, current_scope.get())
    partners = partner_forms(repository, rules)
    found = [_deadline(rules, partners, SimpleNamespace(**row)) for row in rows if row["rule"] in rules]
    return sorted(found, key=lambda each: (each.day, each.id))


def find_by_day(repository: Repository, wanted: DeadlineFilter, most: int) -> dict[date, DueOnDay]:
    """The first of what is due on each day, and how many there are: one statement.

    The cases are joined twice, inside for the counts, and outside because only what reads records is narrowed.
    """
    rules = known_rules(repository.definition, current_scope.get())
    if not rules:
        return {}
    partners, case, day = partner_forms(repository, rules), repository.record_class(CASE_FORM), deadline_table.c
    each: Any = case
    within = (
        select(
            *deadline_table.c,
            func.row_number().over(partition_by=day.day, order_by=day.id).label("place"),
            func.count(day.id).over(partition_by=day.day).label("every"),
        )
        .select_from(deadline_table)
        .outerjoin(each, each.id == day.case_id)
        .where(*_conditions(each, rules, partners, wanted))
        .subquery()
    )
    query = (
        select(each.id.label("reached"), *within.c)
        .select_from(within)
        .outerjoin(each, each.id == within.c.case_id)
        .where(within.c.place <= most, or_(within.c.case_id.is_(None), each.id.is_not(None)))
        .order_by(within.c.day, within.c.id)
    )
    found: dict[date, DueOnDay] = {}
    for row in repository.session.execute(query):
        found.setdefault(row.day, DueOnDay([], row.every)).first.append(_deadline(rules, partners, row))
    return found


def tally_deadlines(
    repository: Repository, wanted: DeadlineFilter, spans: Sequence[DeadlineFilter]
) -> list[DeadlineTally]:
    """How many there are of each worker and partner in each of these spans of days, which do not overlap: one
    statement. Every day is looked at once, whatever is counted: a sum for each span would take twice as long."""
    rules = known_rules(repository.definition, current_scope.get())
    if not rules:
        return []
    partners, case, day = partner_forms(repository, rules), repository.record_class(CASE_FORM), deadline_table.c
    each: Any = case
    promised = and_(day.partner_id.is_not(None), day.rule.in_(partners))
    by = (
        func.coalesce(day.user_id, 0),  # by the index of workers, the cases would be looked up here and there
        one_of((promised, day.partner_id)),
        one_of((promised, day.rule), else_=""),
        one_of(*((and_(true(), *_in_span(span)), place) for place, span in enumerate(spans))),
    )
    numbered = [column.label(f"by_{place}") for place, column in enumerate(by)]
    query: Any = (
        select(*numbered, func.count(day.id), func.max(each.id))
        .select_from(deadline_table)
        .outerjoin(each, each.id == day.case_id)
        .where(*_conditions(each, rules, partners, wanted))
        .group_by(*numbered)
    )
    return [
        DeadlineTally(user_id or None, partner_id, rule, span, count)
        for user_id, partner_id, rule, span, count, _ in repository.session.execute(query)
        if span is not None
    ]


def _conditions(
    case: Any, rules: Iterable[str], partners: Collection[str], wanted: DeadlineFilter
) -> Sequence[ColumnElement[bool]]:
    """``partners`` are the rules of which she may know who promised: asked by partner, no others answer."""
    day = deadline_table.c
    keys = [key for key in rules if wanted.rules is None or key in wanted.rules]
    if wanted.partner is not None:
        keys = [key for key in keys if key in partners]
    conditions: list[ColumnElement[bool]] = [
        day.rule.in_(keys),
        or_(day.case_id.is_(None), case.id.is_not(None)),
        *_in_span(wanted),
    ]
    if current_scope.get().cases != "all":  # found by the few cases that are hers, rather than by looking at each day
        conditions += [or_(day.case_id.is_(None), day.case_id.in_(select(case.id)))]
    conditions += [day.announced_on <= wanted.announced] if wanted.announced else []
    conditions += [day.case_id.in_(sorted(wanted.cases))] if wanted.cases is not None else []
    conditions += [day.partner_id == wanted.partner] if wanted.partner is not None else []
    conditions += [day.id.in_(sorted(wanted.ids))] if wanted.ids is not None else []
    conditions += [_of_workers(wanted.workers)] if wanted.workers is not None else []
    conditions += [_of_her_work(wanted.of_worker)] if wanted.of_worker is not None else []
    return conditions


def _in_span(wanted: DeadlineFilter) -> list[ColumnElement[bool]]:
    """The conditions of a span of days."""
    day = deadline_table.c
    conditions: list[ColumnElement[bool]] = [day.day >= wanted.since] if wanted.since else []
    conditions += [day.day <= wanted.until] if wanted.until else []
    conditions += [day.waits.is_(wanted.waits)] if wanted.waits is not None else []
    return conditions


def _of_workers(workers: Collection[int]) -> ColumnElement[bool]:
    hers: ColumnElement[bool] = deadline_table.c.user_id.in_(sorted(workers))
    return or_(hers, deadline_table.c.user_id.is_(None)) if 0 in workers else hers


def _of_her_work(worker: int) -> ColumnElement[bool]:
    cases = select(team_table.c.case_id).where(team_table.c.user_id == worker, works_on_case(current_scope.get().today))
    return or_(deadline_table.c.user_id == worker, deadline_table.c.case_id.in_(cases))


def _deadline(rules: Mapping[str, ReadyRule], partners: Collection[str], row: Any) -> Deadline:
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
        row.partner_id if row.rule in partners else None,
        row.time,
    )
