"""The first day."""

import pytest

from dosar.access.organisation.set_up_code import WRONG_TRIES, SetUpCode
from tests.access.conftest import Office

ANSWERS = {
    "organisation": "Asociația Drumul Lin",
    "language": "en",
    "last_name": "Brândușan",
    "first_name": "Teodora",
    "user_name": "teodora",
    "password": "patru cuvinte fără rost",
    "again": "patru cuvinte fără rost",
}


def typed(office: Office, **answers: str) -> dict[str, str]:
    """What somebody types who stands before the computer, and reads the code there."""
    return {**ANSWERS, "code": office.services.set_up_code.shown, **answers}


@pytest.mark.parametrize("address", ["/", "/sign-in", "/users", "/records/visit_report"])
def test_until_then_every_page_leads_to_the_set_up(new_office: Office, address: str) -> None:
    answer = new_office.browser().get(address)
    assert (answer.status_code, answer.location) == (303, "/set-up")


def test_the_set_up_makes_the_first_administrator_and_signs_her_in(new_office: Office) -> None:
    browser = new_office.browser()
    assert browser.post("/set-up", at="/set-up", **typed(new_office)).location == "/sign-in/telephone"
    assert browser.get("/").location == "/sign-in", "the password alone opens nothing"
    assert browser.connect_telephone().status_code == 200
    assert browser.get("/").text == "teodora ['administrator'] none"
    shown = browser.get("/profile").text
    assert "Asociația Drumul Lin" in shown and '<html lang="en">' in shown


def test_the_set_up_is_there_once(new_office: Office) -> None:
    first, second = new_office.browser(), new_office.browser()
    token = second.token("/set-up")
    first.post("/set-up", at="/set-up", **typed(new_office))
    assert second.get("/set-up").status_code == 404
    late = second.client.post("/set-up", data={**typed(new_office), "user_name": "intruder", "csrf_token": token})
    assert late.status_code == 404
    assert new_office.browser().sign_in("intruder").status_code == 401


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"organisation": ""}, "Write the name of the organisation."),
        ({"user_name": "Teodora B"}, "Write the user name with small letters"),
        ({"password": "scurtă", "again": "scurtă"}, "at least 14 characters"),
        ({"password": "x" * 200, "again": "x" * 200}, "at most 128 characters"),
        ({"password": "administrator1234", "again": "administrator1234"}, "lists of stolen ones"),
        ({"password": "teodora_are_un_câine", "again": "teodora_are_un_câine"}, "Leave your name"),
        ({"again": "patru cuvinte fără rosturi"}, "The two passwords differ"),
        ({"language": "xx"}, "Choose a language."),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(new_office: Office, answers: dict[str, str], said: str) -> None:
    browser = new_office.browser(accept_language="en")
    answer = browser.post("/set-up", at="/set-up", **typed(new_office, **answers))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Brândușan"' in answer.text
    assert "patru cuvinte" not in answer.text
    assert browser.get("/set-up").status_code == 200, "nobody was added"


def test_a_stranger_who_comes_first_sets_nothing_up(new_office: Office) -> None:
    stranger = new_office.browser(accept_language="en")
    for code in ("AAAA-AAAA", "", " - "):
        answer = stranger.post("/set-up", at="/set-up", **typed(new_office, code=code))
        assert answer.status_code == 422
        assert ("This is not the code" in answer.text) == bool(code.strip())
    code = new_office.services.set_up_code.shown
    assert code not in answer.text
    owner = new_office.browser()
    as_heard = code.replace("-", " ").lower()
    assert owner.post("/set-up", at="/set-up", **typed(new_office, code=as_heard)).status_code == 303


def test_the_code_of_the_set_up_cannot_be_guessed() -> None:
    code = SetUpCode()
    assert not any(code.fits(f"guess {number}") for number in range(WRONG_TRIES))
    assert code.is_void and not code.fits(code.shown)
    assert len({SetUpCode().shown for _ in range(100)}) == 100


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via"])
@pytest.mark.parametrize("address", ["/set-up", "/sign-in", "/static/css/page.css"])
def test_a_web_server_that_hides_the_name_asked_for_gets_nothing(new_office: Office, header: str, address: str) -> None:
    answer = new_office.browser().get(address, headers={header: "198.51.100.7", "Host": "127.0.0.1:8080"})
    assert answer.status_code == 421 and "--address" in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_organisation_can_be_renamed_later(office: Office) -> None:
    administrator = office.signed_in("administrator")
    answers = {"organisation": "AO Pragul Nou", "language": "en"}
    assert administrator.post("/organisation", at="/organisation", **answers).status_code == 303
    welcome = office.browser().get("/sign-in").text
    assert "AO Pragul Nou" in welcome and '<html lang="en">' in welcome
    assert office.signed_in("vera").get("/organisation").status_code == 403
