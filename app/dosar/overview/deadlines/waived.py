"""What was waived and would be due otherwise: no kept day says it, so it is reckoned for the few places that ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from dosar.database.system_tables import deadline_move_table
from dosar.language.deadlines.days import DueDay, waived_days
from dosar.language.deadlines.facts import CaseFacts
from dosar.overview.deadlines.known_rules import known_rules, partner_forms
from dosar.overview.deadlines.reading import ONLY_READ, Deadline
from dosar.records.deadlines.reading_facts import facts_of_cases, facts_of_no_case
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import OutOfReach, current_scope


@dataclass(frozen=True)
class Waiver:
    """That somebody waived a deadline, and what would be due without that."""

    id: int
    """Of the kept move."""
    deadline: Deadline
    """Its number is 0: it is not kept."""


def waivers_part(repository: Repository, of_case: Any) -> tuple[Any, ...] | None:
    """What to read together with others to know whether anything was ever waived in a case that is within reach;
    nothing for who may know of no deadline. :func:`waivers_of_part` makes sense of it."""
    keys, move = sorted(known_rules(repository)), deadline_move_table.c
    conditions = [move.case_id == of_case, move.day.is_(None), move.rule.in_(keys)]
    return (deadline_move_table, _columns(), conditions) if keys else None


def _columns() -> list[Any]:
    """What is read of a move, and whether she only reads its case."""
    move = deadline_move_table.c
    return [*move, current_scope.get().only_reads(move.case_id).label(ONLY_READ)]


def waivers_of_part(repository: Repository, rows: Sequence[Mapping[str, Any]], today: date) -> list[Waiver]:
    """The waivers among these rows, all of one case or all of none, that still keep something from being due: no
    statement without rows."""
    numbers = {(row["rule"], row["record_id"], row["row_id"], row["of_day"]): row["id"] for row in rows}
    case, only_read = next(((row["case_id"], bool(row[ONLY_READ])) for row in rows), (None, False))
    rules = [rule for key, rule in known_rules(repository).items() if key in {place[0] for place in numbers}]
    if not rules:
        return []
    due = waived_days(rules, _facts(repository, rules, case), today)
    partners = partner_forms(repository)
    return [
        Waiver(number, _as_deadline(each, case, each.rule.key in partners, only_read))
        for each in due
        if (number := numbers.get((*each.place, each.day))) is not None
    ]


def find_waived_of_no_case(repository: Repository, today: date) -> list[Waiver]:
    """What was waived, belongs to no case and would be due otherwise, the soonest first. The page of a case tells its
    own (:func:`waivers_part`)."""
    move = deadline_move_table.c
    known = move.rule.in_(sorted(known_rules(repository)))
    query = select(*_columns()).where(move.case_id.is_(None), move.day.is_(None), known)
    rows = [dict(row) for row in repository.session.execute(query).mappings()]
    return sorted(waivers_of_part(repository, rows, today), key=lambda waiver: (waiver.deadline.day, waiver.id))


def waived_deadline(repository: Repository, move_id: int, today: date) -> Deadline:
    """What the waiver with this number keeps from being due. Raises :class:`OutOfReach` for one out of reach, or that
    keeps nothing from being due any more."""
    query = select(*_columns()).where(deadline_move_table.c.id == move_id, deadline_move_table.c.day.is_(None))
    rows = [dict(row) for row in repository.session.execute(query).mappings()]
    for row in rows:
        if row["case_id"] is not None:
            repository.case(row["case_id"])
    waivers = waivers_of_part(repository, rows, today)
    found = next((each.deadline for each in waivers if each.id == move_id), None)
    if found is None:
        raise OutOfReach("deadline")
    return found


def _facts(repository: Repository, rules: Any, case: int | None) -> CaseFacts:
    session, tables, definition = repository.session, repository.tables, repository.definition
    if case is None:
        return facts_of_no_case(session, tables, definition, rules)
    return facts_of_cases(session, tables, definition, rules, [case]).get(case, CaseFacts())


def _as_deadline(due: DueDay, case_id: int | None, tells_partner: bool, only_read: bool) -> Deadline:
    return Deadline(
        id=0,
        rule=due.rule,
        case_id=case_id,
        record_id=due.record_id,
        row_id=due.row_id,
        day=due.day,
        since=due.since,
        last=due.last,
        limit=due.limit,
        of_day=None,
        waits=due.waits,
        user_id=due.user_id,
        partner_id=due.partner_id if tells_partner else None,
        time=due.time,
        only_read=only_read,
    )
