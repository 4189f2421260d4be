"""In an emergency a case manager opens a case on which she does not work: for hours, with a reason, and it is told."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, insert

from dosar.access.accounts.users import UserDetails, add_user, all_users
from dosar.access.emergency_access import OPEN_FOR
from dosar.access.tables import emergency_access_table
from dosar.cli.demo import demo_password
from dosar.database.system_tables import utc_now
from dosar.language.form import CASE_FORM
from dosar.records.daily_limit import DailyLimit
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import case_of
from tests.pages.test_restricted_cases import answer

WHY = "A sunat de la spital, managerul de caz nu răspunde."


class Clock:
    """The time, and a little more."""

    def __init__(self) -> None:
        self.more = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.more


@pytest.fixture
def clock(demo: Demo) -> Iterator[Clock]:
    services = demo.app.extensions["dosar_access"]
    before, services.clock = services.clock, Clock()
    yield services.clock
    services.clock = before


@pytest.fixture
def helper(demo: Demo, clock: Clock) -> FlaskClient:
    """A case manager without a case of her own."""
    services = demo.app.extensions["dosar_access"]
    with demo.app.app_context():
        name = f"ajutor{len(all_users(services.session))}"
        details = UserDetails(name, "Ina", "Ajutor", frozenset({"case_manager"}))
        add_user(services, None, details, demo_password("case_manager"))
        services.session.remove()
    browser = demo.app.test_client()
    answers = {"user_name": name, "password": demo_password("case_manager")}
    browser.post("/sign-in", data={**answers, "csrf_token": token_on(browser.get("/sign-in").text)})
    return browser


def break_glass(browser: FlaskClient, code: str, reason: str = WHY) -> tuple[int, str]:
    token = token_on(browser.get("/break-glass").text)
    answer = browser.post("/break-glass", data={"code": code, "reason": reason, "csrf_token": token})
    return answer.status_code, answer.text


def test_she_opens_it_for_four_hours_and_the_coordinator_is_told(demo: Demo, helper: FlaskClient) -> None:
    case, other = case_of(demo, "DEMO-001"), case_of(demo, "DEMO-002")
    assert helper.get(f"/cases/{case}").status_code == 404
    for code, reason, said in (("DEMO-001", " ", "Scrieți de ce"), ("NIMIC-1", WHY, "Nu există niciun caz")):
        status, text = break_glass(helper, code, reason)
        assert status == 422 and said in text and f'value="{code}"' in text
    assert break_glass(helper, " demo-001 ")[0] == 303
    assert helper.get(f"/cases/{case}").status_code == 200
    assert helper.get(f"/cases/{other}").status_code == 404
    token = token_on(helper.get(f"/records/service_log/new?case={case}").text)
    assert token, "she may write there what her role may"

    coordinator = demo.browser("coordinator")
    assert "Cazuri deschise în situații de urgență" in coordinator.get("/").text
    listed = coordinator.get("/break-glass/opened").text
    assert "DEMO-001" in listed and "Ina Ajutor" in listed and WHY in listed
    assert WHY in coordinator.get(f"/records/{CASE_FORM}/{case}/history").text
    assert "Ina Ajutor" in coordinator.get(f"/cases/{case}").text, "the case shows it"
    number = re.findall(r"/break-glass/(\d+)/", listed)[0]
    assert helper.post(f"/break-glass/{number}/seen", data={"csrf_token": token}).status_code == 403
    token = token_on(listed)
    assert coordinator.post(f"/break-glass/{number}/seen", data={"csrf_token": token}).status_code == 303
    assert "Cazuri deschise în situații de urgență" not in coordinator.get("/").text


def test_a_case_she_works_on_is_no_emergency(demo: Demo, helper: FlaskClient) -> None:
    manager, case = demo.browser("case_manager"), case_of(demo, "DEMO-001")
    assert manager.get(f"/cases/{case}").status_code == 200
    status, text = break_glass(manager, "demo-001")
    assert status == 422 and "Acest caz vă este deja deschis." in text and f'href="/cases/{case}"' in text
    coordinator, closing = demo.browser("coordinator"), r"/break-glass/(\d+)/close"
    before = len(re.findall(closing, coordinator.get("/break-glass/opened").text))
    assert break_glass(helper, "DEMO-001")[0] == 303
    assert break_glass(helper, "DEMO-001")[0] == 303, "a second click leads to what is open"
    listed = coordinator.get("/break-glass/opened").text
    numbers = re.findall(closing, listed)
    assert len(numbers) == before + 1
    coordinator.post(f"/break-glass/{numbers[0]}/close", data={"csrf_token": token_on(listed)})
    assert helper.get(f"/cases/{case}").status_code == 404


def test_when_the_hours_are_over_the_next_page_is_closed(demo: Demo, helper: FlaskClient, clock: Clock) -> None:
    case = case_of(demo, "DEMO-003")
    assert break_glass(helper, "DEMO-003")[0] == 303
    for _ in range(int(OPEN_FOR / timedelta(minutes=10)) - 1):
        clock.more += timedelta(minutes=10)
        assert helper.get(f"/cases/{case}").status_code == 200
    clock.more += timedelta(minutes=10)
    assert helper.get(f"/cases/{case}").status_code == 404


def test_what_was_opened_while_the_clock_was_ahead_is_closed(demo: Demo, helper: FlaskClient) -> None:
    services, case = demo.app.extensions["dosar_access"], case_of(demo, "DEMO-002")
    for ahead, status in ((timedelta(minutes=10), 200), (timedelta(days=365), 404)):
        with demo.app.app_context(), services.store.writing() as session:
            opened = services.clock() + ahead
            values = {"case_id": case, "opened": opened, "until": opened + OPEN_FOR}
            hers = max(user.id for user in all_users(session))
            session.execute(delete(emergency_access_table).where(emergency_access_table.c.user_id == hers))
            session.execute(insert(emergency_access_table).values(user_id=hers, **values))
        assert helper.get(f"/cases/{case}").status_code == status, "clocks are put right by some minutes"
    assert break_glass(helper, "DEMO-002")[0] == 303
    assert helper.get(f"/cases/{case}").status_code == 200


def test_the_coordinator_closes_it_at_once(demo: Demo, helper: FlaskClient) -> None:
    case = case_of(demo, "DEMO-004")
    assert break_glass(helper, "DEMO-004")[0] == 303
    coordinator = demo.browser("coordinator")
    listed = coordinator.get("/break-glass/opened").text
    number = re.findall(r"/break-glass/(\d+)/", listed)[0]
    assert coordinator.post(f"/break-glass/{number}/close", data={"csrf_token": token_on(listed)}).status_code == 303
    assert helper.get(f"/cases/{case}").status_code == 404


def test_numbers_are_not_tried_out(demo: Demo, helper: FlaskClient) -> None:
    demo.repository.emergency_codes = DailyLimit(2)
    answers = [break_glass(helper, f"NIMIC-{number}")[1] for number in range(3)]
    demo.repository.emergency_codes = DailyLimit(10)
    assert "Nu există niciun caz" in answers[1] and "multe numere de caz" in answers[2]


def test_nobody_is_asked_why_who_reaches_every_case(demo: Demo) -> None:
    services = demo.app.extensions["dosar_access"]
    with demo.app.app_context():
        details = UserDetails("doua.roluri", "Ina", "Ambele", frozenset({"case_manager", "coordinator"}))
        add_user(services, None, details, demo_password("case_manager"))
        services.session.remove()
    browser = demo.app.test_client()
    answers = {"user_name": "doua.roluri", "password": demo_password("case_manager")}
    browser.post("/sign-in", data={**answers, "csrf_token": token_on(browser.get("/sign-in").text)})
    assert (
        "/break-glass" not in browser.get("/find").text
        and "/break-glass" in demo.browser("case_manager").get("/find").text
    )
    assert browser.get("/break-glass").status_code == 403


@pytest.mark.parametrize("worker", ["volunteer", "social_worker", "administrator"])
def test_others_may_not(demo: Demo, worker: str) -> None:
    for page in ("/break-glass", "/break-glass/opened"):
        assert demo.browser(worker).get(page).status_code == 403


def test_it_opens_a_closed_case_too_and_nothing_more_is_written_in_it(demo: Demo, helper: FlaskClient) -> None:
    case = case_of(demo, "DEMO-003")
    answer(demo, CASE_FORM, case, status="closed")
    assert helper.get(f"/cases/{case}").status_code == 404
    assert break_glass(helper, "DEMO-003")[0] == 303
    assert helper.get(f"/cases/{case}").status_code == 200
    assert helper.get(f"/records/plan/new?case={case}").status_code == 409
    answer(demo, CASE_FORM, case, status="open")


def test_who_tries_the_demo_meets_a_case_of_others(demo: Demo) -> None:
    manager, case = demo.browser("case_manager"), case_of(demo, "DEMO-010")
    assert manager.get(f"/cases/{case}").status_code == 404 and "DEMO-010" not in manager.get("/records/case").text
    assert break_glass(manager, "DEMO-010")[0] == 303
    assert manager.get(f"/cases/{case}").status_code == 200
    assert "DEMO-010" in demo.browser("coordinator").get("/").text
