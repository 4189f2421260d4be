"""What a volunteer typed waits until a worker has looked at it."""

from decimal import Decimal
from typing import Any

import pytest

from dosar.fields.money import Money
from dosar.language.text.message import Mistake
from dosar.overview.case_overview import records_to_check
from dosar.records.actor import Actor
from dosar.records.audit_log import history_entries
from dosar.records.lists.list_page import list_answers, list_page
from dosar.records.lists.list_query import ListQuery, has_waiting_records, latest_sheet
from dosar.records.lists.totals import TotalLine, list_totals
from dosar.records.scope.row_scope import OutOfReach, acting_as
from dosar.records.sheets.acceptance import accept_sheet, return_sheet, sheets_returned_to
from dosar.records.sheets.ledger import reverse_entry
from dosar.records.sheets.save import correct_sheet, enter_sheet
from tests.records.offices import ROMANIAN, TODAY, Office


@pytest.fixture
def visit(trusted: Office) -> int:
    """A visit that Maria, a volunteer, typed in."""
    answers = {"purpose": "acasă", "family": [{"id": None, "name": "Ion", "age": 7, "helper": None}]}
    return enter_sheet(trusted.repository, trusted.form("visit"), answers, volunteer(trusted), trusted.ion)


def volunteer(office: Office) -> Actor:
    return Actor(office.people["maria"], "volunteer", TODAY, checked=True)


def corrected(office: Office, visit: int, actor: Actor, **answers: object) -> None:
    kept = office.open("visit", visit)
    correct_sheet(
        office.repository, office.form("visit"), visit, kept.record.version, {**kept.answers, **answers}, actor
    )


def waits(office: Office, visit: int) -> bool:
    return bool(office.open("visit", visit).record.to_check)


def told(office: Office, visit: int) -> list[tuple[str, int | None]]:
    found = history_entries(office.repository, office.form("visit"), office.open("visit", visit).record)
    return [(entry.action, entry.user_id) for entry in reversed(found)]


def test_whoever_corrects_what_waits_has_accepted_it_and_the_history_tells_so(trusted: Office, visit: int) -> None:
    ana, maria = trusted.people["ana"], trusted.people["maria"]
    corrected(trusted, visit, trusted.actor("ana"), purpose="la școală")
    assert not waits(trusted, visit)
    assert told(trusted, visit) == [("entered", maria), ("corrected", ana), ("accepted", ana)]


def test_saving_without_a_change_accepts_nothing(trusted: Office, visit: int) -> None:
    corrected(trusted, visit, trusted.actor("ana"))
    assert waits(trusted, visit)
    assert [action for action, _ in told(trusted, visit)] == ["entered"]
    accept_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor("ana"))
    assert not waits(trusted, visit)
    assert [action for action, _ in told(trusted, visit)] == ["entered", "accepted"]


def test_what_a_volunteer_corrects_waits_anew_if_anything_changed(trusted: Office, visit: int) -> None:
    accept_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor("ana"))
    corrected(trusted, visit, volunteer(trusted))
    assert not waits(trusted, visit)
    corrected(trusted, visit, volunteer(trusted), purpose="la școală")
    assert waits(trusted, visit)


def test_a_volunteer_accepts_nothing(trusted: Office, visit: int) -> None:
    with pytest.raises(OutOfReach):
        accept_sheet(trusted.repository, trusted.form("visit"), visit, volunteer(trusted))
    corrected(trusted, visit, volunteer(trusted), purpose="la școală")
    assert waits(trusted, visit)


def returned(office: Office) -> list[tuple[int, str]]:
    """What came back to Maria."""
    return [
        (sheet.id, sheet.note)
        for sheet in sheets_returned_to(office.repository, ("visit", "aid"), office.people["maria"], 9)
    ]


def test_what_is_returned_waits_for_the_one_who_filed_it(trusted: Office, visit: int) -> None:
    form, ana = trusted.form("visit"), trusted.actor("ana")
    with pytest.raises(Mistake, match="what is to be mended"):
        return_sheet(trusted.repository, form, visit, "  ", ana)
    with pytest.raises(OutOfReach):
        return_sheet(trusted.repository, form, visit, "Altfel", volunteer(trusted))
    assert returned(trusted) == []
    return_sheet(trusted.repository, form, visit, " Lipsește data. ", ana)
    assert waits(trusted, visit)
    assert returned(trusted) == [(visit, "Lipsește data.")]
    assert records_to_check(trusted.repository, ("visit",), 9) == []

    corrected(trusted, visit, volunteer(trusted), visit_date=TODAY)
    assert returned(trusted) == []
    assert [sheet.id for sheet in records_to_check(trusted.repository, ("visit",), 9)] == [visit]
    accept_sheet(trusted.repository, form, visit, ana)
    with pytest.raises(Mistake, match="does not wait any more"):
        return_sheet(trusted.repository, form, visit, "Prea târziu", ana)
    assert [action for action, _ in told(trusted, visit)] == ["entered", "returned", "corrected", "accepted"]


