"""Persons are made anonymous: what the figures need stays, and nobody finds out whose it was.

The attacker of these stories knows everything of everybody: every answer of every case, and of every sheet. For each
person he takes the anonymous case that fits best, by what is left of its file and by its sheets.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from dosar.database.system_tables import SYSTEM_METADATA, anonymous_case_table
from dosar.language.form import CASE_FORM
from dosar.records.erasure.anonymisation import FEWEST_ALIKE, Residue, left_of_sheet, made_anonymous
from dosar.records.erasure.erasure_requests import (
    ANONYMISE,
    ask_for_erasure,
    confirm_erasure,
    tombstones,
    waiting_requests,
)
from dosar.records.sheets.stored_answers import answers_of
from tests.records.offices import Office, definition

PEOPLE, TIMES = 40, 25
Known = dict[str, Any]


def somebody(number: int, chance: Random) -> Known:
    """A person unlike the others: her case file, and her visits."""
    day = date(2024, 1, 1)
    return {
        "status": chance.choice(["open", "closed"]),
        "opened_on": day + timedelta(days=chance.randrange(700)),
        "last_name": f"Persoana{number}",
        "county": "Cluj",
        "visits": [
            {"visit_date": day + timedelta(days=chance.randrange(900)), "story": f"povestea {number}"}
            for _ in range(number % 7)
        ],
    }


def residue_of(person: Known) -> Residue:
    forms = definition().forms
    file = {name: answer for name, answer in person.items() if name != "visits"}
    visits = [(forms["visit"], left_of_sheet(forms["visit"], visit)) for visit in person["visits"]]
    return Residue(left_of_sheet(forms[CASE_FORM], file), visits)


def best_guess(person: Known, left: Sequence[Residue], chance: Random) -> Residue:
    """The anonymous case that is least unlike what the attacker knows; of several, any."""
    knows = residue_of(person)
    years = Counter(str(visit) for _, visit in knows.sheets)

    def unlike(one: Residue) -> int:
        wrong = sum(one.facts.get(name) not in (None, value) for name, value in knows.facts.items())
        has = Counter(str(visit) for _, visit in one.sheets)
        return 100 * wrong + sum(((years - has) + (has - years)).values())

    least = min(map(unlike, left))
    return chance.choice([one for one in left if unlike(one) == least])


def test_whoever_knows_everything_finds_nobody_but_by_chance(tell: Callable[[str], None]) -> None:
    """Of all guesses at most one in FEWEST_ALIKE is right; what is measured is which anonymous case was whose."""
    chance, found = Random(7), 0
    for _ in range(TIMES):
        people = [somebody(number, chance) for number in range(PEOPLE)]
        hers = [residue_of(person) for person in people]
        left = made_anonymous(hers, chance)
        found += sum(best_guess(person, left, chance) is hers[number] for number, person in enumerate(people))
    tell(f"anonymous cases found by an attacker who knows everything: {found} of {PEOPLE * TIMES}")
    assert found <= PEOPLE * TIMES / FEWEST_ALIKE


def test_before_he_would_find_nearly_everybody() -> None:
    """Otherwise the attacker proves nothing: with names, days and sheets dropped alone, he finds most."""
    chance = Random(7)
    people = [somebody(number, chance) for number in range(PEOPLE)]
    hers = [residue_of(person) for person in people]
    found = sum(best_guess(person, hers, chance) is hers[number] for number, person in enumerate(people))
    assert found > PEOPLE / 2


def test_enough_are_alike_and_no_sheet_is_lost_among_them() -> None:
    chance = Random(7)
    left = made_anonymous([residue_of(somebody(number, chance)) for number in range(PEOPLE)], chance)
    alike = Counter(one.alike for one in left)
    assert min(alike.values()) >= FEWEST_ALIKE
    assert sum(len(one.sheets) for one in left) == sum(number % 7 for number in range(PEOPLE))
    assert {*left[0].facts} <= {"status", "opened_on"}


def anonymise(office: Office, cases: Sequence[int]) -> None:
    for case in cases:
        ask_for_erasure(office.repository, case, ANONYMISE, "term", office.people["ana"])
    confirm_erasure(office.repository, waiting_requests(office.repository)[0].id, office.people["paul"])


def everything_in(office: Office) -> str:
    tables = [*office.repository.tables.metadata.sorted_tables, *SYSTEM_METADATA.sorted_tables]
    with office.repository.store.snapshot() as connection:
        return "\n".join(str(row) for table in tables for row in connection.execute(select(table)))


def test_their_sums_stay_and_nothing_else(trusted: Office) -> None:
    cases = []
    for number in range(6):
        cases.append(trusted.enter(CASE_FORM, last_name=f"Persoana{number}", opened_on=date(2024, 3, number + 1)))
        trusted.enter("visit", cases[-1], story=f"povestea {number}", visit_date=date(2025, 5, number + 1))
    anonymise(trusted, cases)
    repository = trusted.repository
    left = [repository.case(case) for case in repository.session.scalars(select(anonymous_case_table.c.case_id))]
    assert [answers_of(repository, case)["opened_on"] for case in left] == [date(2024, 1, 1)] * 6
    assert {case.code[:2] for case in left} == {"A-"} and trusted.count(CASE_FORM) == 8
    visit = repository.record_class("visit")
    assert list(repository.session.scalars(select(visit.visit_date))) == [date(2025, 1, 1)] * 6
    kept = everything_in(trusted)
    assert not any(word in kept for word in ("Persoana", "povestea", "persoana", "2024, 3", "2025, 5"))
    assert [(one.kind, one.records) for one in tombstones(repository)] == [(ANONYMISE, 12)]


def test_too_few_count_as_persons_alone(trusted: Office) -> None:
    trusted.enter("visit", trusted.ion, visit_date=date(2025, 5, 1))
    anonymise(trusted, [trusted.ion])
    (case,) = trusted.repository.session.scalars(select(anonymous_case_table.c.case_id))
    answers = answers_of(trusted.repository, trusted.repository.case(case))
    assert {name for name, answer in answers.items() if answer is not None} == {"code"}
    assert trusted.count("visit") == 0


def test_who_comes_later_stands_among_those_of_before(trusted: Office) -> None:
    cases = [trusted.enter(CASE_FORM, status="open", opened_on=date(2024, 3, 1)) for _ in range(6)]
    anonymise(trusted, cases[:5])
    anonymise(trusted, cases[5:])
    later = list(trusted.repository.session.scalars(select(anonymous_case_table.c.case_id)))
    assert len(later) == 6
    records = [answers_of(trusted.repository, trusted.repository.case(case)) for case in later]
    assert [record["status"] for record in records] == ["open"] * 6
