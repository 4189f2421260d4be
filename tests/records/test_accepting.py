"""What a volunteer typed waits until a worker has looked at it."""

from decimal import Decimal
from typing import Any

import pytest

from app.fields.money import Money
from app.language.message import Mistake
from app.records.acceptance import accept, returned_to, send_back
from app.records.history import entries
from app.records.ledger import reverse
from app.records.lists import Wish, answers_listed, any_waiting, latest, list_page
from app.records.overview import to_check
from app.records.scope import OutOfReach, acting_as
from app.records.sheets import Clerk, correct, enter
from app.records.totals import TotalLine, totals
from tests.records.cabinets import ROMANIAN, TODAY, Office


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


def returned(office: Office) -> list[tuple[int, str]]:
    """What came back to Maria."""
    return [(one.id, one.note) for one in returned_to(office.cabinet, ("visit", "aid"), office.people["maria"], 9)]


def test_what_is_returned_waits_for_the_one_who_filed_it(trusted: Office, visit: int) -> None:
    form, ana = trusted.form("visit"), trusted.clerk("ana")
    with pytest.raises(Mistake, match="what is to be mended"):
        send_back(trusted.cabinet, form, visit, "  ", ana)
    with pytest.raises(OutOfReach):
        send_back(trusted.cabinet, form, visit, "Altfel", volunteer(trusted))
    assert returned(trusted) == []
    send_back(trusted.cabinet, form, visit, " Lipsește data. ", ana)
    assert waits(trusted, visit)
    assert returned(trusted) == [(visit, "Lipsește data.")]
    assert to_check(trusted.cabinet, ("visit",), 9) == []

    corrected(trusted, visit, volunteer(trusted), visit_date=TODAY)
    assert returned(trusted) == []
    assert [one.id for one in to_check(trusted.cabinet, ("visit",), 9)] == [visit]
    accept(trusted.cabinet, form, visit, ana)
    with pytest.raises(Mistake, match="does not wait any more"):
        send_back(trusted.cabinet, form, visit, "Prea târziu", ana)
    assert [action for action, _ in told(trusted, visit)] == ["entered", "returned", "corrected", "accepted"]


@pytest.fixture
def aid(trusted: Office) -> int:
    """Ten lei that Maria, a volunteer, wrote down; five were accepted before."""
    given = {"kind": "food", "given_on": TODAY}
    trusted.enter("aid", trusted.ion, **given, value=Money(Decimal(5), "RON"))
    answers = {**given, "value": Money(Decimal(10), "RON")}
    return enter(trusted.cabinet, trusted.form("aid"), answers, volunteer(trusted), trusted.ion)


def summed(office: Office) -> list[TotalLine]:
    [(_, _, lines)] = totals(office.cabinet, office.cabinet.forms, {"aid": Wish()}, ROMANIAN)
    return lines


FIVE = [TotalLine(["Alimente"], "5,00 RON"), TotalLine([], "5,00 RON", "total")]


def test_what_waits_is_in_no_total_and_told_below(trusted: Office, aid: int) -> None:
    assert summed(trusted) == [*FIVE, TotalLine([], "10,00 RON", "waiting")]
    accept(trusted.cabinet, trusted.form("aid"), aid, trusted.clerk("ana"))
    assert summed(trusted) == [TotalLine(["Alimente"], "15,00 RON"), TotalLine([], "15,00 RON", "total")]


def test_an_entry_of_a_ledger_is_accepted_by_who_may_write_one(trusted: Office, aid: int) -> None:
    """Nobody corrects a ledger, so the right to enter is what it takes; nothing else of the entry can be changed."""
    ana = trusted.clerk("ana")
    with acting_as(trusted.scope("ana", aid={"see"}, case={"see"})), pytest.raises(OutOfReach):
        accept(trusted.cabinet, trusted.form("aid"), aid, ana)
    with acting_as(trusted.scope("ana", aid={"see", "enter"}, case={"see"})):
        accept(trusted.cabinet, trusted.form("aid"), aid, ana)
        with pytest.raises(OutOfReach), trusted.cabinet.writing():
            record: Any = trusted.cabinet.find("aid", aid)
            record.to_check, record.kind = True, "rent"


def test_an_entry_taken_back_before_it_counted_was_never_there(trusted: Office, aid: int) -> None:
    reverse(trusted.cabinet, trusted.form("aid"), aid, "rând greșit", volunteer(trusted))
    assert summed(trusted) == FIVE
    assert to_check(trusted.cabinet, ("aid",), 9) == []


def test_an_entry_counts_until_somebody_accepts_that_it_is_taken_back(trusted: Office, aid: int) -> None:
    accept(trusted.cabinet, trusted.form("aid"), aid, trusted.clerk("ana"))
    back = reverse(trusted.cabinet, trusted.form("aid"), aid, "rând greșit", volunteer(trusted))
    assert summed(trusted)[-1] == TotalLine([], "-10,00 RON", "waiting")
    assert summed(trusted)[-2] == TotalLine([], "15,00 RON", "total")
    accept(trusted.cabinet, trusted.form("aid"), back, trusted.clerk("ana"))
    assert summed(trusted) == FIVE


def test_a_list_and_its_export_say_what_waits(trusted: Office, aid: int) -> None:
    wish = Wish(case_id=trusted.ion)
    found = list_page(trusted.cabinet, trusted.cabinet.forms, "aid", wish, ROMANIAN)
    assert found.waiting == {aid}
    rows = answers_listed(trusted.cabinet, trusted.cabinet.forms, "aid", wish, ROMANIAN, found.ids)
    assert [waiting for waiting, _ in rows] == [number == aid for number in found.ids]
    assert any_waiting(trusted.cabinet, trusted.form("aid"), wish)
    assert not any_waiting(trusted.cabinet, trusted.form("aid"), Wish(case_id=trusted.vasile))


def test_a_new_sheet_carries_on_from_what_was_accepted(trusted: Office, visit: int) -> None:
    assert latest(trusted.cabinet, trusted.form("visit"), trusted.ion) is None
    accept(trusted.cabinet, trusted.form("visit"), visit, trusted.clerk("ana"))
    found = latest(trusted.cabinet, trusted.form("visit"), trusted.ion)
    assert found is not None and found.id == visit
