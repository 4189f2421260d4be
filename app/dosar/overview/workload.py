"""What hangs on a worker: her places in the teams of cases, what is due in them, her tasks. And handing it over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from dosar.database.form_tables import Record
from dosar.database.system_tables import team_table
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.reading import Deadline, find_deadlines
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as, current_scope
from dosar.records.sheets.save import correct_sheet
from dosar.records.teams import join_team, leave_team, may_change_team, team_places, who_takes_over
from dosar.records.titles import titles_of_records


@dataclass(frozen=True)
class CasePlace:
    """A place in the team of a case, and the code the case is known by: no more of it is told here."""

    case_id: int
    role: str
    code: str
    leads: bool = False


def case_places(repository: Repository, user_id: int, reading: ReadingContext) -> list[CasePlace]:
    """The places of a worker that she has not left, of all cases that are not put away, by their code."""
    rows = repository.session.execute(
        select(team_table.c.case_id, team_table.c.role, team_table.c.leads).where(
            team_table.c.user_id == user_id, team_table.c.until.is_(None)
        )
    ).all()
    codes = codes_of_cases(repository, [row.case_id for row in rows], reading)
    places = [CasePlace(row.case_id, row.role, codes[row.case_id], row.leads) for row in rows if row.case_id in codes]
    return sorted(places, key=lambda place: place.code)


def codes_of_cases(repository: Repository, ids: Collection[int], reading: ReadingContext) -> dict[int, str]:
    """Case → its code, of those that are not put away."""
    return titles_of_records(repository, repository.forms[CASE_FORM].seen_with(frozenset()), sorted(ids), reading)


def due_in(repository: Repository, places: Sequence[CasePlace]) -> list[Deadline]:
    """What is due in these cases, the soonest first."""
    cases = [place.case_id for place in places]
    return find_deadlines(repository, DeadlineFilter(cases=cases)) if cases else []


NamedTask = tuple[str, int, str]
"""A sheet (its form and number), and the question on it that says whose it is."""


def tasks_named(repository: Repository, wanted: DeadlineFilter) -> dict[int, set[NamedTask]]:
    """Worker → the sheets that say themselves that what is still due on them is hers: tasks and appointments."""
    found: dict[int, set[NamedTask]] = {}
    for due in find_deadlines(repository, wanted):
        if due.user_id is not None and _is_handed_over(repository, due.rule):
            found.setdefault(due.user_id, set()).add(_named_task(due))
    return found


def _is_handed_over(repository: Repository, rule: ReadyRule) -> bool:
    return rule.names_user and not repository.forms[rule.source.form].append_only


def _named_task(due: Deadline) -> NamedTask:
    return due.rule.source.form, due.record_id, due.rule.rule.responsible


def hand_over_tasks(
    repository: Repository, from_id: int, to_id: int, actor: Actor, cases: Collection[int] | None = None
) -> None:
    """Give another worker what sheets say is this one's to do, and is still due; of these cases, or of all.

    In the caller's transaction and scope: whoever decides it hands over all of it. What sheets say is hers, too, where
    it went on to somebody else meanwhile, since she cannot work on it any more.
    """
    rules = [rule.key for rule in repository.definition.deadlines if _is_handed_over(repository, rule)]
    due = find_deadlines(repository, DeadlineFilter(rules=rules, cases=cases))
    hers = {_named_task(each) for each in due if each.user_id == from_id}
    others = {_named_task(each) for each in due} - hers
    for form, record_id, question in sorted(hers | _naming(repository, others, from_id)):
        record = repository.find(form, record_id)
        correct_sheet(repository, repository.forms[form], record_id, record.version, {question: to_id}, actor)


def _naming(repository: Repository, tasks: Collection[NamedTask], user_id: int) -> set[NamedTask]:
    """Those of these sheets that name the worker: a statement for each form."""
    found: set[NamedTask] = set()
    for form, question in sorted({(form, question) for form, _, question in tasks}):
        kept: Any = repository.record_class(form)
        query = select(kept.id).where(getattr(kept, question) == user_id)
        found |= {(form, number, question) for number in repository.session.scalars(query)}
    return found & {*tasks}


def leave_case(repository: Repository, case: Record, user_id: int, to_id: int | None, actor: Actor) -> None:
    """Let somebody leave the team of a case, and hand over what is hers to do in it: both or neither. Without ``to_id``
    it falls to who leads the case.

    Raises as :func:`leave_team`, and :class:`Mistake` for who does not work on the case. Who has left already hands
    over nothing.
    """
    with repository.writing():
        team, case_id = team_places(repository, case), case.id
        hands_over = to_id is not None and may_change_team(team, current_scope.get())
        if hands_over and to_id not in who_takes_over(repository, case, actor.today) - {user_id}:
            raise Mistake("Choose somebody who works on the case.")
        if to_id is not None and hands_over and user_id in {place.user_id for place in team}:
            with acting_as(replace(SYSTEM_SCOPE, today=current_scope.get().today)):
                hand_over_tasks(repository, user_id, to_id, actor, cases=(case_id,))
        leave_team(repository, case, [user_id], actor)


def hand_over_cases(
    repository: Repository, places: Sequence[CasePlace], from_id: int, to_id: int, actor: Actor
) -> None:
    """Put another worker where this one was; who is on the case already only takes over who leads it.

    The scope is that of whoever decides it: the places are all of a worker's, whoever reaches the cases.
    """
    with repository.writing():
        for place in places:
            case = repository.case(place.case_id)
            leads = {member.user_id: member.leads for member in team_places(repository, case)}
            if to_id not in leads or (place.leads and not leads[to_id]):
                join_team(repository, case, to_id, place.role, actor)
            if not place.leads:
                leave_team(repository, case, [from_id], actor)
