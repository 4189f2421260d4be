"""What a volunteer typed waits until a worker has looked at it."""

import pytest

from app.records.history import entries
from app.records.scope import OutOfReach
from app.records.sheets import Clerk, accept, correct, enter
from tests.records.cabinets import TODAY, Office


@pytest.fixture
def visit(trusted: Office) -> int:
    """A visit that Maria, a volunteer, typed in."""
    answers = {"purpose": "acasă", "family": [{"id": None, "name": "Ion", "age": 7, "helper": None}]}
    return enter(trusted.cabinet, trusted.form("visit"), answers, volunteer(trusted), trusted.ion)


def volunteer(office: Office) -> Clerk:
    return Clerk(office.people["maria"], "volunteer", TODAY, checked=True)


def corrected(office: Office, visit: int, clerk: Clerk, **answers: object) -> None:
    kept = office.open("visit", visit)
    correct(office.cabinet, office.form("visit"), visit, kept.record.version, {**kept.answers, **answers}, clerk)


def waits(office: Office, visit: int) -> bool:
    return bool(office.open("visit", visit).record.to_check)


def told(office: Office, visit: int) -> list[tuple[str, int | None]]:
    found = entries(office.cabinet, office.form("visit"), office.open("visit", visit).record)
    return [(one.action, one.user_id) for one in reversed(found)]


def test_whoever_corrects_what_waits_has_accepted_it_and_the_history_tells_so(trusted: Office, visit: int) -> None:
    ana, maria = trusted.people["ana"], trusted.people["maria"]
    corrected(trusted, visit, trusted.clerk("ana"), purpose="la școală")
    assert not waits(trusted, visit)
    assert told(trusted, visit) == [("entered", maria), ("corrected", ana), ("accepted", ana)]


def test_saving_without_a_change_accepts_nothing(trusted: Office, visit: int) -> None:
    corrected(trusted, visit, trusted.clerk("ana"))
    assert waits(trusted, visit)
    assert [action for action, _ in told(trusted, visit)] == ["entered"]
    accept(trusted.cabinet, trusted.form("visit"), visit, trusted.clerk("ana"))
    assert not waits(trusted, visit)
    assert [action for action, _ in told(trusted, visit)] == ["entered", "accepted"]


def test_what_a_volunteer_corrects_waits_anew_if_anything_changed(trusted: Office, visit: int) -> None:
    accept(trusted.cabinet, trusted.form("visit"), visit, trusted.clerk("ana"))
    corrected(trusted, visit, volunteer(trusted))
    assert not waits(trusted, visit)
    corrected(trusted, visit, volunteer(trusted), purpose="la școală")
    assert waits(trusted, visit)


def test_a_volunteer_accepts_nothing(trusted: Office, visit: int) -> None:
    with pytest.raises(OutOfReach):
        accept(trusted.cabinet, trusted.form("visit"), visit, volunteer(trusted))
    corrected(trusted, visit, volunteer(trusted), purpose="la școală")
    assert waits(trusted, visit)
