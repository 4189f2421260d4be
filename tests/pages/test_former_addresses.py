"""A form has another name now: old addresses lead on, for those who see it."""

from collections.abc import Iterator

import pytest

from tests.pages.browsing import look
from tests.pages.conftest import Demo


@pytest.fixture(scope="module")
def renamed(demo: Demo) -> Iterator[Demo]:
    """The demo, where the visit reports were called otherwise before."""
    forms = demo.repository.definition.forms
    usual = forms["visit_report"]
    forms["visit_report"] = usual.model_copy(update={"was": "visit"})  # type: ignore[index]
    yield demo
    forms["visit_report"] = usual  # type: ignore[index]


def test_an_address_of_former_times_leads_on(renamed: Demo) -> None:
    browser = renamed.browser("case_manager")
    answer = browser.get("/records/visit/new?case=7&face=")
    assert (answer.status_code, answer.location) == (308, "/records/visit_report/new?case=7&face=")


def test_a_sheet_that_was_open_meanwhile_is_saved(renamed: Demo) -> None:
    browser = renamed.browser("case_manager")
    page = look(browser, "/records/visit_report/new?case=7")
    typed = {**page.boxes.to_dict(), "visit_date": "1.9.2026", "visit_purpose": "Prima", "conclusions": "Bine."}
    answer = browser.post(page.action.replace("visit_report", "visit"), data=typed, follow_redirects=True)
    assert "Prima" in answer.text and answer.request.path.startswith("/records/visit_report/")


def test_who_does_not_see_the_form_learns_nothing(renamed: Demo) -> None:
    browser = renamed.browser("administrator")
    answers = [browser.get(f"/records/{name}").status_code for name in ("visit", "visit_report", "never")]
    assert answers == [404, 404, 404]
