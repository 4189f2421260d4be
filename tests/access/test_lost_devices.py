"""A lost telephone, a lost computer: sessions are ended one by one, and a telephone is disconnected by two."""

import re

import pytest

from dosar.access.login.sessions.devices import device_name
from dosar.access.recovery.rescue import reset_telephone
from dosar.access.recovery.telephone_reset import waiting_resets
from dosar.language.text.message import Mistake
from tests.access.conftest import Browser, Office
from tests.access.test_people import CHOSEN, id_of, invitation_in
from tests.telephones import code_on

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
ANDROID = "Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


def signed_in_with(office: Office, user_agent: str) -> Browser:
    browser = office.browser(user_agent=user_agent)
    assert browser.sign_in("ana").status_code == 303
    return browser


def is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


def press(browser: Browser, user_id: int, button: str, **boxes: str) -> str:
    """Press a button on the page of a user; what the page says then."""
    answer = browser.post(f"/users/{user_id}/{button}", at="/profile", **boxes)
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
    press(administrator, second, "close", sure="1")
    assert "dosar reset-telephone ana" in press(administrator, 2, "telephone/code"), "she who asked gives no code"


def limit(office: Office, browser: Browser, user_name: str, until: str) -> None:
    here = f"/users/{id_of(office, user_name)}"
    boxes = {"last_name": "Probă", "first_name": "C", "roles": ["administrator"], "until": until}
    boxes["sure"] = "1"  # it is told who will be missing then
    assert browser.post(here, at=here, **boxes).status_code == 303


def takes_over(office: Office, administrator: Browser) -> list[str]:
    """One administrator tries all she has to make Ana's account hers; what she is told each time."""
    said = [press(administrator, 2, button) for button in ("telephone", "telephone/confirm", "telephone/code")]
    address = invitation_in(administrator.post("/users/2/invitation", at="/profile").text)
    thief = office.browser()
    assert thief.post(address, at=address, **CHOSEN).location == "/sign-in/code", "Ana's telephone is still asked for"
    return [*said, *(press(administrator, 2, button) for button in ("telephone", "telephone/confirm"))]


def test_an_end_far_away_does_not_make_the_other_administrator_go_away(office: Office) -> None:
    """She still works and has to confirm: who wrote the day down has not become the only one."""
    office.user("carla", "administrator")
    administrator, carla = office.signed_in("administrator"), office.signed_in("carla")
    limit(office, administrator, "carla", "31.12.2031")
    asked, confirmed, code, *later = takes_over(office, administrator)
    assert "A second administrator has to confirm it" in asked and "A second administrator confirms it" in confirmed
    assert "A telephone is connected to this account already" in code
    assert "A second administrator confirms it" in later[1]
    assert code_on(press(carla, 2, "telephone/confirm")), "Carla confirms, till her last day"
    assert "Another administrator gives this code" in press(administrator, 2, "telephone/code")


@pytest.mark.parametrize("way", ["close", "last day"])
def test_who_got_rid_of_the_other_administrator_takes_over_nothing(office: Office, way: str) -> None:
    office.user("carla", "administrator")
    administrator = office.signed_in("administrator")
    if way == "close":
        press(administrator, id_of(office, "carla"), "close", sure="1")
    else:
        limit(office, administrator, "carla", office.services.today().strftime("%d.%m.%Y"))
        office.clock.pass_(days=1)
        administrator = office.signed_in("administrator")
    asked, confirmed, code, *later = takes_over(office, administrator)
    assert "dosar reset-telephone ana" in asked and "dosar reset-telephone ana" in later[0]
    assert "Nobody asks for this any more" in confirmed and "connected to this account already" in code
    assert at_the_computer(office, "ana"), "who has the key may"


def test_who_gave_a_new_password_does_not_confirm(office: Office) -> None:
    """A good colleague asks, believing that the telephone is lost: the code would be the second half of the account."""
    office.user("carla", "administrator")
    administrator, carla = office.signed_in("administrator"), office.signed_in("carla")
    address = invitation_in(administrator.post("/users/2/invitation", at="/profile").text)
    assert office.browser().post(address, at=address, **CHOSEN).location == "/sign-in/code"
    press(carla, 2, "telephone")
    assert "Another administrator gives this code" in press(administrator, 2, "telephone/confirm")
    assert office.browser().give_password("ana", CHOSEN["password"]).location == "/sign-in/code"
    press(administrator, 2, "telephone")
    assert code_on(press(carla, 2, "telephone/confirm")), "asked for by the other one it is confirmed by her"


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
