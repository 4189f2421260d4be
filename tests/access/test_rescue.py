"""An organisation that locked itself out: who has the computer and the key lets it in again."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from dosar.access.accounts.users import give_invitation
from dosar.access.recovery.rescue import forget_all_waits, reset_administrator
from dosar.access.tables import access_period_table
from dosar.database.users import ACCOUNT_ITSELF
from dosar.language.text.message import Mistake
from tests.access.conftest import Office
from tests.access.test_account_history import told
from tests.access.test_people import id_of

CHOSEN = {"password": "alte patru cuvinte bune", "again": "alte patru cuvinte bune"}


def test_waits_are_forgotten(office: Office) -> None:
    for _ in range(8):
        office.browser().sign_in("ana", "wrong")
    assert office.browser().sign_in("ana").status_code != 303
    forget_all_waits(office.services, "Ana")
    assert office.browser().sign_in("ana").status_code == 303
    assert "unlocked" in dict(told(office, "ana"))


@pytest.mark.parametrize("user", ["administrator", "vera"])
def test_the_last_administrator_comes_in_again(office: Office, user: str) -> None:
    """Also where nobody is administrator any more: somebody is made one."""
    before = office.signed_in(user)
    word = reset_administrator(office.services, user)
    assert before.get("/").location == "/sign-in", "her sessions ended"
    assert office.browser().sign_in(user).status_code == 401
    browser = office.browser()
    answer = browser.post(f"/invitation/{word}", at=f"/invitation/{word}", **CHOSEN)
    assert answer.location == "/sign-in/telephone", "the address of the command is enough"
    browser.connect_telephone()
    assert browser.get("/users").status_code == 200
    assert {"invited", "telephone_dropped"} <= {action for action, _ in told(office, user)}


def test_the_days_of_her_account_end_too(office: Office) -> None:
    """Her last day was yesterday: no invitation of an administrator helps, and the command does."""
    yesterday, vera = office.clock().date() - timedelta(days=1), id_of(office, "vera")
    with office.services.store.writing() as session:
        days = {"user_id": vera, "group_id": ACCOUNT_ITSELF, "until": yesterday}
        session.execute(insert(access_period_table).values(days))
        word = give_invitation(office.services, vera)
    for method in ("get", "post"):
        answer = getattr(office.browser().client, method)(f"/invitation/{word}", data={})
        assert answer.status_code in (400, 422)
    assert "The last day of this account is over" in office.browser().get(f"/invitation/{word}").text
    administrator = office.signed_in("administrator")
    refused = administrator.post(f"/users/{vera}/invitation", at="/profile")
    assert refused.status_code == 422 and "The last day of this account is over" in refused.text
    word = reset_administrator(office.services, "vera")
    browser = office.browser()
    answer = browser.post(f"/invitation/{word}", at=f"/invitation/{word}", **CHOSEN)
    assert answer.location == "/sign-in/telephone"
    browser.connect_telephone()
    assert browser.get("/users").status_code == 200
    assert ("changed", {"account_days": [f"… – {yesterday}", ""]}) in told(office, "vera")


def test_nobody_is_no_user(office: Office) -> None:
    with pytest.raises(Mistake, match="nemo"):
        reset_administrator(office.services, "nemo")
