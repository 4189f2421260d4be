"""Whoever comes in is told what happened to her account meanwhile: she knows what of it was not hers."""

import pytest

from tests.access.conftest import Office

CODE = "/sign-in/code"
TOLD = "Since you last signed in"


def told(office: Office, user_name: str = "ana") -> str:
    page = office.signed_in(user_name).get("/profile").text
    return page[page.index(TOLD) :].split("</")[0] if TOLD in page else ""


def test_nothing_is_told_where_nothing_happened(office: Office) -> None:
    assert [told(office), told(office)] == ["", ""], "nor at her first sign-in"


def test_a_slip_of_the_fingers_is_no_attack(office: Office) -> None:
    told(office)
    for _ in range(2):
        office.browser().give_password("ana", "altceva")
    assert told(office) == ""


@pytest.mark.parametrize("wrong", ["password", "code"])
def test_she_is_told_once_that_somebody_tried(office: Office, wrong: str) -> None:
    told(office)
    for _ in range(3):
        thief = office.browser()
        if wrong == "password":
            thief.give_password("ana", "altceva")
        else:
            thief.give_password("ana")
            assert thief.post(CODE, at=CODE, code="000000").status_code == 401
    office.clock.pass_(hours=1)
    assert "3 wrong passwords or codes" in told(office)
    assert told(office) == ""


def test_what_was_changed_meanwhile_is_told_and_stays_on_her_profile(office: Office) -> None:
    ana = office.signed_in("ana")
    office.clock.pass_(minutes=1)
    ana.post("/profile/recovery-codes", at="/profile")
    office.clock.pass_(hours=1)
    assert "Made new recovery codes" in told(office)
    later = office.signed_in("ana").get("/profile").text
    assert TOLD not in later and "Made new recovery codes" in later, "the thief cannot have it forgotten"
    assert "recovery codes" not in told(office, "vera")
