"""A case that is closed, restricted on request, or in which consent was withdrawn: little is written in it, by few, and
of all but the last it is kept from most."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from dosar.access.worker import worker_for
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.pages.context import PageContext
from dosar.pages.home.worklist import query_due, query_her_lacking
from dosar.records.actor import Actor
from dosar.records.cases.merge import CaseMerge, MergeLiftsRestriction, both_cases, merge_cases
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.deletion import delete_sheet, restore_sheet
from dosar.records.sheets.save import correct_sheet, enter_sheet
from dosar.records.sheets.stored_answers import open_sheet
from tests.days import today_here
from tests.pages.browsing import Page, boxes_on, look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import case_of, filed
from tests.pages.test_team import user_id

WORDS = "A venit singură, a plecat după o oră."
ACTOR = Actor(None, "coordinator", today_here())
TEAM = ("social_worker", "psychologist", "lawyer", "volunteer")
STILL_SEEING = ("coordinator", "case_manager", "accountant")


def answer(demo: Demo, form: str, record_id: int, **answers: Any) -> None:
    """Correct a sheet behind all pages."""
    repository = demo.repository
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        version = open_sheet(repository, form, record_id).record.version
        correct_sheet(repository, demo.forms[form], record_id, version, answers, ACTOR)
        repository.session.remove()


def sheet_of(demo: Demo, form: str, case: int) -> int:
    """The last sheet of the case."""
    kept: Any = demo.repository.record_class(form)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        query = select(kept.id).where(kept.case_id == case).order_by(kept.id.desc()).limit(1)
        number: int = demo.repository.session.scalars(query).one()
        demo.repository.session.remove()
    return number


@contextmanager
def further_intake(demo: Demo, case: int, consent_on: date) -> Iterator[int]:
    """One more intake of the case, with a consent of this day, put away again afterwards."""
    given = {"informed_on": consent_on, "consent_assistance": True, "consent_on": consent_on}
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        number = enter_sheet(demo.repository, demo.forms["intake"], given, ACTOR, case)
        demo.repository.session.remove()
    yield number
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        delete_sheet(demo.repository, demo.forms["intake"], number, ACTOR)
        demo.repository.session.remove()


@pytest.fixture
def case(demo: Demo) -> int:
    """An open case on which everybody works."""
    return case_of(demo, "DEMO-003")


@pytest.fixture
def closed(demo: Demo, case: int) -> Iterator[int]:
    answer(demo, CASE_FORM, case, status="closed", closed_on=today_here())
    yield case
    answer(demo, CASE_FORM, case, status="open", closed_on=None)


@pytest.fixture
def withdrawn(demo: Demo, case: int) -> Iterator[int]:
    intake = sheet_of(demo, "intake", case)
    answer(demo, "intake", intake, consent_withdrawn_on=today_here())
    yield case
    answer(demo, "intake", intake, consent_withdrawn_on=None)


@pytest.fixture
def on_request(demo: Demo, case: int) -> Iterator[int]:
    """A case whose person asked that her data be kept and not used (GDPR art. 18)."""
    asked = {"kind": "restriction", "received_on": today_here(), "restricted_on": today_here(), "decision": "done"}
    request = filed(demo, "data_request", case, **asked)
    yield case
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        delete_sheet(demo.repository, demo.forms["data_request"], request, ACTOR)
        demo.repository.session.remove()


@pytest.fixture(params=["closed", "on_request"])
def restricted(request: pytest.FixtureRequest) -> int:
    """In each of the states."""
    found: int = request.getfixturevalue(request.param)
    return found


def status(browser: FlaskClient, address: str) -> int:
    return browser.get(address).status_code


def writing(browser: FlaskClient, case: int) -> int:
    """What comes of opening a sheet that no restriction leaves open: 200 where the case is not restricted."""
    return status(browser, f"/records/service_log/new?case={case}")


def test_the_case_is_kept_from_all_but_few(demo: Demo, restricted: int) -> None:
    for user in STILL_SEEING:
        assert status(demo.browser(user), f"/cases/{restricted}") == 200, user
    for user in TEAM:
        missing, kept = (demo.browser(user).get(f"/cases/{case}") for case in (987_654, restricted))
        assert kept.status_code == missing.status_code == 404, user
        assert boxes_on(kept.text).texts == boxes_on(missing.text).texts, user


def test_its_sheets_are_in_no_list_search_or_figure(demo: Demo, case: int, request: pytest.FixtureRequest) -> None:
    worker, plan = demo.browser("social_worker"), sheet_of(demo, "plan", case)
    addresses = (
        f"/records/plan/{plan}",
        f"/records/plan/{plan}/history",
        f"/records/plan/{plan}/edit",
        f"/cases/{case}/timeline",
        f"/cases/{case}/team",
        f"/records/humanitarian_aid/ledger?case={case}",
        f"/records/plan/new?case={case}",
    )
    open_to_her = [address for address in addresses if status(worker, address) == 200]
    assert len(open_to_her) >= 5
    shown = ("/records/case", "/records/plan", "/", "/programme", "/find?words=DEMO-003", f"/records/plan?case={case}")
    assert any("DEMO-003" in worker.get(address).text for address in shown)
    request.getfixturevalue("closed")
    assert [address for address in open_to_her if status(worker, address) not in (403, 404)] == []
    for address in shown:
        assert "DEMO-003" not in worker.get(address).text.replace("words=DEMO-003", "").replace('"DEMO-003"', ""), (
            address
        )


def test_the_page_says_why_for_whom_and_what_is_still_written(demo: Demo, closed: int) -> None:
    page = look(demo.browser("case_manager"), f"/cases/{closed}")
    for said in (
        "Cazul este închis.",
        "Manager de caz (în cazurile în care lucrează)",
        "Fișă de monitorizare",
        "Statusul cazului",
    ):
        assert said in page.text, said
    manager = demo.browser("case_manager")
    assert f"/records/monitoring_form/new?case={closed}" in page.html
    assert f"/records/plan/new?case={closed}" not in page.html
    assert "btn-primary" not in page.html.partition("<main")[2], (
        "nothing is done to a closed case by the strongest button"
    )
    assert status(manager, f"/records/monitoring_form/new?case={closed}") == 200
    refused = manager.get(f"/records/plan/new?case={closed}")
    assert refused.status_code == 409 and "Cazul este închis." in refused.text
    plan = sheet_of(demo, "plan", closed)
    shown = look(manager, f"/records/plan/{plan}")
    assert "Cazul este închis." in shown.text and f"/records/plan/{plan}/edit" not in shown.html
    assert status(manager, f"/records/plan/{plan}/edit/1") == 409
    visit = sheet_of(demo, "visit_report", closed)
    assert f"/records/visit_report/{visit}/edit" in look(manager, f"/records/visit_report/{visit}").html


def lacking_documents(demo: Demo, user: str, case: int) -> set[str]:
    """The forms that the first page says are missing in the case."""
    worker = worker_for(demo.app.extensions["dosar_access"], user_id(demo, user))
    assert worker is not None
    with demo.app.test_request_context(), acting_as(worker.scope):
        context = PageContext(demo.repository, worker, ReadingContext("ro", today_here()))
        found = {
            document.form
            for lacking in query_her_lacking(context).read(context.repository.session)
            for _, document in lacking.missing
            if lacking.case_id == case
        }
        demo.repository.session.remove()
    return found


def test_what_cannot_be_written_waits_for_nobody(demo: Demo) -> None:
    """Neither the first page nor the page of the case asks for a document that it would refuse."""
    (closing,) = (found for found in demo.forms[CASE_FORM].restricts if found.question == "status")
    written, cases = set(closing.written), [case_of(demo, f"DEMO-00{number}") for number in range(1, 10)]
    refused = {case: lacking_documents(demo, "case_manager", case) - written for case in cases}
    case = next(case for case in cases if refused[case])
    titles = [demo.forms[form].title["ro"] for form in sorted(refused[case])]
    assert any(title in missing_to_go_on(demo, case) for title in titles)
    answer(demo, CASE_FORM, case, status="closed", closed_on=today_here())
    assert lacking_documents(demo, "case_manager", case) <= written
    assert not [title for title in titles if title in missing_to_go_on(demo, case)]
    answer(demo, CASE_FORM, case, status="open", closed_on=None)


def missing_to_go_on(demo: Demo, case: int) -> str:
    """What the page of the case says is missing."""
    page = demo.browser("case_manager").get(f"/cases/{case}").text
    found = re.search(r'<p class="missing-head">(.*?)</section>', page, re.DOTALL)
    return unescape(found[1]) if found else ""


def due_forms(demo: Demo, user: str, case: int) -> set[str]:
    """The forms of which the first page says that something is due in the case."""
    worker = worker_for(demo.app.extensions["dosar_access"], user_id(demo, user))
    with demo.app.test_request_context(), acting_as(worker.scope):
        context = PageContext(demo.repository, worker, ReadingContext("ro", today_here()))
        found = {
            day.rule.due_form for day in query_due(context).read(context.repository.session) if day.case_id == case
        }
        demo.repository.session.remove()
    return found


def test_nothing_is_due_that_would_be_refused(demo: Demo) -> None:
    written = {*next(found.written for found in demo.forms[CASE_FORM].restricts if found.question == "status")}
    cases = [case_of(demo, f"DEMO-00{number}") for number in range(1, 10)]
    case = next(case for case in cases if due_forms(demo, "case_manager", case) - written)
    answer(demo, CASE_FORM, case, status="closed", closed_on=today_here())
    assert due_forms(demo, "case_manager", case) <= written
    answer(demo, CASE_FORM, case, status="open", closed_on=None)


def test_a_closed_case_is_like_one_that_is_not_there(demo: Demo, case: int) -> None:
    """What the first page and the lists tell whoever may not see it: the same, letter by letter, as if it was gone."""
    worker, pages = demo.browser("social_worker"), ("/", "/records/case", "/records/plan", "/records/visit_report")
    assert "DEMO-003" in "".join(worker.get(page).text for page in pages)
    answer(demo, CASE_FORM, case, status="closed", closed_on=today_here())
    closed = [boxes_on(worker.get(page).text).texts for page in pages]
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        delete_sheet(demo.repository, demo.forms[CASE_FORM], case, ACTOR)
        demo.repository.session.remove()
    gone = [boxes_on(worker.get(page).text).texts for page in pages]
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        restore_sheet(demo.repository, demo.forms[CASE_FORM], case, ACTOR)
        demo.repository.session.remove()
    answer(demo, CASE_FORM, case, status="open", closed_on=None)
    assert closed == gone


def test_nothing_typed_is_lost_when_the_case_is_closed_meanwhile(
    demo: Demo, case: int, request: pytest.FixtureRequest
) -> None:
    address = f"/records/service_log/new?case={case}"
    users = ("case_manager", "social_worker")
    typed = {user: boxes_on(demo.browser(user).get(address).text).boxes for user in users}
    request.getfixturevalue("closed")
    for user, code in zip(users, (409, 404), strict=True):
        typed[user].setlist("outcome", [WORDS])
        sent = demo.browser(user).post(address, data=typed[user])
        assert sent.status_code == code and WORDS in sent.text, user
    answer(demo, CASE_FORM, case, status="open")
    assert WORDS in demo.browser("case_manager").get(address).text, "her draft waits until the case is open again"


def test_who_restricts_a_case_that_she_no_longer_sees_is_told_so(demo: Demo, case: int) -> None:
    worker = demo.browser("social_worker")
    address = f"/records/data_request/new?case={case}"
    typed = boxes_on(worker.get(address).text).boxes
    typed["kind"], typed["received_on"], typed["restricted_on"] = "objection", "azi", "azi"
    saved = worker.post(address, data=typed, follow_redirects=True)
    assert saved.status_code == 200 and "De acum cazul este restricționat" in saved.text, saved.text
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        delete_sheet(demo.repository, demo.forms["data_request"], sheet_of(demo, "data_request", case), ACTOR)
        demo.repository.session.remove()


def test_a_sheet_is_neither_deleted_nor_corrected_below_the_pages(demo: Demo, closed: int) -> None:
    manager, plan = demo.browser("case_manager"), sheet_of(demo, "plan", closed)
    token = boxes_on(manager.get(f"/records/monitoring_form/new?case={closed}").text).boxes["csrf_token"]
    sure = {"csrf_token": token, "_confirmed": "1"}
    assert manager.post(f"/records/plan/{plan}/delete", data=sure).status_code == 409
    assert status(manager, f"/records/plan/{plan}") == 200


def test_a_later_consent_lifts_what_an_earlier_one_restricts(demo: Demo, withdrawn: int) -> None:
    worker, manager = demo.browser("social_worker"), demo.browser("case_manager")
    assert writing(worker, withdrawn) == 409
    first, today = sheet_of(demo, "intake", withdrawn), today_here()
    assert status(manager, f"/records/intake/new?case={withdrawn}") == 200
    with further_intake(demo, withdrawn, today) as second:
        assert second != first and writing(worker, withdrawn) == 200
        answer(demo, "intake", second, consent_withdrawn_on=today)
        assert writing(worker, withdrawn) == 409


def test_an_old_paper_typed_in_late_lifts_nothing(demo: Demo, withdrawn: int) -> None:
    worker = demo.browser("social_worker")
    with further_intake(demo, withdrawn, today_here() - timedelta(days=1)):
        assert writing(worker, withdrawn) == 409
    with further_intake(demo, withdrawn, today_here()):
        assert writing(worker, withdrawn) == 200, "the same day, and filed later"
    assert writing(worker, withdrawn) == 409


def test_what_is_withdrawn_on_the_first_of_two_intakes_restricts(demo: Demo, case: int) -> None:
    worker, first, today = demo.browser("social_worker"), sheet_of(demo, "intake", case), today_here()
    with further_intake(demo, case, today - timedelta(days=30)):
        answer(demo, "intake", first, consent_withdrawn_on=today - timedelta(days=3))
        assert writing(worker, case) == 409
        with further_intake(demo, case, today - timedelta(days=2)):
            assert writing(worker, case) == 200
        answer(demo, "intake", first, consent_withdrawn_on=None)


def test_a_consent_lifts_a_withdrawal_on_its_own_sheet_if_it_is_later(demo: Demo, case: int) -> None:
    worker, today = demo.browser("social_worker"), today_here()
    with further_intake(demo, case, today - timedelta(days=9)) as sheet:
        for given, code in ((9, 409), (5, 409), (4, 200)):
            answer(
                demo,
                "intake",
                sheet,
                consent_on=today - timedelta(days=given),
                consent_withdrawn_on=today - timedelta(days=5),
            )
            assert writing(worker, case) == code, given


def test_merging_another_case_into_it_lifts_nothing(demo: Demo, withdrawn: int) -> None:
    """The other case has an intake with a higher number and an earlier consent."""
    worker, repository = demo.browser("social_worker"), demo.repository
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        other = enter_sheet(repository, demo.forms[CASE_FORM], {"last_name": "Alta"}, ACTOR)
        repository.session.remove()
    with further_intake(demo, other, today_here() - timedelta(days=30)) as brought:
        with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
            kept, gone = both_cases(repository, withdrawn, other)
            merging = CaseMerge(kept.record.id, kept.record.version, gone.record.id, gone.record.version)
            merge_cases(repository, merging, (), ACTOR)
            assert open_sheet(repository, "intake", brought).record.case_id == withdrawn
            repository.session.remove()
        assert writing(worker, withdrawn) == 409


@contextmanager
def merging_of(demo: Demo, case: int, **answers: Any) -> Iterator[Page]:
    """The coordinator's page on which another case of the person, with these answers, goes into this one."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        other = enter_sheet(demo.repository, demo.forms[CASE_FORM], {"last_name": "Alta", **answers}, ACTOR)
        demo.repository.session.remove()
    with further_intake(demo, other, today_here()):
        page = look(demo.browser("coordinator"), f"/cases/{case}/merge/{other}")
        boxes = dict(re.findall(r'type="radio" name="(_keep\.\w+)" value="(\w+)" checked', page.html))
        tokens = dict(re.findall(r'name="(csrf_token|_seen|_other|_owner)" value="([^"]*)"', page.html))
        page.boxes = MultiDict({**boxes, **tokens, "reason": "Aceeași persoană."})
        yield page


