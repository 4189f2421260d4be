"""Taking back what one entered by mistake, as long as nobody relies on it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from dosar.database.system_tables import utc_now
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.records.scope.row_scope import SYSTEM_SCOPE, WITHDRAWAL_TIME, OutOfReach, Scope, acting_as
from dosar.records.sheets.deletion import delete_sheet, withdraw_sheet
from tests.records.offices import TODAY, Office, together_in

ENTERS = {"see", "enter", "correct"}


def entering(office: Office, user: str = "ana") -> Scope:
    """A worker who may enter and correct everything, and delete nothing."""
    return office.scope(user, **{CASE_FORM: ENTERS, "visit": ENTERS, "aid": {"see", "enter"}})


def take_back(office: Office, key: str, record_id: int, user: str = "ana") -> None:
    with acting_as(entering(office, user)):
        withdraw_sheet(office.repository, office.form(key), record_id, office.actor(user))


def are_there(office: Office, *keys: str) -> list[int]:
    with acting_as(SYSTEM_SCOPE):
        return [office.count(key) for key in keys]


def test_a_case_opened_by_mistake_goes_with_ones_own_sheets(office: Office) -> None:
    with acting_as(entering(office)):
        office.enter("visit", office.ion, purpose="greșită")
    take_back(office, CASE_FORM, office.ion)
    assert are_there(office, CASE_FORM, "visit") == [1, 0]


def test_a_case_stays_while_a_colleague_has_filed_in_it(office: Office) -> None:
    together_in(office, "ion", "maria")
    with acting_as(entering(office, "maria")):
        office.enter("visit", office.ion, user="maria", visit_date=TODAY)
    with pytest.raises(Mistake, match="Ask somebody who may delete it"):
        take_back(office, CASE_FORM, office.ion)
    assert are_there(office, CASE_FORM, "visit") == [2, 1]


def test_a_colleagues_sheet_counts_even_where_it_is_not_seen(office: Office) -> None:
    together_in(office, "ion", "maria")
    with acting_as(entering(office, "maria")):
        office.enter("visit", office.ion, user="maria", visit_date=TODAY)
    with acting_as(office.scope("ana", case=ENTERS)), pytest.raises(Mistake):
        withdraw_sheet(office.repository, office.form(CASE_FORM), office.ion, office.actor())


def test_a_sheet_that_was_put_away_keeps_no_case(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        visit = office.enter("visit", office.ion, user="maria", visit_date=TODAY)
        delete_sheet(office.repository, office.form("visit"), visit, office.actor("maria"))
    take_back(office, CASE_FORM, office.ion)
    assert are_there(office, CASE_FORM) == [1]


def test_a_case_stays_while_a_ledger_has_an_entry_in_it(office: Office) -> None:
    with acting_as(entering(office)):
        office.enter("aid", office.ion, given_on=TODAY, kind="food")
    with pytest.raises(Mistake):
        take_back(office, CASE_FORM, office.ion)
    assert are_there(office, CASE_FORM, "aid") == [2, 1]


def test_the_session_itself_lets_no_such_case_go(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        office.enter("visit", office.ion, user="maria", visit_date=TODAY)
    with acting_as(entering(office)), pytest.raises(OutOfReach):
        delete_sheet(office.repository, office.form(CASE_FORM), office.ion, office.actor())


def test_whoever_may_delete_a_case_still_may(office: Office) -> None:
    with acting_as(SYSTEM_SCOPE):
        office.enter("visit", office.ion, user="maria", visit_date=TODAY)
    with acting_as(office.scope("ana")):
        delete_sheet(office.repository, office.form(CASE_FORM), office.ion, office.actor())
    assert are_there(office, CASE_FORM, "visit") == [1, 0]


def test_a_sheet_that_a_colleague_corrected_stays(office: Office) -> None:
    together_in(office, "ion", "maria")
    with acting_as(entering(office)):
        visit = office.enter("visit", office.ion, purpose="acasă")
    with acting_as(entering(office, "maria")):
        office.correct("visit", visit, 1, user="maria", purpose="la școală")
    with pytest.raises(Mistake):
        take_back(office, "visit", visit)
    with acting_as(entering(office)), pytest.raises(OutOfReach):
        delete_sheet(office.repository, office.form("visit"), visit, office.actor())


def test_after_a_day_nothing_is_taken_back(office: Office) -> None:
    kept = office.repository.record_class(CASE_FORM)
    with acting_as(SYSTEM_SCOPE), office.repository.writing() as session:
        session.execute(update(kept).values(created_at=utc_now() - WITHDRAWAL_TIME - timedelta(minutes=1)))
    with pytest.raises(OutOfReach):
        take_back(office, CASE_FORM, office.ion)
