"""Whoever loses her place on a case by her account, her roles or her teams: what is hers there goes on at once."""

import re
from datetime import timedelta
from html import unescape

from sqlalchemy import insert, select

from dosar.access.accounts.work_teams import work_teams_named
from dosar.access.framework import User
from dosar.access.tables import access_period_table, user_group_table
from dosar.access.worker import worker_for
from dosar.database.users import ACCOUNT_ITSELF
from dosar.language.form import CASE_FORM
from dosar.language.text.message import Mistake
from dosar.overview.reminders import find_reminders
from dosar.records.scope.case_workers import read_case_workers
from dosar.records.scope.restricted_cases import restrictions_among
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.teams import people_by_case
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import TODAY, filed
from tests.pages.test_leaving_a_team import case as case
from tests.pages.test_leaving_a_team import whose
from tests.pages.test_settling_deadlines import post, task
from tests.pages.test_team import user_id

SUBJECT = "Cerere la primărie"


def change_user(demo: Demo, user: str, *roles: str) -> str:
    """What the administrator reads after giving her these roles alone."""
    here, browser = f"/users/{user_id(demo, user)}", demo.browser("administrator")
    page = browser.get(here).text
    boxes = dict(re.findall(r'name="(seen|last_name|first_name)"[^>]* value="([^"]*)"', page))
    answer = browser.post(here, data={**boxes, "csrf_token": token_on(page), "roles": [*roles], "sure": "1"})
    assert answer.status_code == 303
    return unescape(browser.get(answer.location).text)


def mailed(demo: Demo, user: str) -> set[str]:
    """What her mail and her calendar tell as hers."""
    with demo.app.app_context():
        worker = worker_for(demo.app.extensions["dosar_access"], user_id(demo, user))
        with acting_as(worker.scope):
            found = find_reminders(demo.repository, TODAY + timedelta(7), "ro")
        demo.repository.session.remove()
    return {each.key for each in found if not each.whose}


def test_without_her_role_her_task_is_that_of_who_leads_the_case(demo: Demo, case: int) -> None:
    hers = f"task.task.{task(demo, case, by='volunteer', subject=SUBJECT)}.0"
    assert hers in mailed(demo, "volunteer") and SUBJECT in unescape(demo.browser("volunteer").get("/due").text)
    told = change_user(demo, "volunteer")
    assert re.search(r"\d termene trec la următorul responsabil\.", told) and SUBJECT not in told
    assert whose(demo, case) == [user_id(demo, "case_manager")] and hers in mailed(demo, "case_manager")
    for page in ("/", "/due?worker=me&all=1", f"/cases/{case}"):
        assert SUBJECT in unescape(demo.browser("case_manager").get(page, follow_redirects=True).text), page
        assert SUBJECT not in unescape(demo.browser("volunteer").get(page, follow_redirects=True).text), page
    assert mailed(demo, "volunteer") == set()
    told = change_user(demo, "volunteer", "volunteer")
    assert "o a doua persoană" in told and whose(demo, case) == [user_id(demo, "case_manager")], "it waits"
    coordinator = demo.browser("coordinator")
    [asked] = re.findall(r'"(/access-requests/\d+)/refuse"', coordinator.get("/access-requests").text)
    post(demo, "coordinator", f"{asked}/confirm")
    assert whose(demo, case) == [user_id(demo, "volunteer")]


def test_who_cannot_work_on_a_case_is_who_does_not_reach_it(demo: Demo, case: int) -> None:
    """What row scope opens to each worker, and what is passed over as nobody's of hers, are one thing."""
    closed = filed(demo, CASE_FORM, opened_on=TODAY, status="closed", last_name="Vechi", first_name="Caz")
    repository, services = demo.repository, demo.app.extensions["dosar_access"]
    manager, lawyer, doctor = (user_id(demo, user) for user in ("case_manager", "lawyer", "doctor"))
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE), repository.writing() as session:
        [team] = work_teams_named(session, ["Nord"])
        session.add(team)
        session.flush()
        places = [{"user_id": user, "group_id": team.id} for user in (manager, lawyer)]
        session.execute(insert(user_group_table), places)
        day = {"user_id": doctor, "group_id": ACCOUNT_ITSELF, "until": TODAY - timedelta(1)}
        session.execute(insert(access_period_table).values(day))
    with demo.app.app_context():
        kept = repository.record_class(CASE_FORM).__table__.c.id
        with acting_as(SYSTEM_SCOPE):
            cases = [*repository.session.connection().scalars(select(kept))]
            on_case = people_by_case(repository, TODAY)
            restricted = restrictions_among(repository.session, repository.definition.restrictions, cases)
        workers = read_case_workers(repository.session.connection(), repository.definition.roles, TODAY)
        reached = {}
        for user in repository.session.scalars(select(User.id)).all():
            try:
                scope = worker_for(services, user).scope
            except Mistake:
                continue
            if scope.may("see", CASE_FORM):
                query = select(kept).where(scope.reaches(kept), ~scope.only_reads(kept))
                reached[user] = {*repository.session.connection().scalars(query)}
        repository.session.remove()
    able = {
        number: workers.users - workers.who_cannot(on_case.get(number, set()), restricted.get(number, ()))
        for number in cases
    }
    assert {case, closed} <= {*cases} and lawyer in able[case] and restricted
    assert able == {number: {user for user, hers in reached.items() if number in hers} for number in cases}
    assert len({*map(frozenset, able.values())}) > 2 and doctor not in set().union(*able.values())


def test_a_closed_account_passes_on_what_nobody_takes_over(demo: Demo, case: int) -> None:
    task(demo, case, by="volunteer")
    there = post(demo, "administrator", f"/users/{user_id(demo, 'volunteer')}/close", sure="1")
    assert " la următorul responsabil." in unescape(demo.browser("administrator").get(there).text)
    assert whose(demo, case) == [user_id(demo, "case_manager")]
