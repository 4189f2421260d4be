"""Closing an account: what hangs on it is listed by case code, and handed over as a second person confirms it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, insert

from dosar.access.accounts.work_teams import work_teams_named
from dosar.access.audit.account_log import account_entries
from dosar.access.tables import access_period_table, user_group_table
from dosar.database.system_tables import utc_now
from dosar.database.users import ACCOUNT_ITSELF
from dosar.fields.formats.days import format_day
from dosar.language.form import CASE_FORM
from dosar.language.question import ReadingContext
from dosar.overview.case_overview import team_members
from dosar.overview.workload import codes_of_cases
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.unsaved import drafts
from dosar.records.unsaved.drafts import DraftPlace
from tests.days import today_here
from tests.pages.conftest import Demo, token_on
from tests.pages.test_team import user_id

TODAY = today_here()
READING = ReadingContext("ro", utc_now().date())
VISIT, CARE = DraftPlace("visit_report", 1), DraftPlace("staff_care")


@pytest.fixture
def administrator(demo: Demo) -> FlaskClient:
    return demo.browser("administrator")


def begin_draft(demo: Demo, user: str, place: DraftPlace) -> None:
    with demo.app.app_context():
        drafts.keep_draft(demo.repository, user_id(demo, user), place, [("visit_purpose", "pe jumătate")])
        demo.repository.session.remove()


def begun(demo: Demo, user: str) -> set[DraftPlace]:
    with demo.app.app_context():
        found = {draft.place for draft in drafts.drafts_of_worker(demo.repository, user_id(demo, user))}
        demo.repository.session.remove()
    return found


def managers(demo: Demo) -> dict[int, str]:
    """Who manages each case, as her name is shown."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        kept = demo.repository.record_class(CASE_FORM)
        found = {
            case.id: member.name
            for case in demo.repository.session.query(kept).all()
            for member in team_members(demo.repository, case, READING)
            if member.role == "case_manager" and member.until is None
        }
        demo.repository.session.remove()
    return found


def close(browser: FlaskClient, address: str, **boxes: Any) -> int:
    return browser.post(address, data={**boxes, "csrf_token": token_on(browser.get("/profile").text)}).status_code


def test_what_hangs_on_it_is_told_without_a_word_of_the_cases(demo: Demo, administrator: FlaskClient) -> None:
    begin_draft(demo, "case_manager", VISIT)
    begin_draft(demo, "case_manager", CARE)
    shown = administrator.get(f"/users/{user_id(demo, 'case_manager')}/close").text
    assert "DEMO-001 · Manager de caz" in shown and "Raport de vizită" in shown
    assert "restant" in shown or "depășit" in shown or "peste" in shown, "the days promised in her cases"
    assert "stării de bine" not in shown, "what she writes for herself alone is not told of"
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        kept: Any = demo.repository.record_class(CASE_FORM)
        names = [name for name in demo.repository.session.query(kept.last_name).all() if name[0]]
        demo.repository.session.remove()
    assert names and not [name for (name,) in names if name in shown]


def test_only_who_works_on_cases_can_take_over(demo: Demo, administrator: FlaskClient) -> None:
    address = f"/users/{user_id(demo, 'case_manager')}/close"
    before = managers(demo)
    for wrong in (user_id(demo, "administrator"), user_id(demo, "case_manager"), 987_654, 10**30, "x"):
        assert close(administrator, address, successor=str(wrong)) == 422
    assert managers(demo) == before
    assert demo.browser("coordinator").get(address).status_code == 403


def test_who_has_not_come_in_yet_takes_nothing_over(demo: Demo, administrator: FlaskClient) -> None:
    """Cases handed to an account that nobody can sign in with would be nobody's."""
    address, doctor = f"/users/{user_id(demo, 'case_manager')}/close", user_id(demo, "doctor")
    assert f'value="{doctor}"' in administrator.get(address).text
    close(administrator, f"/users/{doctor}/invitation")
    assert f'value="{doctor}"' not in administrator.get(address).text
    assert close(administrator, address, successor=str(doctor)) == 422


