"""The page of a case's team."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dosar.access.framework import User
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.overview.case_overview import team_members
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.days import today_here
from tests.pages.conftest import Demo, token_on

READING = ReadingContext("ro", today_here())


@pytest.fixture
def case(demo: Demo) -> int:
    """A case of the case manager's."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        form = demo.forms[CASE_FORM]
        manager = Actor(user_id(demo, "case_manager"), "case_manager", today_here())
        return enter_sheet(demo.repository, form, {"opened_on": today_here(), "status": "open"}, manager)


@pytest.fixture
def unled_case(demo: Demo) -> int:
    """A case that a social worker opened: nobody leads it."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        worker = Actor(user_id(demo, "social_worker"), "social_worker", today_here())
        return enter_sheet(
            demo.repository, demo.forms[CASE_FORM], {"opened_on": today_here(), "status": "open"}, worker
        )


def user_id(demo: Demo, user: str) -> int:
    return int(user_of(demo, user).id)


def user_of(demo: Demo, user: str) -> User:
    with demo.app.app_context():
        found = demo.repository.session.scalars(select(User).where(User.username == user)).one()
        demo.repository.session.remove()
    return found


def post(browser: FlaskClient, address: str, at: str, **boxes: str) -> int:
    token = token_on(browser.get(at).text)
    return browser.post(address, data={**boxes, "csrf_token": token}).status_code


def team(demo: Demo, case: int) -> list[tuple[str, bool]]:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = [
            (member.role, member.until is None)
            for member in team_members(demo.repository, demo.repository.case(case), READING)
        ]
        demo.repository.session.remove()
        return found


def test_the_case_manager_finds_a_colleague_and_puts_her_on_the_team(demo: Demo, case: int) -> None:
    browser, page = demo.browser("case_manager"), f"/cases/{case}/team"
    found = browser.get(f"{page}?search=chertes").text
    lavinia = user_id(demo, "social_worker")
    assert f'value="{lavinia}"' in found and "Lavinia Chertes" in found
    status = post(browser, page, page, user=str(lavinia), role="social_worker", since="ieri")
    assert status == 303
    assert sorted(team(demo, case)) == [("case_manager", True), ("social_worker", True)]
    told = browser.get(f"/records/case/{case}/history").text
    assert "Lavinia Chertes, Asistent social" in told
    assert f'href="{page}"' in browser.get(f"/cases/{case}").text

    assert post(browser, f"{page}/{lavinia}/leave", page) == 303
    assert sorted(team(demo, case)) == [("case_manager", True), ("social_worker", False)]
    assert "A plecat din echipă" in browser.get(f"/records/case/{case}/history").text


def test_handing_over_ends_ones_own_reach(demo: Demo, case: int) -> None:
    browser, page = demo.browser("case_manager"), f"/cases/{case}/team"
    lavinia = str(user_id(demo, "social_worker"))
    assert post(browser, page, page, user=lavinia, role="case_manager") == 303
    assert browser.get(page).status_code == 404
    now = demo.browser("social_worker").get(page).text
    assert "Au lucrat anterior la acest caz" in now


def test_what_cannot_be_is_said_and_nothing_typed_is_lost(demo: Demo, case: int) -> None:
    browser, page = demo.browser("case_manager"), f"/cases/{case}/team"
    token = token_on(browser.get(page).text)
    lavinia = str(user_id(demo, "social_worker"))
    answer = browser.post(
        page,
        data={
            "csrf_token": token,
            "user": lavinia,
            "role": "social_worker",
            "since": "31.2.2026",
            "search": "chertes",
        },
    )
    assert answer.status_code == 422
    assert 'value="31.2.2026"' in answer.text and 'value="chertes"' in answer.text
    assert f'value="{lavinia}" checked' in answer.text
    assert '<option value="social_worker" selected>' in answer.text
    for user in ("", "x", "9" * 40, "²"):
        answer = browser.post(page, data={"csrf_token": token, "user": user, "role": "social_worker"})
        assert answer.status_code == 422


def test_a_case_that_nobody_leads_says_so_until_somebody_does(demo: Demo, unled_case: int) -> None:
    worker, coordinator = demo.browser("social_worker"), demo.browser("coordinator")
    page, said = f"/cases/{unled_case}", "Cazul nu este condus încă de nimeni."
    assert said in worker.get(page).text
    manager = str(user_id(demo, "case_manager"))
    assert post(coordinator, f"{page}/team", f"{page}/team", user=manager, role="case_manager", since="azi") == 303
    assert said not in worker.get(page).text


def test_others_see_the_team_and_change_nothing(demo: Demo, case: int) -> None:
    browser, page = demo.browser("accountant"), f"/cases/{case}/team"
    shown = browser.get(page).text
    assert "Teodora Brândușan" in shown and 'name="user"' not in shown
    token = token_on(shown)
    for address in (page, f"{page}/{user_id(demo, 'case_manager')}/leave"):
        answer = browser.post(address, data={"csrf_token": token, "user": "1", "role": "case_manager"})
        assert answer.status_code == 403
    assert demo.browser("volunteer").get(page).status_code == 404
    assert team(demo, case) == [("case_manager", True)]


def test_a_number_puts_nobody_on_the_team_whom_she_does_not_know(demo: Demo, case: int) -> None:
    browser, page = demo.browser("case_manager"), f"/cases/{case}/team"
    hidden = str(user_id(demo, "administrator"))
    token = token_on(browser.get(page).text)
    boxes = {"csrf_token": token, "user": hidden, "role": "social_worker", "since": "ieri"}
    for search in ("", "a"):
        refused = browser.post(page, data={**boxes, "search": search})
        assert refused.status_code == 422
        assert "Căutați întâi persoana după cuvintele întregi ale numelui." in refused.text
        assert 'value="ieri"' in refused.text and '<option value="social_worker" selected>' in refused.text
    assert team(demo, case) == [("case_manager", True)]


def test_only_who_works_on_cases_is_put_on_a_team(demo: Demo, case: int) -> None:
    """The administrator and the data protection officer never see a case; so no team helps them, whoever asks."""
    page, coordinator = f"/cases/{case}/team", demo.browser("coordinator")
    shown = coordinator.get(page).text
    assert f'value="{user_id(demo, "psychologist")}"' in shown and 'value="psychologist"' in shown
    for user in ("administrator", "data_protection_officer"):
        number, worker = user_id(demo, user), user_of(demo, user)
        assert f'name="user" value="{number}"' not in shown and f'<option value="{user}"' not in shown
        assert f'name="user" value="{number}"' not in coordinator.get(f"{page}?search={worker.last_name}").text
        boxes = {"csrf_token": token_on(shown), "user": str(number), "role": "social_worker"}
        refused = coordinator.post(page, data=boxes)
        assert refused.status_code == 422 and "Niciunul dintre rolurile acestei persoane" in refused.text
        boxes |= {"user": str(user_id(demo, "psychologist")), "role": user}
        assert coordinator.post(page, data=boxes).status_code == 422
    assert team(demo, case) == [("case_manager", True)]
