"""What is due, as far as the acting worker may know it. The only door to the kept days: pages, mails and feeds use it,
and what is counted of them goes through the same conditions (:mod:`dosar.overview.deadlines.filters`)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import select

from dosar.database.joint_reads import DeferredRead, known_result
from dosar.database.system_tables import deadline_table
from dosar.database.union_reads import UnionPart, UnionQuery
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.overview.deadlines.filters import (
    EVERYTHING,
    DeadlineFilter,
    deadline_conditions,
    named_value,
    shape_of,
    values_of,
)
from dosar.overview.deadlines.known_rules import known_rules, partner_forms
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import Scope, current_scope


class Deadline(NamedTuple):
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
    only_read: bool
    """Whether the acting worker writes nothing in its case now: others alone do while it is restricted."""

    @property
    def own_day(self) -> date:
        """The day before anybody put it off."""
        return self.of_day or self.day

    @property
    def rule_day(self) -> date:
        """The day by the rule, whatever was typed or moved since."""
        return self.limit or self.own_day

    def is_late(self, today: date) -> bool:
        """Whether its day is over; what waits for acceptance is late for nobody."""
        return self.day < today and not self.waits

    def may_be_done(self, scope: Scope) -> bool:
        """Whether somebody with this scope may do what is due: file the sheet, or answer on the one there is."""
        action = "enter" if self.rule.is_new_sheet else "correct"
        return not self.only_read and scope.may(action, self.rule.due_form)


DEADLINE_COLUMNS = tuple(
    deadline_table.c[name]
    for name in (
        "id",
        "rule",
        "case_id",
        "record_id",
        "row_id",
        "day",
        "since",
        "last",
        "limit_day",
        "of_day",
        "waits",
        "user_id",
        "partner_id",
        "time",
    )
)
"""What a :class:`Deadline` is made of, in its order; last comes whether she only reads the case."""
ONLY_READ = "only_read"
_in_order = itemgetter(*(column.key for column in DEADLINE_COLUMNS), ONLY_READ)


def find_deadlines(repository: Repository, wanted: DeadlineFilter = EVERYTHING) -> list[Deadline]:
    """What is due and within reach of the acting worker, the soonest first: one statement."""
    rules = known_rules(repository)
    if not rules:
        return []
    kind = ("deadlines", shape_of(wanted), wanted.most is None)
    query = repository.made_for(current_scope.get(), kind, lambda: _deadlines_query(repository, wanted))
    partners, values = partner_forms(repository), {**values_of(wanted), "most": wanted.most, "skip": wanted.skip}
    return [deadline_of_row(rules, partners, row) for row in repository.session.execute(query, values).all()]


def _deadlines_query(repository: Repository, wanted: DeadlineFilter) -> Any:
    day = deadline_table.c
    every = select(*deadline_columns()).where(*deadline_conditions(repository, wanted)).order_by(day.day, day.id)
    return every if wanted.most is None else every.limit(named_value("most")).offset(named_value("skip"))


def find_first(repository: Repository, spans: Sequence[DeadlineFilter], most: int) -> list[list[Deadline]]:
    """The first of what is due in each of these spans of days, the soonest first: one statement."""
    if not known_rules(repository):
        return [[] for _ in spans]
    kind = ("first deadlines", tuple(map(shape_of, spans)), most)
    query: UnionQuery = repository.made_for(
        current_scope.get(), kind, lambda: UnionQuery.of(_first_parts(repository, spans, most))
    )
    values: dict[str, Any] = {}
    for place, span in enumerate(spans):
        values |= values_of(span, place)
    return [deadlines_of_part(repository, rows) for rows in query.read(repository.session, values)]


def _first_parts(repository: Repository, spans: Sequence[DeadlineFilter], most: int) -> list[UnionPart]:
    day = deadline_table.c
    return [
        UnionPart(
            deadline_table,
            deadline_columns(),
            deadline_conditions(repository, span, partial(named_value, place=place)),
            order_by=(day.day, day.id),
            most=most,
        )
        for place, span in enumerate(spans)
    ]


def query_deadlines(repository: Repository, wanted: DeadlineFilter) -> DeferredRead[list[Deadline]]:
    """All of it, to be asked for together with others."""
    if not known_rules(repository):
        return known_result(list[Deadline]())
    return DeferredRead.of_part(
        ("deadlines", shape_of(wanted)),
        lambda: UnionPart(deadline_table, deadline_columns(), deadline_conditions(repository, wanted)),
        lambda rows: deadlines_of_part(repository, rows),
        values_of(wanted),
    )


def deadlines_part(repository: Repository, of_case: Any) -> tuple[Any, ...] | None:
    """What to read together with others to know what is due in a case that is within reach; nothing for who may know
    none. :func:`deadlines_of_part` makes sense of it."""
    keys, day = sorted(known_rules(repository)), deadline_table.c
    return (deadline_table, deadline_columns(), [day.case_id == of_case, day.rule.in_(keys)]) if keys else None


def deadlines_of_part(repository: Repository, rows: Iterable[Mapping[str, Any]]) -> list[Deadline]:
    """What is due by these rows, the soonest first."""
    rules, partners = known_rules(repository), partner_forms(repository)
    found = [deadline_of_row(rules, partners, _in_order(row)) for row in rows if row["rule"] in rules]
    return sorted(found, key=lambda each: (each.day, each.id))


def deadline_columns() -> list[Any]:
    """What is read of a kept day, for :func:`deadline_of_row`."""
    return [*DEADLINE_COLUMNS, current_scope.get().only_reads(deadline_table.c.case_id).label(ONLY_READ)]


def deadline_of_row(rules: Mapping[str, ReadyRule], partners: Collection[str], row: Sequence[Any]) -> Deadline:
    """What a kept day says, of which the row begins with :func:`deadline_columns`; who promised it, if it is by one of
    the rules of ``partners``."""
    number, key, *told, partner_id, time, only_read = row[: len(DEADLINE_COLUMNS) + 1]
    return Deadline._make((number, rules[key], *told, partner_id if key in partners else None, time, bool(only_read)))
