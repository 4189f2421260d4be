"""Lines that would read alike say what each is about: on pages, for who may know it, and nowhere else."""

from datetime import timedelta
from html import unescape

import pytest

from dosar.overview.reminders import find_reminders
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.teams import join_team
from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed
from tests.pages.test_consent_gate import working
from tests.pages.test_due_page import lines
from tests.pages.test_team import user_id

DAY = TODAY + timedelta(3)
LONG = "Consiliere vocațională împreună cu agenția pentru ocuparea forței de muncă, apoi " + "un curs " * 20


@pytest.fixture
def case(demo: Demo) -> int:
    """A case of the case manager, with two commitments of one plan for the same day."""
    number = filed(demo, "case", opened_on=TODAY, status="open", last_name="Nou", first_name="Caz")
    actor = Actor(user_id(demo, "case_manager"), "case_manager", TODAY)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        join_team(demo.repository, demo.repository.case(number), user_id(demo, "case_manager"), "case_manager", actor)
        demo.repository.session.remove()
    row = {"domain": "economic", "deadline": DAY}
    rows = [{**row, "measure": "education", "activities": "Înscrierea la școală"}, {**row, "activities": LONG}]
    filed(demo, "plan", number, drawn_up_on=TODAY, rows=rows)
    return number


def test_each_line_says_what_it_is_about(demo: Demo, case: int) -> None:
    said = lines(demo, f"?case={case}&rule=plan.activity", "case_manager")
    assert any("Serviciu: educație formală, nonformală și informală, Înscrierea la școală" in line for line in said)
    assert any("Angajament din plan: Consiliere vocațională" in line and " … " in line for line in said)
    assert "un curs un curs un curs un curs" not in " ".join(said), "the rest stands on the sheet"
    browser = demo.browser("case_manager")
    for address in (f"/cases/{case}", "/?all=1", f"/due?view=week&day={DAY}&case={case}"):
        assert "Înscrierea la școală" in unescape(browser.get(address).text), address


def test_it_is_in_no_reminder(demo: Demo, case: int) -> None:
    with working(demo, "case_manager"):
        found = find_reminders(demo.repository, DAY, "ro")
    assert "Angajament din plan" in {each.kind for each in found}
    assert "școal" not in " ".join(each.what for each in found)


def test_who_sees_no_plan_learns_nothing_of_it(demo: Demo, case: int) -> None:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        actor = Actor(user_id(demo, "case_manager"), "case_manager", TODAY)
        join_team(demo.repository, demo.repository.case(case), user_id(demo, "volunteer"), "volunteer", actor)
        demo.repository.session.remove()
    page = unescape(demo.browser("volunteer").get(f"/due?case={case}").text)
    assert "Înscrierea" not in page and "Angajament din plan" not in page
