"""Somebody comes near: the page is covered, the session ends, nothing stays in the browser."""

import re
from collections.abc import Callable
from time import sleep

import pytest

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor

WAYS: dict[str, Callable[[Visitor], None]] = {
    "button": lambda worker: worker.page.get_by_role("button", name="Ascunde pagina").click(),
    "Shift three times": lambda worker: [worker.page.keyboard.press("Shift") for _ in range(3)] and None,
}


def is_locked_out(worker: Visitor) -> bool:
    """Whether the sign-in page comes up, at once or in a moment."""
    for _ in range(20):
        worker.open("/cases/1")
        if "sign-in" in worker.page.url:
            return True
        sleep(0.1)
    return False


@pytest.mark.parametrize("way", WAYS)
def test_a_page_is_hidden_at_once_and_the_session_locked(sign_in: SignIn, way: str) -> None:
    worker = sign_in("social_worker", "ro")
    worker.open("/records/visit_report/new?case=1")
    worker.page.locator("[name=visit_purpose]").fill("Neterminat")
    WAYS[way](worker)
    worker.page.wait_for_url(re.compile(r"^(?!.*visit_report)"))
    assert is_locked_out(worker)
    again = sign_in("social_worker", "ro")
    again.open("/records/visit_report/new?case=1")
    assert again.typed("visit_purpose") == "Neterminat", "the draft was kept first"
    again.press("Renunță la ciornă")


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
