"""A stolen password connects no telephone: that takes the invitation itself, or a code handed over by somebody else."""

import pytest
from sqlalchemy import delete

from dosar.access.recovery.rescue import reset_administrator
from dosar.access.tables import second_factor_table
from tests.access.conftest import PASSWORD, Browser, Office
from tests.access.test_account_history import told
from tests.access.test_people import CHOSEN, id_of, invitation_in, invite
from tests.telephones import code_on

FIRST_CODE, TELEPHONE = "/sign-in/first-code", "/sign-in/telephone"


@pytest.fixture
def maria(office: Office) -> int:
    """She chose a password by her invitation, and closed the browser before she had connected a telephone."""
    address = invite(office, office.signed_in("administrator"))
    assert office.browser().post(address, at=address, **CHOSEN).location == TELEPHONE
    return id_of(office, "maria")


def with_password(office: Office, user_name: str = "maria", password: str = CHOSEN["password"]) -> Browser:
    """Whoever knows the password, and nothing else."""
    browser = office.browser()
    assert browser.give_password(user_name, password).location == FIRST_CODE
    return browser


def code_from(office: Office, user_id: int, administrator: str = "administrator") -> str:
    return code_on(office.signed_in(administrator).post(f"/users/{user_id}/telephone/code", at="/profile").text)


def refusal(browser: Browser, user_id: int, button: str = "telephone/code") -> str:
    answer = browser.post(f"/users/{user_id}/{button}", at="/profile")
    assert answer.status_code == 422
    return answer.text


def test_a_stolen_password_connects_no_telephone(office: Office, maria: int) -> None:
    thief = with_password(office)
    assert thief.get(TELEPHONE).location == FIRST_CODE and thief.get("/").location == "/sign-in"
    thief.client.post(TELEPHONE, data={"code": "000000", "csrf_token": thief.token(FIRST_CODE)})
    for guess in ("ABCD-EFGH-IJKL-MNOP", "000000", office.services.set_up_code.shown, "' OR 1=1 --"):
        assert thief.give_first_code(guess).status_code == 401
    assert thief.give_first_code("").status_code == 422
    assert thief.get(TELEPHONE).location == FIRST_CODE


def test_with_the_code_of_an_administrator_she_connects_hers(office: Office, maria: int) -> None:
    code, hers = code_from(office, maria), with_password(office)
    assert hers.give_first_code(code.lower().replace("-", " ")).location == TELEPHONE
    assert hers.get(FIRST_CODE).location == TELEPHONE
    office.clock.pass_(minutes=14)
    assert hers.connect_telephone().status_code == 200, "she has time to look for an app"
    assert hers.get("/").status_code == 200
    assert "telephone_code" in [action for action, _ in told(office, "maria")]


def test_the_code_opens_once_for_one_account_and_for_a_day(office: Office, maria: int) -> None:
    code, ana = code_from(office, maria), id_of(office, "ana")
    with office.services.store.writing() as session:
        session.execute(delete(second_factor_table).where(second_factor_table.c.user_id == ana))
    assert with_password(office, "ana", PASSWORD).give_first_code(code).status_code == 401, "it is nobody else's"
    assert office.browser().get(f"/invitation/{code}").status_code == 404, "and chooses no password"
    assert with_password(office).give_first_code(code).status_code == 303
    assert with_password(office).give_first_code(code).status_code == 401
    late = code_from(office, maria)
    office.clock.pass_(hours=24)
    assert with_password(office).give_first_code(late).status_code == 401


def test_a_newer_code_takes_the_place_of_the_one_before(office: Office, maria: int) -> None:
    before = code_from(office, maria)
    code_from(office, maria)
    assert with_password(office).give_first_code(before).status_code == 401


def test_guesses_at_the_code_wait_longer_and_longer(office: Office, maria: int) -> None:
    thief = with_password(office)
    statuses = [thief.give_first_code(f"AAAA-AAAA-AAAA-AAA{number}").status_code for number in range(6)]
    assert statuses == [401] * 5 + [429]


def test_after_five_minutes_the_password_is_asked_for_again(office: Office, maria: int) -> None:
    hers = with_password(office)
    office.clock.pass_(minutes=5)
    assert hers.get(FIRST_CODE).location == "/sign-in"


def test_whoever_had_a_telephone_needs_the_code_beside_a_new_password(office: Office) -> None:
    """An administrator who has a telephone disconnected, and then gives a new password, would have the account."""
    office.user("second", "administrator")
    ana, first, second = id_of(office, "ana"), office.signed_in("administrator"), office.signed_in("second")
    first.post(f"/users/{ana}/telephone", at="/profile")
    second.post(f"/users/{ana}/telephone/confirm", at="/profile")
    assert "Another administrator gives this code" in refusal(first, ana)
    address = invitation_in(first.post(f"/users/{ana}/invitation", at="/profile").text)
    thief = office.browser()
    assert thief.post(address, at=address, **CHOSEN).location == FIRST_CODE
    assert "Another administrator gives this code" in refusal(first, ana)
    assert thief.give_first_code(code_from(office, ana, "second")).location == TELEPHONE


def test_a_code_is_given_only_where_there_is_something_to_connect(office: Office, maria: int) -> None:
    administrator = office.signed_in("administrator")
    assert "A telephone is connected to this account already" in refusal(administrator, id_of(office, "ana"))
    assert "on your own profile" in refusal(administrator, id_of(office, "administrator"))
    administrator.post(f"/users/{maria}/invitation", at="/profile")
    assert "by her invitation" in refusal(administrator, maria)


def test_a_command_on_the_computer_needs_no_second_administrator(office: Office) -> None:
    office.user("second", "administrator")
    word = reset_administrator(office.services, "administrator")
    browser = office.browser()
    assert browser.post(f"/invitation/{word}", at=f"/invitation/{word}", **CHOSEN).location == TELEPHONE


def test_while_nobody_has_a_telephone_the_console_tells_a_code(office: Office) -> None:
    """Set up and not finished, or from a version without telephones: who stands at the computer goes on."""
    with office.services.store.writing() as session:
        session.execute(delete(second_factor_table))
    administrator = with_password(office, "administrator", PASSWORD)
    assert "the window in which it was started" in administrator.get(FIRST_CODE).text
    assert administrator.give_first_code(office.services.set_up_code.shown).location == TELEPHONE
    assert administrator.connect_telephone().status_code == 200
    ana = with_password(office, "ana", PASSWORD)
    assert "the window in which it was started" not in ana.get(FIRST_CODE).text
    assert ana.give_first_code(office.services.set_up_code.shown).status_code == 401, "from then on it opens nothing"
