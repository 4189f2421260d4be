"""Which days are asked for, as conditions of a statement that is made once and used again."""

from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select

from dosar.database.system_tables import deadline_table, team_table
from dosar.overview.deadlines.known_rules import known_rules, partner_forms
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import Scope, current_scope, works_on_case

Value = Callable[[str], Any]
"""Name of a wish → the value, or what stands for it in a statement."""


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
    with_nobodys: bool = False
    """What is nobody's besides: who coordinates looks at that."""
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


def due_to_worker(scope: Scope) -> DeadlineFilter:
    """What whoever has this scope is to look at: her work; and who coordinates, correcting every case, what is
    nobody's."""
    return DeadlineFilter(of_worker=scope.worker_id, with_nobodys=scope.corrects_every_case)


SHAPES = ("waits", "with_nobodys", "skip", "most")
"""Wishes that are no values of conditions."""


def shape_of(wanted: DeadlineFilter) -> Hashable:
    """The same for all wishes that differ in nothing but their values, and so are asked in the same words."""
    given = tuple(name for name, _ in _given(wanted))
    return given, wanted.waits, wanted.with_nobodys, wanted.workers is not None and 0 in wanted.workers


def named_value(name: str, place: object = "") -> BindParameter[Any]:
    """What stands in a statement for the value of a wish, which :func:`values_of` gives later."""
    return bindparam(f"{name}{place}", expanding=name in ("workers", "cases", "rules", "ids"))


def values_of(wanted: DeadlineFilter, place: object = "") -> dict[str, Any]:
    """The values by their names."""
    return {
        f"{name}{place}": sorted(value) if isinstance(value, Collection) else value for name, value in _given(wanted)
    }


def _given(wanted: DeadlineFilter) -> Iterator[tuple[str, Any]]:
    every = ((each.name, getattr(wanted, each.name)) for each in fields(wanted))
    return ((name, value) for name, value in every if value is not None and name not in SHAPES)


def deadline_conditions(
    repository: Repository, wanted: DeadlineFilter, value: Value = named_value
) -> list[ColumnElement[bool]]:
    """What is true of a kept day that is asked for and that the acting worker may learn of: asked by partner, only
    the rules of which she may know who promised answer."""
    day = deadline_table.c
    known = known_rules(repository) if wanted.partner is None else partner_forms(repository)
    conditions: list[ColumnElement[bool]] = [
        day.rule.in_(sorted(known)),
        or_(day.case_id.is_(None), current_scope.get().reaches_case(day.case_id)),
        *span_conditions(wanted, value),
    ]
    conditions += [day.rule.in_(value("rules"))] if wanted.rules is not None else []
    conditions += [day.announced_on <= value("announced")] if wanted.announced else []
    conditions += [day.case_id.in_(value("cases"))] if wanted.cases is not None else []
    conditions += [day.partner_id == value("partner")] if wanted.partner is not None else []
    conditions += [day.id.in_(value("ids"))] if wanted.ids is not None else []
    conditions += [_of_workers(0 in wanted.workers, value)] if wanted.workers is not None else []
    conditions += [_of_her_work(wanted.with_nobodys, value)] if wanted.of_worker is not None else []
    return conditions


def span_conditions(wanted: DeadlineFilter, value: Value = named_value) -> list[ColumnElement[bool]]:
    """The conditions of a span of days."""
    day = deadline_table.c
    conditions: list[ColumnElement[bool]] = [day.day >= value("since")] if wanted.since else []
    conditions += [day.day <= value("until")] if wanted.until else []
    conditions += [day.waits.is_(wanted.waits)] if wanted.waits is not None else []
    return conditions


def _of_workers(with_nobody: bool, value: Value) -> ColumnElement[bool]:
    hers: ColumnElement[bool] = deadline_table.c.user_id.in_(value("workers"))
    return or_(hers, deadline_table.c.user_id.is_(None)) if with_nobody else hers


def _of_her_work(with_nobodys: bool, value: Value) -> ColumnElement[bool]:
    worker = value("of_worker")
    nobodys = [deadline_table.c.user_id.is_(None)] if with_nobodys else []
    cases = select(team_table.c.case_id).where(team_table.c.user_id == worker, works_on_case(current_scope.get().today))
    return or_(deadline_table.c.user_id == worker, deadline_table.c.case_id.in_(cases), *nobodys)
