"""Lines of what is due on a phone, and where one is after something was done with one of them."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor
from tests.days import today_here

PHONE, LONGEST_PAGE = 390, 4000
DONE = "Îndeplinit astăzi"


def height(worker: Visitor) -> int:
    found: int = worker.page.evaluate("document.documentElement.scrollHeight")
    return found


def add_task(worker: Visitor, subject: str) -> None:
    worker.open("/records/task/new?case=3")
    worker.named("subject").fill(subject)
    worker.named("due_on").fill(f"{today_here() + timedelta(1):%d.%m.%Y}")
    worker.press("Salvează")


def test_what_is_due_is_short_on_a_phone(sign_in: SignIn) -> None:
    worker = sign_in("coordinator", "ro", width=PHONE)
    for address in ("/due", "/due?state=later", "/due?view=week"):
        worker.open(address)
        assert height(worker) < LONGEST_PAGE, address
    worker.open("/due")
    worker.page.get_by_role("link", name="Toate (").last.click()
    assert "state=" in worker.page.url, "nothing is cut without the way to all"


@pytest.mark.parametrize("javascript", [True, False])
def test_whoever_says_done_goes_on_at_the_next_line(sign_in: SignIn, javascript: bool) -> None:
    worker = sign_in("case_manager", "ro", javascript=javascript, width=PHONE)
    for subject in ("Prima sarcină", "A doua sarcină"):
        add_task(worker, subject)
    worker.open("/due?case=3&rule=task.task&all=1")
    rows = worker.page.locator("table.due tbody tr")
    first = rows.filter(has_text="Prima sarcină")
    following = rows.filter(has_text="A doua sarcină")
    place = following.get_attribute("id")
    worker.click(first.get_by_role("button", name=DONE))
    assert worker.page.url.endswith(f"#{place}")
    notice = worker.page.locator("main > .notice")
    expect(notice).to_contain_text("Prima sarcină")
    expect(notice).to_be_in_viewport()
    if javascript:
        link = following.get_by_role("link").first
        expect(link).to_be_focused()
        assert link.get_attribute("aria-describedby") == notice.get_attribute("id"), "it is read with the line"
    worker.click(rows.filter(has_text="A doua sarcină").get_by_role("button", name=DONE))
