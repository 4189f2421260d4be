"""What hangs on a worker: her places in the teams of cases, the days promised in these cases. And handing it over."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.language.form import CASE
from app.language.question import Reading
from app.records.cabinet import Cabinet
from app.records.labels import titles
from app.records.promises import Due, due_until, parts_promised
from app.records.sheets import Clerk
from app.records.system import team
from app.records.teams import CASE_MANAGER, join, leave, places_in
from app.records.together import read_together


@dataclass(frozen=True)
class CasePlace:
    """A place in the team of a case, and the code the case is known by: no more of it is told here."""

    case_id: int
    role: str
    code: str


def case_places(cabinet: Cabinet, user_id: int, reading: Reading) -> list[CasePlace]:
    """The places of a worker that she has not left, of all cases that are not put away, by their code."""
    rows = cabinet.session.execute(
        select(team.c.case_id, team.c.role).where(team.c.user_id == user_id, team.c.until.is_(None))
    ).all()
    codes = titles(cabinet, cabinet.forms[CASE].seen_with(frozenset()), [row.case_id for row in rows], reading)
    places = [CasePlace(row.case_id, row.role, codes[row.case_id]) for row in rows if row.case_id in codes]
    return sorted(places, key=lambda place: place.code)


def promised_in(cabinet: Cabinet, places: Sequence[CasePlace]) -> list[Due]:
    """The days that sheets of these cases promise, the soonest first."""
    cases = [place.case_id for place in places]
    parts = parts_promised(cabinet, cabinet.forms, cabinet.definition.stages.promises, cases)
    if not cases or not parts:
        return []
    return due_until(dict(zip(parts, read_together(cabinet.session, list(parts.values())), strict=True)))


def hand_over_cases(cabinet: Cabinet, places: Sequence[CasePlace], from_id: int, to_id: int, clerk: Clerk) -> None:
    """Put another worker where this one was; who is on the case already only takes over as its manager.

    The scope is that of whoever decides it: the places are all of a worker's, whoever reaches the cases.
    """
    with cabinet.writing():
        for place in places:
            case = cabinet.case(place.case_id)
            there = {one.user_id: one.role for one in places_in(cabinet, case)}
            if to_id not in there or (place.role == CASE_MANAGER and there[to_id] != CASE_MANAGER):
                join(cabinet, case, to_id, place.role, clerk)
            if place.role != CASE_MANAGER:
                leave(cabinet, case, [from_id], clerk)
