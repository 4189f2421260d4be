"""Taking back a case that was opened by mistake, as its case manager does it."""

import pytest
from werkzeug.test import TestResponse

from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.days import today_here
from tests.pages.conftest import Demo, token_on
from tests.pages.test_team import user_id


@pytest.fixture
def case(demo: Demo) -> int:
    """A case the case manager opened a moment ago."""
    return file(demo, CASE_FORM, "case_manager", opened_on=today_here(), status="open")


def file(demo: Demo, form: str, user: str, case: int | None = None, **answers: object) -> int:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        return enter_sheet(
            demo.repository, demo.forms[form], answers, Actor(user_id(demo, user), user, today_here()), case
        )


def take_back(demo: Demo, case: int) -> TestResponse:
    """Press the button on the case's sheet; the page it leads to."""
    browser, button = demo.browser("case_manager"), f"/records/case/{case}/withdraw"
    shown = browser.get(f"/records/case/{case}").text
    assert f'action="{button}"' in shown
    return browser.post(button, data={"csrf_token": token_on(shown)}, follow_redirects=True)


def test_a_case_opened_by_mistake_is_taken_back(demo: Demo, case: int) -> None:
    assert "Fișa a fost retrasă." in take_back(demo, case).text
    assert demo.browser("case_manager").get(f"/cases/{case}").status_code == 404


def test_one_that_a_colleague_filed_in_stays_and_the_page_says_why(demo: Demo, case: int) -> None:
    file(demo, "visit_report", "social_worker", case, visit_date=today_here())
    answer = take_back(demo, case)
    assert "Nu se mai poate retrage" in answer.text and "Cereți ștergerea" in answer.text
    assert answer.request.path == f"/records/case/{case}"


def test_a_sheet_of_a_deleted_case_waits_for_the_case(demo: Demo, case: int) -> None:
    visit = file(demo, "visit_report", "case_manager", case, visit_date=today_here())
    browser, record = demo.browser("coordinator"), f"/records/visit_report/{visit}"
    token = token_on(browser.get(record).text)
    browser.post(f"/records/case/{case}/delete", data={"csrf_token": token, "_confirmed": "1"})
    answer = browser.post(f"{record}/restore", data={"csrf_token": token}, follow_redirects=True)
    assert "Restaurați mai întâi cazul." in answer.text and answer.request.path == record
    assert f'href="{record}"' not in browser.get("/records/visit_report").text