def test_who_would_leave_cases_to_nobody_is_told_and_asked(demo: Demo, administrator: FlaskClient) -> None:
    address = f"/users/{user_id(demo, 'case_manager')}/close"
    before = administrator.get(address).text
    assert "Cazul DEMO-001: nu îl mai gestionează nimeni" in before and 'name="sure"' not in before
    token = token_on(before)
    asked = administrator.post(address, data={"csrf_token": token})
    assert asked.status_code == 422 and 'name="sure"' in asked.text and "Nu s-a salvat nimic." in asked.text
    assert administrator.get(address).status_code == 200, "the account is open"


def waiting(browser: FlaskClient) -> list[str]:
    """The addresses of what waits for a second person."""
    return re.findall(r'"(/access-requests/\d+)/refuse"', browser.get("/access-requests").text)


def test_nobody_opens_cases_to_a_friend_by_closing_a_colleague(demo: Demo, administrator: FlaskClient) -> None:
    teodora, lavinia = user_id(demo, "case_manager"), user_id(demo, "social_worker")
    hers = [case for case, name in managers(demo).items() if name == "Teodora Brândușan"]
    friend, coordinator = demo.browser("social_worker"), demo.browser("coordinator")
    closed_to_her = [case for case in hers if friend.get(f"/cases/{case}").status_code == 404]
    here = f"/users/{teodora}"
    token = token_on(administrator.get("/profile").text)
    told = administrator.post(f"{here}/close", data={"successor": str(lavinia), "csrf_token": token})
    assert told.status_code == 422 and "până când o a doua persoană confirmă" in told.text
    assert close(administrator, f"{here}/close", successor=str(lavinia), sure="1") == 303
    assert closed_to_her and {friend.get(f"/cases/{case}").status_code for case in closed_to_her} == {404}
    (address,) = waiting(coordinator)
    for page in (administrator.get(here).text, coordinator.get("/access-requests").text):
        assert "Cazurile și ciornele contului închis" in page and "Lavinia Chertes" in page
    assert close(administrator, f"{address}/confirm") == 422, "nor does who asked confirm it"
    assert close(coordinator, f"{address}/refuse") == 303
    assert close(administrator, f"{here}/open") == 303
    for waits in waiting(coordinator):
        assert close(coordinator, f"{waits}/confirm") == 303
    assert {name for name in managers(demo).values()} >= {"Teodora Brândușan"}


def test_everything_is_handed_over_when_a_second_person_confirms_it(demo: Demo, administrator: FlaskClient) -> None:
    begin_draft(demo, "case_manager", VISIT)
    begin_draft(demo, "case_manager", CARE)
    teodora, lavinia = user_id(demo, "case_manager"), user_id(demo, "social_worker")
    hers = [case for case, name in managers(demo).items() if name == "Teodora Brândușan"]
    here = f"/users/{teodora}"
    coordinator = demo.browser("coordinator")
    assert close(administrator, f"{here}/close", successor=str(lavinia), sure="1") == 303
    assert VISIT in begun(demo, "case_manager")
    assert close(coordinator, f"{waiting(coordinator)[0]}/confirm") == 303
    after = managers(demo)
    assert hers and {after[case] for case in hers} == {"Lavinia Chertes"}
    assert VISIT in begun(demo, "social_worker") and begun(demo, "case_manager") == {CARE}
    with demo.app.app_context():
        services = demo.app.extensions["dosar_access"]
        told = [(entry.action, entry.by_id) for entry in account_entries(services, 4, user_id=teodora)]
        demo.repository.session.remove()
    chief = user_id(demo, "administrator")
    assert told[0] == ("handed_over", user_id(demo, "coordinator"))
    assert {*told[1:]} == {("left_unattended", chief), ("closed", chief), ("handover_asked", chief)}
    assert "DEMO-001" in coordinator.get(f"/account-history?user={teodora}").text
    page = coordinator.get(f"/cases/{hers[0]}/team").text
    assert "Teodora Brândușan (cont închis)" in page, "whoever reads her name knows that she cannot answer"
    assert administrator.get(f"{here}/close").status_code == 303, "there is nothing more to close"