@pytest.fixture
def aid(trusted: Office) -> int:
    """Ten lei that Maria, a volunteer, wrote down; five were accepted before."""
    given = {"kind": "food", "given_on": TODAY}
    trusted.enter("aid", trusted.ion, **given, value=Money(Decimal(5), "RON"))
    answers = {**given, "value": Money(Decimal(10), "RON")}
    return enter_sheet(trusted.repository, trusted.form("aid"), answers, volunteer(trusted), trusted.ion)


def summed(office: Office) -> list[TotalLine]:
    [(_, _, lines)] = list_totals(office.repository, office.repository.forms, {"aid": ListQuery()}, ROMANIAN)
    return lines


FIVE = [TotalLine(["Alimente"], "5,00 RON"), TotalLine([], "5,00 RON", "total")]


def test_what_waits_is_in_no_total_and_told_below(trusted: Office, aid: int) -> None:
    assert summed(trusted) == [*FIVE, TotalLine([], "10,00 RON", "waiting")]
    accept_sheet(trusted.repository, trusted.form("aid"), aid, trusted.actor("ana"))
    assert summed(trusted) == [TotalLine(["Alimente"], "15,00 RON"), TotalLine([], "15,00 RON", "total")]


def test_an_entry_of_a_ledger_is_accepted_by_who_may_write_one(trusted: Office, aid: int) -> None:
    """Nobody corrects a ledger, so the right to enter is what it takes; nothing else of the entry can be changed."""
    ana = trusted.actor("ana")
    with acting_as(trusted.scope("ana", aid={"see"}, case={"see"})), pytest.raises(OutOfReach):
        accept_sheet(trusted.repository, trusted.form("aid"), aid, ana)
    with acting_as(trusted.scope("ana", aid={"see", "enter"}, case={"see"})):
        accept_sheet(trusted.repository, trusted.form("aid"), aid, ana)
        with pytest.raises(OutOfReach), trusted.repository.writing():
            record: Any = trusted.repository.find("aid", aid)
            record.to_check, record.kind = True, "rent"


def test_an_entry_taken_back_before_it_counted_was_never_there(trusted: Office, aid: int) -> None:
    reverse_entry(trusted.repository, trusted.form("aid"), aid, "rând greșit", volunteer(trusted))
    assert summed(trusted) == FIVE
    assert records_to_check(trusted.repository, ("aid",), 9) == []


def test_an_entry_counts_until_somebody_accepts_that_it_is_taken_back(trusted: Office, aid: int) -> None:
    accept_sheet(trusted.repository, trusted.form("aid"), aid, trusted.actor("ana"))
    back = reverse_entry(trusted.repository, trusted.form("aid"), aid, "rând greșit", volunteer(trusted))
    assert summed(trusted)[-1] == TotalLine([], "-10,00 RON", "waiting")
    assert summed(trusted)[-2] == TotalLine([], "15,00 RON", "total")
    accept_sheet(trusted.repository, trusted.form("aid"), back, trusted.actor("ana"))
    assert summed(trusted) == FIVE


def test_a_list_and_its_export_say_what_waits(trusted: Office, aid: int) -> None:
    wish = ListQuery(case_id=trusted.ion)
    found = list_page(trusted.repository, trusted.repository.forms, "aid", wish, ROMANIAN)
    assert found.waiting == {aid}
    rows = list_answers(trusted.repository, trusted.repository.forms, "aid", wish, ROMANIAN, found.ids)
    assert [waiting for waiting, _ in rows] == [number == aid for number in found.ids]
    assert has_waiting_records(trusted.repository, trusted.form("aid"), wish)
    assert not has_waiting_records(trusted.repository, trusted.form("aid"), ListQuery(case_id=trusted.vasile))


def test_a_new_sheet_carries_on_from_what_was_accepted(trusted: Office, visit: int) -> None:
    assert latest_sheet(trusted.repository, trusted.form("visit"), trusted.ion) is None
    accept_sheet(trusted.repository, trusted.form("visit"), visit, trusted.actor("ana"))
    found = latest_sheet(trusted.repository, trusted.form("visit"), trusted.ion)
    assert found is not None and found.id == visit
