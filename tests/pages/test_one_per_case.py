"""A form of which a case has at most one sheet: the second leads to the first, with what was typed."""

from collections.abc import Iterator

import pytest

from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from tests.pages.browsing import look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import sheets_of
from tests.pages.test_restricted_cases import ACTOR

NEW = "/records/visit_report/new?case=7"
TYPED = {"visit_date": "1.9.2026", "visit_purpose": "Prima", "conclusions": "Bine."}


@pytest.fixture(scope="module")
def once(demo: Demo) -> Iterator[Demo]:
    """The demo, where a case has one visit report at most, and this one has none yet."""
    forms = demo.repository.definition.forms
    usual = forms["visit_report"]
    there = sheets_of(demo, "DEMO-007", "visit_report")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        for number in there:
            delete_sheet(demo.repository, usual, number, ACTOR)
        demo.repository.session.remove()
    forms["visit_report"] = usual.model_copy(update={"one_per_case": True})  # type: ignore[index]
    yield demo
    forms["visit_report"] = usual  # type: ignore[index]
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        for number in there:
            restore_sheet(demo.repository, usual, number, ACTOR)
        demo.repository.session.remove()


def test_of_two_who_began_it_the_second_compares(once: Demo) -> None:
    browser = once.browser("case_manager")
    first, second, third = (look(browser, NEW) for _ in range(3))
    saved = first.save(TYPED)
    answer = browser.post(second.action, data={**second.boxes.to_dict(), **TYPED, "visit_purpose": "A doua"})
    assert answer.status_code == 409
    assert "Prima" in answer.text and "A doua" in answer.text
    waiting = look(browser, f"{saved.address}/edit")
    assert waiting.boxes["visit_purpose"] == "A doua", "it waits as a draft of the sheet that is there"
    answer = browser.post(waiting.action, data=waiting.boxes)
    assert answer.status_code == 409, "saved from the draft, the two are compared once more"
    browser.post(third.action, data={**third.boxes.to_dict(), "visit_purpose": "Ciornă", "_draft": "1"})
    led = look(browser, NEW)
    assert led.address == f"{saved.address}/edit" and led.boxes["visit_purpose"] == "Ciornă"
    browser.post(led.action, data={**led.boxes.to_dict(), "_discard": "1"})
    assert look(browser, NEW).address == saved.address
