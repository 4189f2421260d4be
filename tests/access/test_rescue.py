"""An organisation that locked itself out: who has the computer and the key lets it in again."""

import pytest

from dosar.access.recovery.rescue import forget_all_waits, reset_administrator
from dosar.language.text.message import Mistake
from tests.access.conftest import Office
from tests.access.test_account_history import told

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


def test_nobody_is_no_user(office: Office) -> None:
    with pytest.raises(Mistake, match="nemo"):
        reset_administrator(office.services, "nemo")
