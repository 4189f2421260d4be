"""What a person asks about her data is registered, and due within a month (GDPR art. 12)."""

import re
from datetime import timedelta

from dosar.fields.formats.days import format_day
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.days import today_here
from tests.pages.conftest import Demo
from tests.pages.test_case_page import case_of
from tests.pages.test_restricted_cases import ACTOR, answer, status


def test_a_request_is_due_within_a_month_until_it_is_answered(demo: Demo) -> None:
    browser = demo.browser("case_manager")
    listed = browser.get("/records/data_request").text
    found = re.search(r"/records/data_request/(\d+)", listed)
    assert found
    sheet = browser.get(found[0]).text
    received = today_here() - timedelta(days=9)
    assert format_day(received, "ro") in sheet and "Termen de răspuns" in sheet
    case = re.search(r"/cases/(\d+)", sheet)
    assert case and "Termen de răspuns" in browser.get(case[0]).text


def test_who_asks_for_restriction_has_her_case_restricted_until_it_is_lifted(demo: Demo) -> None:
    case, worker, manager = case_of(demo, "DEMO-003"), demo.browser("social_worker"), demo.browser("case_manager")
    since = today_here() - timedelta(days=2)
    asked = {"received_on": since, "kind": "restriction", "made_by": "herself"}
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        request = enter_sheet(demo.repository, demo.forms["data_request"], asked, ACTOR, case)
        demo.repository.session.remove()
    assert status(worker, f"/cases/{case}") == 200, "registered, and not decided"
    answer(demo, "data_request", request, restricted_on=since)
    assert status(worker, f"/cases/{case}") == 404
    page = manager.get(f"/cases/{case}").text
    assert "Persoana a cerut restricționarea prelucrării datelor." in page and "Restricție ridicată la" in page
    assert status(manager, f"/records/plan/new?case={case}") == 409
    assert status(manager, f"/records/data_request/{request}/edit") == 200, "whoever may correct it lifts it"
    answer(demo, "data_request", request, restriction_lifted_on=today_here())
    assert status(worker, f"/cases/{case}") == 200


def test_who_registers_a_consent_taken_back_reads_what_restricts_the_case(demo: Demo) -> None:
    page = demo.browser("case_manager").get(f"/records/data_request/new?case={case_of(demo, 'DEMO-003')}").text
    assert "scrieți ziua și în fișa de luare în evidență" in page
