"""How much is due: by worker and partner, and day by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Integer, and_, cast, func, literal, null, or_, select, true, union_all
from sqlalchemy import case as one_of

from dosar.database.joint_reads import DeferredRead, Rows, known_result
from dosar.database.system_tables import deadline_table
from dosar.database.union_reads import UnionPart
from dosar.overview.deadlines.filters import (
    EVERYTHING,
    DeadlineFilter,
    deadline_conditions,
    named_value,
    shape_of,
    span_conditions,
    values_of,
)
from dosar.overview.deadlines.known_rules import known_rules, partner_forms
from dosar.overview.deadlines.reading import Deadline, deadline_columns, deadline_of_row
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import current_scope


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


def tally_deadlines(
    repository: Repository, wanted: DeadlineFilter, spans: Sequence[DeadlineFilter]
) -> list[DeadlineTally]:
    """How many there are of each worker and partner in each of these spans of days, which do not overlap: one
    statement. Every day is looked at once, whatever is counted: a sum for each span would take twice as long."""
    if not known_rules(repository):
        return []
    kind = ("tally of deadlines", shape_of(wanted), tuple(map(shape_of, spans)))
    query = repository.made_for(current_scope.get(), kind, lambda: _tally_query(repository, wanted, spans))
    values = values_of(wanted)
    for place, span in enumerate(spans):
        values |= values_of(span, place)
    return [
        DeadlineTally(user_id or None, partner_id, rule, span, count)
        for user_id, partner_id, rule, span, count in repository.session.execute(query, values).all()
        if span is not None
    ]


def _tally_query(repository: Repository, wanted: DeadlineFilter, spans: Sequence[DeadlineFilter]) -> Any:
    """Worker, partner, rule, span, count. What nobody promised, nearly all of it, is counted by two columns alone: to
    group by four takes a third longer."""
    day, partners = deadline_table.c, sorted(partner_forms(repository))
    in_span = [
        (and_(true(), *span_conditions(span, partial(named_value, place=place))), place)
        for place, span in enumerate(spans)
    ]
    worker = func.coalesce(day.user_id, 0)  # by the index of workers, the days would be looked up here and there
    conditions, span = deadline_conditions(repository, wanted), one_of(*in_span)
    by_nobody = or_(day.partner_id.is_(None), day.rule.not_in(partners))
    promised = [day.partner_id.is_not(None), day.rule.in_(partners)]
    return union_all(
        _counted([worker, cast(null(), Integer), literal(""), span], (0, 3), [by_nobody, *conditions]),
        _counted([worker, day.partner_id, day.rule, span], (0, 1, 2, 3), [*promised, *conditions]),
    )


def _counted(told: Iterable[Any], grouped: Iterable[int], conditions: Iterable[Any]) -> Any:
    """What is told, and how many days there are by those of it at these places."""
    numbered = [column.label(f"by_{place}") for place, column in enumerate(told)]
    count = func.count(deadline_table.c.id)
    return select(*numbered, count).where(*conditions).group_by(*(numbered[place] for place in grouped))


def query_late_by_worker(repository: Repository, today: date) -> DeferredRead[dict[int, int]]:
    """Worker → how much is overdue, the most first; 0 for what is nobody's. To be asked for together with others."""
    if not known_rules(repository):
        return known_result(dict[int, int]())
    day, late = deadline_table.c, DeadlineFilter(until=today - timedelta(1), waits=False)
    worker, named = func.coalesce(day.user_id, 0), partial(named_value, place="_late")
    # counted, and no condition: by the index of days, most of them would be looked up here and there
    count = func.count(one_of((and_(*span_conditions(late, named)), day.id))).label("late")
    columns = [worker.label("worker"), count]
    return DeferredRead.of_part(
        ("late by worker", shape_of(late)),
        lambda: UnionPart(deadline_table, columns, deadline_conditions(repository, EVERYTHING), [worker]),
        _most_first,
        values_of(late, "_late"),
    )


def _most_first(rows: Rows) -> dict[int, int]:
    in_order = sorted(rows, key=lambda row: (-row["late"], row["worker"]))
    return {row["worker"]: row["late"] for row in in_order if row["late"]}


def find_by_day(repository: Repository, wanted: DeadlineFilter, most: int) -> dict[date, DueOnDay]:
    """The first of what is due on each day, and how many there are: one statement."""
    rules = known_rules(repository)
    if not rules:
        return {}
    kind = ("deadlines by day", shape_of(wanted))
    query = repository.made_for(current_scope.get(), kind, lambda: _by_day_query(repository, wanted))
    partners, found = partner_forms(repository), dict[date, DueOnDay]()
    for row in repository.session.execute(query, {**values_of(wanted), "most": most}).all():
        found.setdefault(row.day, DueOnDay([], row.every)).first.append(deadline_of_row(rules, partners, row))
    return found


def _by_day_query(repository: Repository, wanted: DeadlineFilter) -> Any:
    day = deadline_table.c
    place = func.row_number().over(partition_by=day.day, order_by=day.id).label("place")
    every = func.count(day.id).over(partition_by=day.day).label("every")
    within = select(*deadline_columns(), place, every).where(*deadline_conditions(repository, wanted)).subquery()
    return select(within).where(within.c.place <= named_value("most")).order_by(within.c.day, within.c.id)
