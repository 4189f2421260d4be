"""Finding a case from the head of any page, and what the list keeps of its reader's wishes."""

import re

import pytest
from flask.testing import FlaskClient

from tests.pages.conftest import Demo, token_on


def asked(browser: FlaskClient, words: str) -> str:
    """The page after the words went into the box of the page head; it leads to a case at once, or lists some."""
    token = token_on(browser.get("/").text)
    answer = browser.post("/find", data={"csrf_token": token, "words": words})
    assert answer.status_code == 303
    assert answer.location == "/find"
    found = browser.get("/find")
    return str(found.location or found.text)


def codes_in(page: str) -> list[str]:
    return sorted(set(re.findall(r"DEMO-\d+", page)))


@pytest.mark.parametrize("words", [
    "Zagaievschi", "zagaievschi olesea", "olesya", "Олеся", "Загаевски", "060 000 104", "+373 60 000 104",
    "0037360000104",
])
def test_a_case_is_found_by_name_in_any_alphabet_and_by_telephone(demo: Demo, words: str) -> None:
    assert codes_in(asked(demo.browser("coordinator"), words)) == ["DEMO-004"]


def test_a_code_leads_straight_to_its_case(demo: Demo) -> None:
    assert re.fullmatch(r"/cases/\d+", asked(demo.browser("coordinator"), "demo-004"))


def test_without_clearance_a_case_is_found_by_its_code_alone(demo: Demo) -> None:
    volunteer = demo.browser("volunteer")
    assert codes_in(asked(volunteer, "Prundeanu")) == []
    assert "Prundeanu" not in asked(volunteer, "demo")
    assert "DEMO-001" in codes_in(asked(volunteer, "demo"))


def test_who_sees_no_case_has_no_box(demo: Demo) -> None:
    administrator = demo.browser("administrator")
    assert 'action="/find"' not in administrator.get("/").text
    assert administrator.get("/find").status_code == 404


def test_the_words_stand_in_no_address_and_no_title(demo: Demo) -> None:
    page = asked(demo.browser("coordinator"), "Zagaievschi")
    assert "Zagaievschi" not in re.search(r"<title>.*</title>", page)[0]  # type: ignore[index]
    assert not re.search(r'(href|action)="[^"]*agaievschi', page)
