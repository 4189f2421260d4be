"""What a page refuses because of what stands elsewhere: in the rest of the record, or in its case."""

import re

import pytest

from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.browsing import Page, look
from tests.pages.conftest import Demo


def plans_of(demo: Demo, case: int) -> set[str]:
    kept = demo.repository.record_class("plan")
    with acting_as(SYSTEM_SCOPE):
        found = {str(record.id) for record in demo.repository.session.query(kept).filter_by(case_id=case)}
    demo.repository.session.remove()
    return found


def offered(page: Page, question: str) -> set[str]:
    picking = page.browser.post(page.action, data={**page.boxes.to_dict(), "_pick": question}).text
    return set(re.findall(rf'name="_picked" value="{question}=(\d+)"', picking))


def test_the_budget_of_a_case_is_of_a_plan_of_that_case(demo: Demo) -> None:
    page = look(demo.browser("coordinator"), "/records/plan_budget/new?case=1")
    assert offered(page, "plan") == plans_of(demo, 1)
    other = min(plans_of(demo, 2))
    with pytest.raises(AssertionError, match="Alegeți una din acest caz"):
        page.save({"drawn_up_on": "1.2.2026", "plan": other, "_confirmed": "1"})
    own = min(plans_of(demo, 1))
    assert "/records/plan_budget/" in page.save({"drawn_up_on": "1.2.2026", "plan": own, "_confirmed": "1"}).address


def page_with(demo: Demo, question: str) -> Page:
    """The page of the case file that asks this question."""
    steps = (look(demo.browser("coordinator"), f"/records/case/1/edit/{step}") for step in range(1, 20))
    return next(page for page in steps if question in page.boxes)


def test_a_rule_of_another_page_leads_there(demo: Demo) -> None:
    closing = page_with(demo, "closed_on")
    opened = page_with(demo, "opened_on").boxes["opened_on"]
    closing.save({"status": "closed", "closed_on": opened, "closure_outcome": "achieved", "_confirmed": "1"})
    page = page_with(demo, "opened_on")
    boxes = {**page.boxes.to_dict(), "opened_on": "azi", "_confirmed": "1"}
    refused = page.browser.post(page.action, data=boxes)
    assert refused.status_code == 422
    assert f'href="{closing.action}#closed_on"' in refused.text
    assert page_with(demo, "opened_on").boxes["opened_on"] == "azi", "what she typed waits as a draft"
