"""Before a person is filed a second time: is she known already?"""

from datetime import date
from typing import Any

import pytest

from dosar.language.form import CASE_FORM
from dosar.records.daily_limit import DailyLimit
from dosar.records.finding.duplicates import deciding_questions, find_duplicates
from dosar.records.repository import MOST_ASKED_IN_A_DAY
from dosar.records.scope.row_scope import SYSTEM_SCOPE, OutOfReach, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.records.offices import Office, counted

RIGHTS = {"case": {"see", "enter"}}


def found(office: Office, but: int | None = None, **answers: Any) -> list[int]:
    return [
        found_record.id for found_record in find_duplicates(office.repository, office.form(CASE_FORM), answers, but)
    ]


@pytest.mark.parametrize(
    ("last_name", "first_name"),
    [
        ("Țîrcă", "Ion"),
        ("Tirca", "Ion"),
        ("TÂRCĂ", "ion"),
        ("Ion", "Țîrcă"),
        ("Цыркэ", "Ион"),
        ("Țircă", "Ionn"),
        ("Tsirca", "Ion"),
    ],
)
def test_a_name_written_otherwise_is_the_same_person(trusted: Office, last_name: str, first_name: str) -> None:
    assert found(trusted, last_name=last_name, first_name=first_name) == [trusted.ion]


@pytest.mark.parametrize(
    ("last_name", "first_name", "typed"),
    [
        ("Handrabur", "Maria", ("Hendrabur", "Maria")),
        ("Handrabur", "Maria", ("Andrabur", "Maria")),
        ("D’Angelo", "Gina", ("D'Angelo", "Gina")),
        ("D’Angelo", "Gina", ("Dangelo", "Gina")),
        ("Федоров", "Пётр", ("Фёдоров", "Петр")),
        ("Pop–Ionescu", "Ana", ("Pop-Ionescu", "Ana")),
    ],
)
def test_look_alikes_and_a_wrong_first_letter_are_the_same_person(
    trusted: Office,
    last_name: str,
    first_name: str,
    typed: tuple[str, str],
) -> None:
    case = trusted.enter(CASE_FORM, last_name=last_name, first_name=first_name)
    assert found(trusted, last_name=typed[0], first_name=typed[1]) == [case]


@pytest.mark.parametrize(
    ("last_name", "first_name"),
    [
        ("Țîrcă", "Vasile"),
        ("Popa", "Ion"),
        ("Țurcan", "Ion"),
        ("Țîrcă", None),
        (None, None),
        ("Pop", "Vasilica"),
    ],
)
def test_another_name_is_another_person(trusted: Office, last_name: str | None, first_name: str | None) -> None:
    assert found(trusted, last_name=last_name, first_name=first_name) == []


def test_the_same_code_is_the_same_case(trusted: Office) -> None:
    assert found(trusted, code="d-2026-0002") == [trusted.vasile]


def test_a_record_is_not_its_own_duplicate(trusted: Office) -> None:
    assert found(trusted, trusted.ion, last_name="Țîrcă", first_name="Ion") == []


def test_one_put_away_is_not_told(trusted: Office) -> None:
    delete_sheet(trusted.repository, trusted.form(CASE_FORM), trusted.ion, trusted.actor())
    assert found(trusted, last_name="Țîrcă", first_name="Ion") == []


def test_out_of_reach_it_is_found_and_nothing_is_read(office: Office) -> None:
    with acting_as(office.scope("ana", **RIGHTS)):
        assert office.count(CASE_FORM) == 1
        told = find_duplicates(office.repository, office.form(CASE_FORM), {"last_name": "Pop", "first_name": "Vasile"})
        assert [entry.id for entry in told] == [office.vasile]
        assert office.count(CASE_FORM) == 1


def test_who_enters_no_cases_may_not_ask(office: Office) -> None:
    with acting_as(office.scope("ana", case={"see"})), pytest.raises(OutOfReach):
        find_duplicates(office.repository, office.form(CASE_FORM), {"last_name": "Pop", "first_name": "Vasile"})


def test_forms_about_something_else_have_no_duplicates(trusted: Office) -> None:
    assert deciding_questions(trusted.form("organisation")) == set()
    assert find_duplicates(trusted.repository, trusted.form("visit"), {"purpose": "x"}) == []


def test_the_question_costs_two_statements_for_a_name(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        for number in range(40):
            office.enter(CASE_FORM, last_name=f"Țîrcan{number}", first_name="Ion")
        with counted(office) as statements:
            assert office.ion in found(office, last_name="Țîrcă", first_name="Ion")
    assert len(statements) <= 3


def test_nobody_tries_out_many(office: Office) -> None:
    """More than anybody types in a day is answered as if nobody else had a record; her own go on being found."""
    vasile = {"last_name": "Pop", "first_name": "Vasile"}

    def ask(**answers: str) -> list[int]:
        return [entry.id for entry in find_duplicates(office.repository, office.form(CASE_FORM), answers)]

    with acting_as(office.scope("ana", **RIGHTS)):
        for number in range(MOST_ASKED_IN_A_DAY - 1):
            ask(last_name=f"Necunoscut {number}", first_name="Om")
        assert ask(**vasile) == [office.vasile]
        assert ask(last_name="Popp", first_name="Vasile") == []
        assert ask(**vasile) == [office.vasile], "the same question again counts once"
        assert ask(last_name="Tirca", first_name="Ion") == [office.ion]
    with acting_as(office.scope("maria", "all", **RIGHTS)):
        assert ask(last_name="Popp", first_name="Vasile") == [office.vasile], "who reaches all cases asks freely"


def test_the_next_day_she_may_ask_again() -> None:
    days = [date(2026, 11, 29)]
    limit = DailyLimit(1, lambda: days[0])
    assert limit.allows(1, "a") and not limit.allows(1, "b") and limit.allows(2, "b")
    days[0] = date(2026, 11, 30)
    assert limit.allows(1, "b")
