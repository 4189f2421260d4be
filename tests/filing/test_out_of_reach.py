"""Of a case out of her reach nothing is told by what is refused or asked: to try numbers in rows is in vain."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from dosar.filing.opening.submissions import correction, new_submission
from dosar.filing.result import ValidationResult
from dosar.filing.service import Values, validate
from dosar.records.beds.free_beds import NO_TROUBLES
from dosar.records.beds.required_beds import LackingBed, NoBed
from dosar.records.scope.row_scope import Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet
from tests.filing.conftest import READING
from tests.filing.houses import HEAD, HELPER, Houses, day, kept
from tests.organisations import CLERK
from tests.records.offices import counted

EVERY = frozenset({"see", "enter", "correct", "delete"})
MISSING = 98_765
CAME, OUTSIDE = date(2026, 2, 28), date(2026, 8, 28)


@contextmanager
def reaching(*cases: int, stay: frozenset[str] = EVERY) -> Iterator[None]:
    """Somebody who works on these cases alone, with these rights on stays."""
    rights = {"case": EVERY, "activity": EVERY, "house": EVERY, "programme": EVERY, "stay": stay}
    with acting_as(Scope(1, "own", frozenset({1}), rights, emergencies=frozenset(cases))):
        yield


def told(result: ValidationResult) -> list[tuple[tuple[str, ...], str, bool]]:
    return [(issue.where, str(issue.message), issue.soft) for issue in (*result.mistakes, *result.doubtful)]


def took_part(houses: Houses, case: int, on: date) -> list[tuple[tuple[str, ...], str, bool]]:
    values = {"day": on.isoformat(), "kind": "craft", "people": [{"case": case, "there": True}]}
    return told(validate(new_submission(houses.organisation.repository, "activity", CLERK, READING), Values(values)))


def corrected(houses: Houses, form: str, number: int, roles: frozenset[str], **values: Any) -> list[Any]:
    houses.organisation.repository.session.expire_all()
    opened = correction(houses.organisation.repository, form, number, replace(CLERK, roles=roles), READING)
    return told(validate(opened, Values(values)))


def test_a_case_out_of_reach_in_a_row_is_like_one_that_is_not_there(houses: Houses) -> None:
    hers, other = houses.case(), houses.case()
    for case in (hers, other):
        kept(houses.file(case, house=houses.long, phase="long", came=CAME.isoformat()))
    with reaching(hers):
        [(_, asked, soft)] = took_part(houses, hers, OUTSIDE)
        assert soft and "outside the time" in asked
        nowhere = took_part(houses, MISSING, OUTSIDE)
        assert nowhere == [
            (
                ("people", "0", "case"),
                "This number leads to nothing that you can find. Choose one from the list.",
                False,
            )
        ]
        assert [took_part(houses, other, on) for on in (OUTSIDE, CAME)] == [nowhere, nowhere]


def test_who_sees_no_stays_is_not_asked_about_them(houses: Houses) -> None:
    hers = houses.case()
    kept(houses.file(hers, house=houses.long, phase="long", came=CAME.isoformat()))
    with reaching(hers, stay=frozenset()):
        assert took_part(houses, hers, OUTSIDE) == []


def test_another_day_of_an_activity_tells_nothing_of_a_case_out_of_reach_that_was_named_there(houses: Houses) -> None:
    hers, other = houses.case(), houses.case()
    kept(houses.file(other, house=houses.long, phase="long", came=CAME.isoformat()))
    people = [{"id": None, "case": other, "there": True}]
    activity = houses.organisation.enter("activity", day=date(2026, 3, 1), kind="craft", people=people)
    assert [line for _, line, _ in corrected(houses, "activity", activity, HELPER, day=OUTSIDE.isoformat())] != []
    with reaching(hers):
        assert corrected(houses, "activity", activity, HELPER, day=OUTSIDE.isoformat()) == []


def test_fewer_beds_tell_neither_a_day_nor_a_number_of_others(houses: Houses) -> None:
    hers, other = houses.case(), houses.case()
    with reaching(hers):
        assert corrected(houses, "house", houses.urgent, HELPER, beds=1) == [], "nobody stays there"
    kept(houses.file(other, came=day(9)))
    with reaching(hers):
        said = [corrected(houses, "house", houses.urgent, HELPER, beds=beds) for beds in (1, 0)]
        [(where, refused, soft)] = said[0]
        assert said[0] == said[1] and where == ("beds",) and not soft and refused.endswith("may write fewer: Șefa.")
        assert not any(sign.isdigit() for sign in refused)
        assert corrected(houses, "house", houses.urgent, HELPER, beds=3) == []
        [(_, doubt, soft)] = corrected(houses, "house", houses.urgent, HEAD, beds=1)
        assert soft and not any(sign.isdigit() for sign in doubt)
        said = [corrected(houses, "house", houses.urgent, HELPER, phase=phase) for phase in ("long", None)]
        assert said[0] == said[1] and not any(sign.isdigit() for sign in said[0][0][1])
    assert corrected(houses, "house", houses.urgent, HELPER, beds=1) == [], "she reaches all"


def test_fewer_beds_for_another_phase_ask_once_who_stays_there(houses: Houses) -> None:
    hers, other = houses.case(), houses.case()
    kept(houses.file(other, came=day(9)))
    asked: list[int] = []
    with reaching(hers):
        for changed in ({"beds": 1}, {"phase": "long"}, {"beds": 1, "phase": "long"}):
            with counted(houses.organisation) as statements:
                assert len(corrected(houses, "house", houses.urgent, HELPER, **changed)) == len(changed)
            asked.append(len(statements))
    assert asked[2] == max(asked[:2])


def test_a_place_that_is_not_deleted_tells_no_day_of_others(houses: Houses) -> None:
    """By whichever door a place loses its beds, and to whoever sees no stays at all."""
    repository, hers, other = houses.organisation.repository, houses.case(), houses.case()
    kept(houses.file(other, came=day(9)))

    def told_of_deleting(roles: frozenset[str]) -> LackingBed:
        with pytest.raises(NoBed) as told:
            delete_sheet(repository, houses.organisation.form("house"), houses.urgent, replace(CLERK, roles=roles))
        repository.session.rollback()
        [lacking] = told.value.lacking
        return lacking

    for roles in (HELPER, HEAD):
        with reaching(hers):
            lacking = told_of_deleting(roles)
            assert lacking.hides_stays and lacking.troubles == NO_TROUBLES
        with reaching(hers, other):
            lacking = told_of_deleting(roles)
            assert not lacking.hides_stays and f"{lacking.troubles.full_on}" == day(9)
        with reaching(hers, other, stay=frozenset()):
            assert told_of_deleting(roles).troubles == NO_TROUBLES
