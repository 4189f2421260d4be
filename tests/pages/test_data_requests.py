"""What a person asks about her data is registered, and due within a month (GDPR art. 12)."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from dosar.database.system_tables import stamped_as_of, utc_now
from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.days import today_here
from tests.pages.browsing import look
from tests.pages.conftest import Demo
from tests.pages.test_audit_page import sentences
from tests.pages.test_case_page import case_of
from tests.pages.test_restricted_cases import ACTOR, answer, further_intake, status, writing


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
    request = entered(demo, case, **asked)
    assert status(worker, f"/cases/{case}") == 200, "registered, and not decided"
    answer(demo, "data_request", request, restricted_on=since)
    assert status(worker, f"/cases/{case}") == 404
    page = manager.get(f"/cases/{case}").text
    assert "Persoana a cerut restricționarea prelucrării datelor." in page and "Restricție ridicată la" in page
    assert status(manager, f"/records/plan/new?case={case}") == 409
    assert status(manager, f"/records/data_request/{request}/edit") == 200, "whoever may correct it lifts it"
    page = look(manager, f"/records/data_request/{request}/edit")
    lifting = {**page.boxes.to_dict(), "restriction_lifted_on": format_day(today_here(), "ro")}
    asked = manager.post(page.action, data=lifting)
    assert asked.status_code == 422 and "Salvarea poate redeschide cazul restricționat" in asked.text
    assert status(worker, f"/cases/{case}") == 404
    assert manager.post(page.action, data={**lifting, "_confirmed": "1"}).status_code == 303
    assert status(worker, f"/cases/{case}") == 200
    told = "Ceea ce restricționa cazul a încetat"
    history = f"/records/{CASE_FORM}/{case}/history"
    assert told in manager.get(history).text and told in demo.browser("coordinator").get("/audit?kind=written").text


def test_a_consent_taken_back_restricts_until_it_is_given_again(demo: Demo) -> None:
    case, worker, manager = case_of(demo, "DEMO-003"), demo.browser("social_worker"), demo.browser("case_manager")
    since = today_here() - timedelta(days=2)
    asked = {"received_on": today_here(), "kind": "consent", "made_by": "herself", "consent_taken_back": "sharing"}
    request = entered(demo, case, **asked)
    assert writing(worker, case) == 200, "what she shares is another consent"
    answer(demo, "data_request", request, consent_taken_back="assistance", consent_withdrawn_on=since)
    assert status(worker, f"/cases/{case}") == 200 and writing(worker, case) == 409, "read only"
    page = unescape(manager.get(f"/cases/{case}").text)
    assert "Persoana și-a retras consimțământul privind asistența." in page
    assert "„Data consimțământului” din „Fișă de luare în evidență”" in page
    assert status(manager, f"/records/plan/new?case={case}") == 409
    for given, code in ((since - timedelta(days=1), 409), (since, 200), (today_here(), 200)):
        with stamped_as_of(utc_now() + timedelta(minutes=1)), further_intake(demo, case, given):
            assert writing(worker, case) == code, given
    assert writing(worker, case) == 409, "that consent is gone again"
    answer(demo, "data_request", request, kind="objection", consent_taken_back=None, consent_withdrawn_on=None)
    assert writing(worker, case) == 200, "it was a slip"


def test_an_intake_filed_before_the_withdrawal_of_the_same_day_lifts_nothing(demo: Demo) -> None:
    case, worker, today = case_of(demo, "DEMO-003"), demo.browser("social_worker"), today_here()
    with further_intake(demo, case, today):
        said = {"kind": "consent", "consent_taken_back": "assistance", "consent_withdrawn_on": today}
        request = entered(demo, case, received_on=today, made_by="herself", **said)
        assert writing(worker, case) == 409
        answer(demo, "data_request", request, kind="objection", consent_taken_back=None, consent_withdrawn_on=None)


def test_whoever_answers_for_the_rights_reads_what_is_open(demo: Demo) -> None:
    """By the numbers of the cases for who only watches; the administrator knows of none."""
    case, today = case_of(demo, "DEMO-005"), today_here()
    received = today - timedelta(days=40)
    asked = {"received_on": received, "due_on": today - timedelta(days=9), "kind": "access", "made_by": "herself"}
    request = entered(demo, case, **asked, content="Vrea tot dosarul.")
    coordinator, officer = (
        demo.browser(user).get("/rights").text for user in ("coordinator", "data_protection_officer")
    )
    line = "DEMO-005 · O copie a datelor (art. 15)"
    for page in (coordinator, officer):
        assert (
            line in page
            and "depășit cu 9 zile" in page
            and page.index("DEMO-005") < page.index("DEMO-007 · Rectificarea")
        )
        assert f"primită la {format_day(received, 'ro')}" in page and "Vrea tot dosarul" not in page
    assert f'href="/records/data_request/{request}"' in coordinator and "/records/" not in officer
    assert "Cereri fără răspuns" not in demo.browser("administrator").get("/rights").text
    told = sentences(demo.browser("coordinator").get("/audit").text)
    assert any("a citit o listă" in each and "Cereri ale persoanelor vizate" in each for each in told[:4])
    answer(demo, "data_request", request, decision="done", answered_on=today, due_on=None)
    assert line not in demo.browser("data_protection_officer").get("/rights").text


def entered(demo: Demo, case: int, **answers: Any) -> int:
    """A request registered behind all pages."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        request = enter_sheet(demo.repository, demo.forms["data_request"], answers, ACTOR, case)
        demo.repository.session.remove()
    return request
