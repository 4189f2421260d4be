"""Whoever comes in is told what happened to her account meanwhile: she knows what of it was not hers."""

import pytest

from tests.access.conftest import Browser, Office

CODE = "/sign-in/code"
TOLD = "Since you last signed in"


def told(office: Office, user_name: str = "ana") -> str:
    """What is said at a sign-in in a browser of its own."""
    return told_in(office.browser(), user_name)


def told_in(browser: Browser, user_name: str = "ana") -> str:
    assert browser.sign_in(user_name).status_code == 303
    page = browser.get("/profile").text
    return page[page.index(TOLD) :].split("</")[0] if TOLD in page else ""


def try_wrongly(office: Office) -> None:
    told(office)
    for _ in range(3):
        office.browser().give_password("ana", "altceva")
    office.clock.pass_(hours=1)


def say_seen(browser: Browser) -> None:
    assert browser.post("/sign-in/seen", at="/profile").status_code == 303
    assert TOLD not in browser.get("/profile").text


def test_nothing_is_told_where_nothing_happened(office: Office) -> None:
    assert [told(office), told(office)] == ["", ""], "nor at her first sign-in"


def test_a_slip_of_the_fingers_is_no_attack(office: Office) -> None:
    told(office)
    for _ in range(2):
        office.browser().give_password("ana", "altceva")
    assert told(office) == ""


@pytest.mark.parametrize("wrong", ["password", "code"])
def test_she_is_told_that_somebody_tried(office: Office, wrong: str) -> None:
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


def test_it_is_told_until_she_says_that_she_has_seen_it(office: Office) -> None:
    """However often a thief comes in before her."""
    try_wrongly(office)
    for _ in range(2):
        assert "3 wrong passwords or codes" in told(office)
        office.clock.pass_(hours=1)
    hers = office.browser()
    said = told_in(hers)
    assert "until you say on your profile" in said and "somebody said" not in said
    say_seen(hers)
    office.clock.pass_(hours=1)
    assert told_in(hers) == ""


def test_who_says_first_that_it_was_seen_hides_it_from_nobody_for_a_week(office: Office) -> None:
    thief, hers = office.browser(), office.browser()
    told_in(hers)
    try_wrongly(office)
    told_in(thief)
    say_seen(thief)
    for hours in (1, 24 * 5):
        office.clock.pass_(hours=hours)
        said = told_in(hers)
        assert "3 wrong passwords or codes" in said and "somebody said in another browser" in said, hours
    say_seen(hers)
    office.clock.pass_(hours=1)
    assert told_in(hers) == "", "and in neither of the two"
    assert told_in(thief) == ""
    office.clock.pass_(hours=24 * 2)
    assert told(office) == ""


def test_what_happens_afterwards_is_told_with_what_was_before(office: Office) -> None:
    thief = office.browser()
    try_wrongly(office)
    told_in(thief)
    say_seen(thief)
    office.clock.pass_(minutes=1)
    thief.post("/profile/recovery-codes", at="/profile")
    office.clock.pass_(hours=1)
    said = told_in(thief)
    assert "3 wrong passwords or codes" in said and "Made new recovery codes" in said


def test_what_was_changed_meanwhile_is_told_and_stays_on_her_profile(office: Office) -> None:
    ana = office.signed_in("ana")
    office.clock.pass_(minutes=1)
    ana.post("/profile/recovery-codes", at="/profile")
    office.clock.pass_(hours=1)
    hers = office.browser()
    assert "Made new recovery codes" in told_in(hers)
    say_seen(hers)
    assert "Made new recovery codes" in hers.get("/profile").text, "the thief cannot have it forgotten"
    assert "recovery codes" not in told(office, "vera")
