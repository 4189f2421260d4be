"""What hangs on a worker: her places in the teams of cases, what is due in them, her tasks. And handing it over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from dosar.database.system_tables import team_table
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.overview.deadlines.filters import DeadlineFilter
from dosar.overview.deadlines.reading import Deadline, find_deadlines
from dosar.records.actor import Actor
from dosar.records.repository import Repository
from dosar.records.sheets.save import correct_sheet
from dosar.records.teams import join_team, leave_team, team_places
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


def hand_over_tasks(repository: Repository, from_id: int, to_id: int, actor: Actor) -> None:
    """Give another worker what sheets say is this one's to do, and is still due: her tasks and appointments.

    In the caller's transaction and scope: whoever decides it hands over all of it.
    """
    hers = find_deadlines(repository, DeadlineFilter(workers=(from_id,)))
    sheets = {(due.rule.source.form, due.record_id, due.rule.rule.responsible) for due in hers if due.rule.names_user}
    for form, record_id, question in sorted(sheets):
        if not repository.forms[form].append_only:
            record = repository.find(form, record_id)
            correct_sheet(repository, repository.forms[form], record_id, record.version, {question: to_id}, actor)


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