def merged(page: Page, **boxes: str) -> TestResponse:
    return page.browser.post(page.address, data={**page.boxes.to_dict(), **boxes})


def test_a_merge_says_what_it_would_open_and_waits_to_be_told(demo: Demo, withdrawn: int) -> None:
    """The other case has a consent of the same day, filed later: it would lift the withdrawal."""
    worker, coordinator = demo.browser("social_worker"), demo.browser("coordinator")
    with merging_of(demo, withdrawn) as page:
        assert "Consimțământul privind asistența a fost retras." in page.text
        asked = merged(page)
        assert asked.status_code == 422 and "Consimțământul privind asistența a fost retras." in asked.text
        assert 'value="intake.consent_withdrawn"' in asked.text and "Aceeași persoană." in asked.text
        assert writing(worker, withdrawn) == 409 and status(coordinator, page.address) == 200
        assert merged(page, _lifted="case.closed").status_code == 422, "something else was confirmed"
        assert merged(page, _lifted="intake.consent_withdrawn").status_code == 303
        assert writing(worker, withdrawn) == 200
    told = coordinator.get(f"/records/{CASE_FORM}/{withdrawn}/history").text
    assert "Redeschis printr-o unire" in told


def test_of_a_closed_and_an_open_case_the_closed_one_is_kept(demo: Demo, case: int) -> None:
    worker = demo.browser("social_worker")
    with merging_of(demo, case, status="closed", closed_on=today_here()) as page:
        assert page.boxes["_keep.status"] == "theirs", "the stricter answer is chosen beforehand"
        asked = merged(page, **{"_keep.status": "mine"})
        assert asked.status_code == 422 and 'value="case.closed"' in asked.text
        assert merged(page).status_code == 303
    assert status(worker, f"/cases/{case}") == 404
    answer(demo, CASE_FORM, case, status="open", closed_on=None)


def test_who_could_not_lift_it_merges_nothing_open(demo: Demo, withdrawn: int) -> None:
    scope = worker_for(demo.app.extensions["dosar_access"], user_id(demo, "coordinator")).scope
    without = {form: rights - {"correct"} if form == "intake" else rights for form, rights in scope.rights.items()}
    with merging_of(demo, withdrawn) as page, demo.app.app_context(), acting_as(replace(scope, rights=without)):
        other = int(page.address.rpartition("/")[2])
        kept, gone = both_cases(demo.repository, withdrawn, other)
        merging = CaseMerge(withdrawn, kept.record.version, other, gone.record.version)
        with pytest.raises(MergeLiftsRestriction) as refused:
            merge_cases(demo.repository, merging, (), ACTOR, lifted=["intake.consent_withdrawn"])
        demo.repository.session.remove()
    assert not refused.value.may_confirm
