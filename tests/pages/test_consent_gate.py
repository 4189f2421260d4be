"""No plan, service, visit or aid without the person's consent, by whichever door it comes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dosar.access.worker import worker_for
from dosar.filing.doubts.consent import NOT_HERS
from dosar.filing.opening.submissions import correction
from dosar.filing.service import Values, validate
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.records.actor import Actor
from dosar.records.cases.merge import CaseMerge, both_cases, merge_cases
from dosar.records.scope.consent_checks import ConsentIsMissing
from dosar.records.scope.row_scope import SYSTEM_SCOPE, CaseIsRestricted, OutOfReach, acting_as
from dosar.records.sheets.acceptance import accept_sheet
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.ledger import reverse_entry
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from tests.days import today_here
from tests.pages.browsing import boxes_on, look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import filed
from tests.pages.test_team import user_id

TODAY = today_here()
GIVEN, WITHDRAWN = TODAY - timedelta(60), TODAY - timedelta(10)
TAKEN_BACK = {"kind": "consent", "consent_taken_back": "assistance", "consent_withdrawn_on": WITHDRAWN}
WORDS = "Consultație la dispensar, după-amiaza."
DAYS = {
    "plan": "drawn_up_on",
    "dependant_plan": "drawn_up_on",
    "visit_report": "visit_date",
    "service_log": "given_on",
    "humanitarian_aid": "given_on",
    "study_ledger": "received_on",
}


def consent(demo: Demo, case: int, given: date = GIVEN, **answers: Any) -> int:
    return filed(demo, "intake", case, informed_on=given, consent_assistance=True, consent_on=given, **answers)


@contextmanager
def working(demo: Demo, user: str = "coordinator") -> Iterator[Actor]:
    """Whatever is done inside is done by this worker, below all pages."""
    worker = worker_for(demo.app.extensions["dosar_access"], user_id(demo, user))
    assert worker is not None
    with demo.app.app_context(), acting_as(worker.scope):
        try:
            yield Actor(worker.id, worker.name, TODAY)
        finally:
            demo.repository.session.remove()


def write(demo: Demo, form: str, case: int, day: date, **answers: Any) -> int:
    """A sheet of this day, filed by the coordinator."""
    with working(demo) as actor:
        return enter_sheet(demo.repository, demo.forms[form], {DAYS[form]: day, **answers}, actor, case)


def correct(demo: Demo, form: str, number: int, **answers: Any) -> None:
    with working(demo) as actor:
        version = open_sheet(demo.repository, form, number).record.version
        correct_sheet(demo.repository, demo.forms[form], number, version, answers, actor)


@pytest.fixture
def case(demo: Demo) -> int:
    """A case in which nobody has asked for consent yet."""
    return filed(demo, CASE_FORM, opened_on=TODAY - timedelta(90), status="open", last_name="Nou", first_name="Caz")


def test_below_every_page_nothing_is_written_before_consent(demo: Demo, case: int) -> None:
    for form in DAYS:
        with pytest.raises(ConsentIsMissing):
            write(demo, form, case, TODAY)
    waiting = consent(demo, case)
    set_waiting(demo, waiting, True)
    with pytest.raises(ConsentIsMissing) as refused:
        write(demo, "plan", case, TODAY)
    assert refused.value.missing.why == "waits"
    set_waiting(demo, waiting, None)
    for form in DAYS:
        with pytest.raises(ConsentIsMissing):
            write(demo, form, case, GIVEN - timedelta(1))
        assert write(demo, form, case, GIVEN)


def set_waiting(demo: Demo, number: int, waits: bool | None, form: str = "intake") -> None:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE), demo.repository.writing():
        demo.repository.find(form, number).to_check = waits
        demo.repository.session.flush()
    demo.repository.session.remove()


def test_the_page_of_every_face_says_what_is_missing_and_keeps_what_was_typed(demo: Demo, case: int) -> None:
    browser = demo.browser("coordinator")
    for face in ("", "ipp", "irp", "iap", "cptw"):
        address = f"/records/plan/new?case={case}" + (f"&face={face}" if face else "")
        page = look(browser, address)
        boxes = page.boxes.copy()
        boxes["drawn_up_on"] = "azi"
        sent = browser.post(page.action, data=boxes)
        assert sent.status_code == 422 and "Consimțământ privind asistența: nu există în acest caz" in sent.text, face
        assert f"/records/intake/new?case={case}" in sent.text, face
    page = look(browser, f"/records/service_log/new?case={case}")
    boxes = page.boxes.copy()
    boxes["given_on"], boxes["outcome"] = "azi", WORDS
    refused = browser.post(page.action, data=boxes)
    assert refused.status_code == 422 and WORDS in refused.text
    assert WORDS in browser.get(f"/records/service_log/new?case={case}").text, "it waits as a draft"
    boxes["service"], boxes["hours"], boxes["urgent_reason"] = (
        "medical",
        "1",
        "Hemoragie; salvarea a venit în zece minute.",
    )
    assert browser.post(page.action, data=boxes).status_code == 303, "what could not wait is kept with its reason"


def test_a_withdrawn_consent_closes_the_case_at_once_and_the_earlier_days_stay_open_where_the_law_asks(
    demo: Demo, case: int
) -> None:
    intake = consent(demo, case)
    visit = write(demo, "visit_report", case, GIVEN)
    correct(demo, "intake", intake, consent_withdrawn_on=WITHDRAWN)
    with pytest.raises(CaseIsRestricted):
        write(demo, "visit_report", case, WITHDRAWN - timedelta(1))
    with pytest.raises(CaseIsRestricted):
        correct(demo, "visit_report", visit, visit_date=GIVEN + timedelta(1))
    with pytest.raises(ConsentIsMissing) as refused:
        write(demo, "humanitarian_aid", case, WITHDRAWN)
    assert (refused.value.missing.why, refused.value.missing.day) == ("over", WITHDRAWN)
    aid = write(demo, "humanitarian_aid", case, WITHDRAWN - timedelta(1))
    with working(demo) as actor:
        assert reverse_entry(demo.repository, demo.forms["humanitarian_aid"], aid, "Dublură.", actor)
    assert write(demo, "humanitarian_aid", case, TODAY, urgent_reason="Febră mare.")
    consent(demo, case, TODAY - timedelta(2))
    assert write(demo, "visit_report", case, TODAY)
    with pytest.raises(ConsentIsMissing):
        write(demo, "visit_report", case, TODAY - timedelta(3))


def test_taken_back_by_a_request_or_at_its_last_day_it_ends_too(demo: Demo, case: int) -> None:
    consent(demo, case, consent_valid_until=TODAY - timedelta(20))
    assert write(demo, "visit_report", case, TODAY - timedelta(20))
    with pytest.raises(ConsentIsMissing):
        write(demo, "visit_report", case, TODAY - timedelta(19))
    consent(demo, case, TODAY - timedelta(19))
    assert write(demo, "visit_report", case, TODAY - timedelta(19))
    filed(demo, "data_request", case, received_on=WITHDRAWN, **TAKEN_BACK)
    with pytest.raises(ConsentIsMissing):
        write(demo, "humanitarian_aid", case, TODAY)


def test_no_correction_restoring_or_acceptance_goes_round_it(demo: Demo, case: int) -> None:
    intake = consent(demo, case)
    visit, other = write(demo, "visit_report", case, GIVEN), write(demo, "visit_report", case, GIVEN)
    with pytest.raises(ConsentIsMissing):
        correct(demo, "visit_report", visit, visit_date=GIVEN - timedelta(1))
    with working(demo) as actor:
        delete_sheet(demo.repository, demo.forms["visit_report"], visit, actor)
    set_waiting(demo, other, True, "visit_report")
    correct(demo, "intake", intake, consent_on=TODAY)
    with working(demo) as actor, pytest.raises(ConsentIsMissing):
        restore_sheet(demo.repository, demo.forms["visit_report"], visit, actor)
    with working(demo) as actor, pytest.raises(ConsentIsMissing):
        accept_sheet(demo.repository, demo.forms["visit_report"], other, actor)
    correct(demo, "intake", intake, consent_on=GIVEN)
    with working(demo) as actor:
        restore_sheet(demo.repository, demo.forms["visit_report"], visit, actor)
        accept_sheet(demo.repository, demo.forms["visit_report"], other, actor)


def test_a_sheet_from_before_the_rule_is_read_and_corrected_and_its_page_asks(demo: Demo, case: int) -> None:
    old = filed(demo, "service_log", case, given_on=GIVEN, service="medical", hours=Decimal(1))
    correct(demo, "service_log", old, outcome=WORDS)
    correct(demo, "service_log", old, given_on=GIVEN + timedelta(1))
    browser = demo.browser("coordinator")
    page = look(browser, f"/records/service_log/{old}/edit")
    boxes = page.boxes.copy()
    boxes["outcome"] = f"{WORDS} Pe larg."
    asked = browser.post(page.action, data=boxes)
    assert asked.status_code == 422 and "Această fișă a fost înregistrată fără" in asked.text
    sure = boxes_on(asked.text).boxes
    sure["_confirmed"] = "1"
    assert browser.post(page.action, data=sure).status_code == 303


def test_of_two_cases_that_become_one_every_consent_counts(demo: Demo, case: int) -> None:
    other = filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    consent(demo, other)
    with pytest.raises(ConsentIsMissing):
        write(demo, "plan", case, TODAY)
    with working(demo) as actor:
        kept, gone = both_cases(demo.repository, case, other)
        merge_cases(demo.repository, CaseMerge(case, kept.record.version, other, gone.record.version), (), actor)
    assert write(demo, "plan", case, TODAY)


def test_withdrawn_while_it_was_typed_the_sheet_comes_back_with_its_words(demo: Demo, case: int) -> None:
    intake, browser = consent(demo, case), demo.browser("coordinator")
    page = look(browser, f"/records/humanitarian_aid/new?case={case}")
    correct(demo, "intake", intake, consent_withdrawn_on=TODAY)
    boxes = page.boxes.copy()
    boxes["given_on"], boxes["contents"] = "azi", WORDS
    sent = browser.post(page.action, data=boxes)
    assert sent.status_code == 422 and WORDS in sent.text and "nu mai este valabil" in sent.text


def test_the_page_of_the_case_says_what_to_do_first(demo: Demo, case: int) -> None:
    shown = look(demo.browser("coordinator"), f"/cases/{case}")
    assert "Consimțământ privind asistența: nu există în acest caz" in shown.text
    assert f"/records/intake/new?case={case}" in shown.html
    consent(demo, case)
    assert "nu există în acest caz" not in look(demo.browser("coordinator"), f"/cases/{case}").text


def test_a_row_that_names_a_case_needs_its_consent(demo: Demo, case: int) -> None:
    """A group activity belongs to no case, and is a service to each whom it names."""
    consented, activity = (
        filed(demo, CASE_FORM, opened_on=TODAY, status="open", last_name="Alt"),
        demo.forms["activity"],
    )
    consent(demo, consented)

    def attended(day: date, *cases: int) -> dict[str, Any]:
        return {"held_on": day, "participants": [{"id": None, "case": number, "present": True} for number in cases]}

    with working(demo) as actor:
        with pytest.raises(ConsentIsMissing):
            enter_sheet(demo.repository, activity, attended(GIVEN, consented, case), actor)
        number = enter_sheet(demo.repository, activity, attended(GIVEN, consented), actor)
    with pytest.raises(ConsentIsMissing):
        correct(demo, "activity", number, held_on=GIVEN - timedelta(1))
    with pytest.raises(ConsentIsMissing):
        correct(demo, "activity", number, **attended(GIVEN, case))
    correct(demo, "activity", number, held_on=TODAY)


def test_rows_tell_nothing_of_the_consent_of_a_case_out_of_reach(demo: Demo, case: int) -> None:
    """It is answered like a case that is not there; another day of what names one is refused, whatever its consent."""
    consent(demo, case)
    days = (GIVEN - timedelta(1), GIVEN + timedelta(1))
    for user in ("volunteer", "social_worker"):
        browser = demo.browser(user)
        assert browser.get(f"/cases/{case}").status_code == 404
        page, told = look(browser, "/records/activity/new"), set()
        for number, day in [(case, days[0]), (case, days[1]), (98_765, days[0]), (98_765, days[1])]:
            boxes = {**page.boxes.to_dict(), "activity": "group_therapy", "held_on": f"{day:%d.%m.%Y}"}
            row = {"participants.0.case": str(number), "participants.0.present": "yes"}
            sent = browser.post(page.action, data={**boxes, **row})
            told.add((sent.status_code, *problems(sent.text)))
        [(status, *said)] = told
        assert status == 422 and "Numărul nu duce la nimic din ce puteți găsi. Alegeți din listă." in " ".join(said)
    rows = [{"id": None, "case": case, "present": True}]
    number = filed(demo, "activity", held_on=GIVEN, activity="group_therapy", participants=rows)
    for day in days:
        with working(demo, "social_worker") as actor:
            opened = correction(demo.repository, "activity", number, actor, ReadingContext("ro", TODAY))
            found = validate(opened, Values({"held_on": day.isoformat()}))
        assert [(issue.where[0], issue.message) for issue in found.issues] == [("participants", NOT_HERS)], day
    with working(demo, "social_worker") as actor, pytest.raises(OutOfReach) as refused:
        version = open_sheet(demo.repository, "activity", number).record.version
        correct_sheet(demo.repository, demo.forms["activity"], number, version, {"held_on": days[0]}, actor)
    assert not isinstance(refused.value, ConsentIsMissing), "which would say from when on there is one"


def problems(page: str) -> list[str]:
    """What a page says is wrong."""
    return [re.sub(r"<[^>]+>", " ", part.split("</p>")[0]) for part in page.split('class="problem"')[1:]]


def test_who_is_taken_in_by_night_needs_no_consent_first(demo: Demo, case: int) -> None:
    stay = {"phase": "phase_1", "admitted_on": TODAY}
    with working(demo) as actor:
        with pytest.raises(ConsentIsMissing):
            enter_sheet(demo.repository, demo.forms["stay"], stay, actor, case)
        assert enter_sheet(demo.repository, demo.forms["stay"], {**stay, "urgent_reason": "Febră mare."}, actor, case)


def test_a_date_of_consent_that_would_leave_sheets_without_it_is_asked_about(demo: Demo, case: int) -> None:
    intake, browser = consent(demo, case), demo.browser("coordinator")
    write(demo, "visit_report", case, GIVEN)
    write(demo, "humanitarian_aid", case, GIVEN, urgent_reason="Febră mare.")
    page = look(browser, f"/records/intake/{intake}/edit")
    for day, asked in ((GIVEN - timedelta(1), False), (GIVEN, False), (GIVEN + timedelta(1), True)):
        boxes = page.boxes.copy()
        boxes["informed_on"], boxes["consent_on"] = f"{GIVEN - timedelta(9):%d.%m.%Y}", f"{day:%d.%m.%Y}"
        told = browser.post(page.action, data=boxes).text
        assert ("ar rămâne fără acest consimțământ: Raport de vizită (anexa nr. 3)." in told) is asked, day
        page = look(browser, f"/records/intake/{intake}/edit")
