"""Persons whom a restored old copy brought back are erased, or made anonymous, once more.

Two persons decided it before; nobody is asked again. What was filed anew under a number that the old copy gives out
once more is not meant: a mark is of the record, with its moment, and not of its number.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from dosar.database.audit_trail import add_event
from dosar.database.erasure_register import registered_deeds
from dosar.records.repository import Repository
from dosar.records.rights.case_contents import cases_of_person, marks_of_cases
from dosar.records.rights.erasure_requests import DEEDS
from dosar.records.row_scope import SYSTEM_SCOPE, acting_as

AGAIN = ".again"


def erase_again(repository: Repository, data: Path) -> int:
    """Do once more what the register says of cases that are there; how many persons it was."""
    registered = registered_deeds(data)
    if not registered:
        return 0
    with acting_as(SYSTEM_SCOPE):
        back = {case: registered[mark] for case, mark in marks_of_cases(repository).items() if mark in registered}
        repository.session.rollback()
        if not back:
            return 0
        with repository.writing() as session:
            for deed, act in DEEDS.items():
                persons = _persons(repository, [case for case, done in back.items() if done == deed], back)
                if persons:
                    act(repository, persons)
                for case in persons:
                    add_event(session, f"{deed}{AGAIN}", case_id=case)
    repository.store.rewrite()
    return len(back)


def _persons(repository: Repository, cases: Sequence[int], back: Mapping[int, str]) -> list[int]:
    """One case for each person: those that became one with another go along with it."""
    along = {member for case in back for member in cases_of_person(repository, case)[1:]}
    return [case for case in cases if case not in along]
