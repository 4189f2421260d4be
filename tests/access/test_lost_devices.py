"""A lost telephone, a lost computer: sessions are ended one by one, and a telephone is disconnected by two."""

import re

import pytest

from dosar.access.accounts.rescue import reset_telephone
from dosar.access.accounts.telephone_reset import waiting_resets
from dosar.access.login.devices import device_name
from dosar.language.text.message import Mistake
from tests.access.conftest import Browser, Office
from tests.telephones import code_on

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANDROID = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def signed_in_with(office: Office, user_agent: str) -> Browser:
    browser = office.browser(user_agent=user_agent)
    assert browser.sign_in("ana").status_code == 303
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def press(browser: Browser, user_id: int, button: str) -> str:
    """Press a button on the page of a user; what the page says then."""
    answer = browser.post(f"/users/{user_id}/{button}", at="/profile")
    return browser.get(answer.location).text if answer.location else answer.text


@pytest.mark.parametrize(
    ("user_agent", "name"), [(WINDOWS, "Firefox · Windows"), (ANDROID, "Chrome · Android"), ("curl/8", ""), ("", "")]
)
def test_devices_are_called_as_people_call_them(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name


def test_one_session_is_ended_and_the_others_stay(office: Office) -> None:
    here, telephone = signed_in_with(office, WINDOWS), signed_in_with(office, ANDROID)
    page = here.get("/profile").text
    assert "Firefox · Windows" in page and "Chrome · Android" in page
    (reference,) = re.findall(r'name="session" value="(\w+)"', page)
    here.post("/profile/end-session", at="/profile", session=reference)
    assert (is_in(here), is_in(telephone)) == (True, False)


def test_nobody_ends_the_session_of_another(office: Office) -> None:
    ana, vera = office.signed_in("ana"), office.signed_in("vera")
    office.signed_in("vera")
    (reference,) = re.findall(r'name="session" value="(\w+)"', vera.get("/profile").text)
    for typed in (reference, "", "%", "x" * 9999):
        ana.post("/profile/end-session", at="/profile", session=typed)
    assert len(re.findall(r'name="session"', vera.get("/profile").text)) == 1


def test_an_administrator_signs_a_user_out(office: Office) -> None:
    administrator, ana = office.signed_in("administrator"), office.signed_in("ana")
    waiting = office.browser()
    waiting.give_password("ana")
    assert "signed out everywhere" in press(administrator, 2, "sign-out")
    assert not is_in(ana) and waiting.get("/sign-in/code").location == "/sign-in"
    assert "Signed out everywhere" in administrator.get("/account-history?user=2").text
    assert office.signed_in("ana"), "her account stays open"


def test_two_administrators_disconnect_a_telephone(office: Office) -> None:
    office.user("second", "administrator")
    first, second, ana = (office.signed_in(name) for name in ("administrator", "second", "ana"))
    assert "A second administrator has to confirm it" in press(first, 2, "telephone")
    assert is_in(ana)
    assert "A second administrator confirms it" in press(first, 2, "telephone/confirm"), "not the one who asked"
    assert is_in(ana)
    assert "a second person is asked" in second.get("/users").text
    assert "Administrator Probă asked on" in second.get("/users/2").text
    code = code_on(press(second, 2, "telephone/confirm"))
    assert not is_in(ana)
    assert ana.give_password("ana").location == "/sign-in/first-code", "with her own password, and no other way"
    assert ana.give_first_code(code).location == "/sign-in/telephone", "and the code that she was given"
    assert ana.connect_telephone().status_code == 200 and is_in(ana)
    assert "Nobody asks for this any more" in press(second, 2, "telephone/confirm")


def test_a_telephone_stays_connected_where_somebody_objects(office: Office) -> None:
    office.user("second", "administrator")
    first, second = office.signed_in("administrator"), office.signed_in("second")
    press(first, 2, "telephone")
    assert "The telephone stays connected" in press(second, 2, "telephone/keep")
    assert "Nobody asks for this any more" in press(second, 2, "telephone/confirm")
    assert office.browser().give_password("ana").location == "/sign-in/code"


def test_what_nobody_confirms_is_forgotten_after_three_days(office: Office) -> None:
    office.user("second", "administrator")
    press(office.signed_in("administrator"), 2, "telephone")
    office.clock.pass_(days=3)
    with office.app.app_context():
        assert waiting_resets(office.services) == {}
    assert "Nobody asks for this any more" in press(office.signed_in("second"), 2, "telephone/confirm")


def test_whose_telephone_it_is_confirms_nothing(office: Office) -> None:
    second = office.user("second", "administrator")
    office.user("third", "administrator")
    press(office.signed_in("administrator"), second, "telephone")
    assert "A second administrator confirms it" in press(office.signed_in("second"), second, "telephone/confirm")
    assert "You connect another telephone on your own profile" in press(office.signed_in("second"), second, "telephone")


def test_a_sole_administrator_disconnects_nothing_alone(office: Office) -> None:
    """With a new password, which she gives, the account would be hers."""
    administrator, ana = office.signed_in("administrator"), office.signed_in("ana")
    assert "dosar reset-telephone ana" in press(administrator, 2, "telephone")
    assert is_in(ana) and office.browser().give_password("ana").location == "/sign-in/code", "her telephone stays"


def test_a_second_administrator_who_was_closed_leaves_no_gap(office: Office) -> None:
    second = office.user("second", "administrator")
    administrator = office.signed_in("administrator")
    press(administrator, 2, "telephone")
    press(office.signed_in("second"), 2, "telephone/confirm")
    press(administrator, second, "close")
    assert "dosar reset-telephone ana" in press(administrator, 2, "telephone/code"), "she who asked gives no code"


def at_the_computer(office: Office, user_name: str) -> str:
    with office.app.app_context():
        return reset_telephone(office.services, user_name)


def test_who_has_the_key_disconnects_a_telephone_at_the_computer(office: Office) -> None:
    before = office.signed_in("ana")
    code = at_the_computer(office, "Ana")
    assert not is_in(before)
    ana = office.browser()
    assert ana.give_password("ana").location == "/sign-in/first-code", "her own password goes on holding"
    assert ana.give_first_code(code).location == "/sign-in/telephone"
    assert ana.connect_telephone().status_code == 200 and is_in(ana)
    told = office.signed_in("administrator").get("/account-history?user=2").text
    assert "Telephone disconnected" in told
    assert office.browser().sign_in("ana").status_code == 303
    again = at_the_computer(office, "ana")
    assert at_the_computer(office, "ana") != again, "a lost code is given anew"
    with pytest.raises(Mistake, match="nemo"):
        at_the_computer(office, "nemo")
