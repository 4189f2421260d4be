"""Somebody comes near: the page is covered, the session ends, nothing stays in the browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from dosar.cli.demo import demo_password
from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor

WAYS: dict[str, Callable[[Visitor], None]] = {
    "button": lambda worker: worker.page.get_by_role("button", name="Ascunde pagina").click(),
    "Shift three times": lambda worker: [worker.page.keyboard.press("Shift") for _ in range(3)] and None,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_hidden_at_once_and_the_session_locked(sign_in: SignIn, way: str) -> None:
    worker = sign_in("social_worker", "ro")
    worker.open("/records/visit_report/new?case=1")
    worker.page.locator("[name=visit_purpose]").fill("Neterminat")
    WAYS[way](worker)
    worker.page.wait_for_url(re.compile(r"^(?!.*visit_report)"))
    assert worker.is_locked_out()
    again = sign_in("social_worker", "ro")
    again.open("/records/visit_report/new?case=1")
    assert again.typed("visit_purpose") == "Neterminat", "the draft was kept first"
    again.press("Renunță la ciornă")


def test_every_tab_is_hidden_together(sign_in: SignIn) -> None:
    worker = sign_in("social_worker", "ro")
    worker.open("/cases/1")
    other = worker.another_tab()
    other.open("/cases/1")
    other.page.keyboard.press("Shift")
    other.page.keyboard.press("Shift")
    other.page.keyboard.press("Shift")
    for tab in (worker, other):
        tab.page.wait_for_url("about:blank")
        assert tab.page.title() == ""
    other.page.go_back()
    assert other.misses("Prundeanu"), "the address was replaced"


def test_an_idle_page_warns_and_leaves(sign_in: SignIn) -> None:
    worker = sign_in("social_worker", "ro")
    worker.page.clock.install()
    worker.open("/cases/1")
    worker.page.clock.fast_forward("13:30")
    stay = worker.page.get_by_role("alert").get_by_role("button", name="Rămâi")
    stay.click()
    expect(stay).to_have_count(0)
    worker.page.clock.fast_forward("13:30")
    expect(stay).to_be_visible()
    end_sessions_of(worker)
    worker.page.clock.fast_forward("02:00")
    worker.page.wait_for_url("**/sign-in?over=1&next=%2Fcases%2F1")
    assert worker.sees("Sesiunea s-a încheiat")
    worker.page.fill("[name=user_name]", "social_worker")
    worker.page.fill("[name=password]", demo_password("social_worker"))
    worker.enter()
    worker.page.wait_for_url("**/cases/1")


def end_sessions_of(worker: Visitor) -> None:
    """The server has not heard of her for a quarter of an hour either."""
    worker.page.context.clear_cookies()


def test_no_page_of_a_case_is_kept_by_the_browser(sign_in: SignIn) -> None:
    worker = sign_in("social_worker", "ro")
    for address in ("/cases/1", "/records/visit_report", "/records/case/1", "/"):
        answer = worker.page.goto(f"{worker.url}{address}")
        assert "no-store" in answer.headers["cache-control"]


def test_a_tab_tells_nothing_about_anybody(sign_in: SignIn) -> None:
    worker = sign_in("social_worker", "ro")
    worker.open("/cases/1")
    assert "Prundeanu" not in worker.page.title()
    assert worker.page.title().endswith("Dosar")


def test_after_signing_out_the_pages_are_gone(sign_in: SignIn) -> None:
    worker = sign_in("social_worker", "ro")
    worker.open("/cases/1")
    worker.press("Deconectare")
    worker.page.wait_for_url("**/sign-in")
    worker.page.go_back()
    assert worker.misses("Prundeanu")