def test_who_takes_a_role_from_a_manager_is_told_which_cases_nobody_manages(
    demo: Demo, administrator: FlaskClient
) -> None:
    here = f"/users/{user_id(demo, 'social_worker')}"
    boxes = dict(re.findall(r'name="(seen|last_name|first_name)"[^>]* value="([^"]*)"', administrator.get(here).text))
    refused = administrator.post(here, data={**boxes, "csrf_token": token_on(administrator.get(here).text)})
    assert refused.status_code == 422
    for said in ("Cazul DEMO-001: nu îl mai gestionează nimeni", "Un coordonator", 'name="sure"'):
        assert said in refused.text, said
    assert demo.browser("coordinator").get("/records/case").status_code == 200, "nothing was saved"


@pytest.fixture
def alone(demo: Demo) -> Iterator[tuple[str, int]]:
    """A case on which one works alone whose last day is over, opened by a colleague of her team; and the team."""
    services, gone, colleague = demo.app.extensions["dosar_access"], user_id(demo, "volunteer"), user_id(demo, "lawyer")
    worker = Actor(gone, "volunteer", TODAY)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        case = enter_sheet(demo.repository, demo.forms[CASE_FORM], {"last_name": "Alta"}, worker)
        code = next(iter(codes_of_cases(demo.repository, [case], READING).values()))
        with services.store.writing() as session:
            (team,) = work_teams_named(session, ["Nord"])
            session.add(team)
            session.flush()
            members = [{"user_id": number, "group_id": team.id} for number in (gone, colleague)]
            session.execute(insert(user_group_table), members)
            days = {"user_id": gone, "group_id": ACCOUNT_ITSELF, "until": TODAY - timedelta(days=1)}
            session.execute(insert(access_period_table).values(days))
            number = team.id
        demo.repository.session.remove()
    yield code, number
    with services.store.writing() as session:
        session.execute(delete(access_period_table).where(access_period_table.c.user_id == gone))


def test_a_day_or_a_team_that_leaves_a_case_to_nobody_is_told_and_asked(
    demo: Demo, administrator: FlaskClient, alone: tuple[str, int]
) -> None:
    code, team = alone
    told = f"Cazul {code}: nu îl mai deschide nimeni din echipa lui"
    page = f"/users/{user_id(demo, 'lawyer')}"
    until = {"csrf_token": token_on(administrator.get(page).text), "until": format_day(TODAY, "ro")}
    refused = administrator.post(f"{page}/teams/{team}", data=until)
    assert refused.status_code == 422 and told in refused.text and 'name="sure"' in refused.text
    assert f'value="{until["until"]}"' in refused.text, "what was typed stands in its box"
    assert administrator.post(f"{page}/teams/{team}", data={**until, "until": ""}).status_code == 303
    token = {"csrf_token": token_on(administrator.get("/teams").text)}
    refused = administrator.post(f"/teams/{team}/dissolve", data=token)
    assert refused.status_code == 422 and told in refused.text and "Nord" in administrator.get("/teams").text
    assert administrator.post(f"/teams/{team}/dissolve", data={**token, "sure": "1"}).status_code == 303
    with demo.app.app_context():
        services = demo.app.extensions["dosar_access"]
        entry = next(one for one in account_entries(services, 3) if one.action == "left_unattended")
        services.session.remove()
    assert entry.changes["cases"][0] == [code]
    coordinator = demo.browser("coordinator")
    assert "Lăsat" in coordinator.get("/account-history").text
    whoever = {"successor": str(user_id(demo, "coordinator"))}
    assert close(administrator, f"/users/{user_id(demo, 'doctor')}/close", **whoever) == 303
    assert waiting(coordinator) == [], "who reaches every case is given nothing by it"


def test_without_anybody_all_stays_and_is_marked(demo: Demo, administrator: FlaskClient) -> None:
    before, left = managers(demo), []
    assert {*before.values()} == {"Lavinia Chertes"}
    for user in ("social_worker", "coordinator"):
        address = f"/users/{user_id(demo, user)}/close"
        assert close(administrator, address) == 422
        assert close(administrator, address, sure="1") == 303
        with demo.app.app_context():
            services = demo.app.extensions["dosar_access"]
            told = {entry.action: entry.changes for entry in account_entries(services, 3, user_id=user_id(demo, user))}
            services.session.remove()
        left.append({what: pair[0] for what, pair in told["left_unattended"].items()})
    assert managers(demo) == {case: "Lavinia Chertes (cont închis)" for case in before}
    assert "DEMO-001" in left[0]["cases"] and left[1]["tasks"] == ["restrictions"]
