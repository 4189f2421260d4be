"""Persons whom a restored old copy brought back are erased, or made anonymous, once more.

Two persons decided it before; nobody is asked again. What was filed anew under a number that the old copy gives out
once more is not meant: a mark is of the record, with its moment, and not of its number.
"""

from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from dosar.database.audit.trail import add_event
from dosar.database.installation.erasure_register import RegisteredDeed, registered_deeds
from dosar.database.installation.owed_rewrite import owe_rewrite, rewrite_or_owe
from dosar.records.erasure.erasure_requests import DEEDS
from dosar.records.repository import Repository
from dosar.records.rights.case_contents import cases_of_person, marks_of_cases
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as

AGAIN = ".again"


def erase_again(repository: Repository, data: Path) -> int:
    """Do once more what the registers say of cases that are there; how many cases it was.

    Raises :class:`~dosar.database.installation.erasure_register.RegisterDamaged`.
    """
    registered = registered_deeds(data)
    if not registered:
        return 0
    with acting_as(SYSTEM_SCOPE):
        back = _back_again(repository, registered)
        repository.session.rollback()
        if not back:
            return 0
        with repository.writing() as session:
            persons = _persons(repository, back)
            for deed, act in DEEDS.items():
                cases = [case for case, done in persons.items() if done == deed]
                if cases:
                    act(repository, cases)
                for case in cases:
                    add_event(session, f"{deed}{AGAIN}", case_id=case)
            owe_rewrite(data)
    rewrite_or_owe(repository.store)
    return len(back)


def _back_again(repository: Repository, registered: Iterable[RegisteredDeed]) -> dict[int, str]:
    """Case → what was done with it; of two, the stronger one, in whatever order the registers tell of them."""
    of_marks = {mark: (case, deed) for deed in DEEDS for case, mark in marks_of_cases(repository, deed).items()}
    found = [(line, *of_marks[line.mark]) for line in registered if line.mark in of_marks]
    back: dict[int, str] = {}
    for line, case, deed in found:
        if line.deed != deed:
            raise line.damaged()
        back[case] = _strongest({deed, back.get(case, deed)})
    return back


def _persons(repository: Repository, back: Mapping[int, str]) -> dict[int, str]:
    """One case for each person → what was done with her; those that became one with another go along with it."""
    together = {case: cases_of_person(repository, case) for case in back}
    along = {member for cases in together.values() for member in cases[1:]}
    return {
        case: _strongest({back[member] for member in cases if member in back})
        for case, cases in together.items()
        if case not in along
    }


def _strongest(deeds: Set[str]) -> str:
    return next(deed for deed in DEEDS if deed in deeds)
