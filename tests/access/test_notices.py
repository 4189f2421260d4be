"""What the next page says: once, to the worker it is for, and without writing to the database."""

import pytest

from dosar.access.web.flash_messages import NOTICE_COOKIE
from tests.access.conftest import PASSWORD, Browser, Office, counted

SAID = 'class="notice notice-success"'


@pytest.fixture
def ana(office: Office) -> Browser:
    """Ana, who has just signed out everywhere else."""
    browser = office.signed_in("ana")
    assert browser.post("/profile/sign-out-elsewhere", at="/profile").location == "/profile"
    return browser


def test_a_notice_is_shown_once(ana: Browser) -> None:
    assert SAID in ana.get("/profile").text
    assert SAID not in ana.get("/profile").text


def test_showing_it_writes_nothing(office: Office, ana: Browser) -> None:
    with counted(office) as statements:
        assert SAID in ana.get("/profile").text
    assert {statement.split()[0] for statement in statements} == {"SELECT"}


def test_a_page_without_room_for_notices_leaves_it_for_the_next(ana: Browser) -> None:
    assert "Set-Cookie" not in ana.get("/").headers
    assert SAID in ana.get("/profile").text


def test_whoever_signs_in_next_does_not_read_it(ana: Browser) -> None:
    kept = ana.client.get_cookie(NOTICE_COOKIE)
    assert kept is not None
    ana.post("/sign-out", at="/profile")
    ana.client.set_cookie(NOTICE_COOKIE, kept.value)
    assert ana.sign_in("vera", PASSWORD).status_code == 303
    assert SAID not in ana.get("/profile").text


def test_a_notice_made_up_is_not_shown(ana: Browser) -> None:
    ana.client.set_cookie(NOTICE_COOKIE, "WzIsW3siIHQiOlsic3VjY2VzcyIsIkhpIl19XV0.bm8")
    assert SAID not in ana.get("/profile").text
