"""The first day."""

import pytest

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


@pytest.mark.parametrize("address", ["/", "/sign-in", "/users", "/records/visit_report"])
def test_until_then_every_page_leads_to_the_set_up(new_office: Office, address: str) -> None:
    answer = new_office.browser().get(address)
    assert (answer.status_code, answer.location) == (303, "/set-up")


def test_the_set_up_makes_the_first_administrator_and_signs_her_in(new_office: Office) -> None:
    browser = new_office.browser()
    assert browser.post("/set-up", at="/set-up", **ANSWERS).location == "/sign-in/telephone"
    assert browser.get("/").location == "/sign-in", "the password alone opens nothing"
    assert browser.connect_telephone().status_code == 200
    assert browser.get("/").text == "teodora ['administrator'] none"
    shown = browser.get("/profile").text
    assert "Asociația Drumul Lin" in shown and '<html lang="en">' in shown


def test_the_set_up_is_there_once(new_office: Office) -> None:
    first, second = new_office.browser(), new_office.browser()
    token = second.token("/set-up")
    first.post("/set-up", at="/set-up", **ANSWERS)
    assert second.get("/set-up").status_code == 404
    late = second.client.post("/set-up", data={**ANSWERS, "user_name": "intruder", "csrf_token": token})
    assert late.status_code == 404
    assert new_office.browser().sign_in("intruder").status_code == 401


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"organisation": ""}, "Write the name of the organisation."),
        ({"user_name": "Teodora B"}, "Write the user name with small letters"),
        ({"password": "scurtă", "again": "scurtă"}, "at least 14 characters"),
        ({"password": "x" * 200, "again": "x" * 200}, "at most 128 characters"),
        ({"password": "administrator1234", "again": "administrator1234"}, "too easy to guess"),
        ({"password": "teodora_are_un_câine", "again": "teodora_are_un_câine"}, "Leave your name"),
        ({"again": "patru cuvinte fără rosturi"}, "The two passwords differ"),
        ({"language": "xx"}, "Not a valid choice"),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(new_office: Office, answers: dict[str, str], said: str) -> None:
    browser = new_office.browser(accept_language="en")
    answer = browser.post("/set-up", at="/set-up", **{**ANSWERS, **answers})
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="Brândușan"' in answer.text
    assert "patru cuvinte" not in answer.text
    assert browser.get("/set-up").status_code == 200, "nobody was added"


def test_the_organisation_can_be_renamed_later(office: Office) -> None:
    administrator = office.signed_in("administrator")
    answers = {"organisation": "AO Pragul Nou", "language": "en"}
    assert administrator.post("/organisation", at="/organisation", **answers).status_code == 303
    welcome = office.browser().get("/sign-in").text
    assert "AO Pragul Nou" in welcome and '<html lang="en">' in welcome
    assert office.signed_in("vera").get("/organisation").status_code == 403
