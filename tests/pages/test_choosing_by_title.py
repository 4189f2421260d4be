"""A volunteer names the project of what she types: she chooses it by its title, and learns nothing else of it."""

import re

import pytest
from sqlalchemy import select

from dosar.access.framework import User
from dosar.database.system_tables import team_table
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.browsing import Page, look
from tests.pages.conftest import Demo
from tests.pages.test_case_page import case_of

AID = {"given_on": "02.11.2026", "kind": "food", "quantity": "1", "value": ["120", "RON"], "recipient": "beneficiary"}


def offered(page: Page, words: str) -> dict[str, str]:
    """Number → title of the projects a search offers on the sheet."""
    boxes = {**page.boxes.to_dict(), "_pick": "project", "search": words}
    html = page.browser.post(page.action, data=boxes).text
    return dict(re.findall(r'name="_picked" value="project=(\d+)"[^>]*>\s*([^<]+?)\s*<', html))


@pytest.fixture
def sheet(demo: Demo) -> Page:
    return look(demo.browser("volunteer"), f"/records/humanitarian_aid/new?case={case_of(demo, 'DEMO-001')}")


def test_she_finds_it_by_its_title_and_by_nothing_else(sheet: Page) -> None:
    assert set(offered(sheet, "").values()) == {"Drumul spre autonomie (fictiv)", "Înapoi la școală (fictiv)"}
    assert set(offered(sheet, "autonomie").values()) == {"Drumul spre autonomie (fictiv)"}
    assert offered(sheet, "Fond pentru ONG-uri") == {}, "words of its sheet do not lead to it"


def test_what_she_types_is_counted_for_it(demo: Demo, sheet: Page) -> None:
    [project] = offered(sheet, "autonomie")
    kept = sheet.save({**AID, "project": project})
    assert "Drumul spre autonomie (fictiv)" in kept.text and f"/records/project/{project}" not in kept.html
    assert f"/records/project/{project}" in look(demo.browser("coordinator"), kept.address).html


@pytest.mark.parametrize("rest", ["", "/1", "/1/figures", "/1/history", "/1/edit", "/new", "/columns"])
def test_the_register_itself_stays_closed(demo: Demo, rest: str) -> None:
    assert demo.browser("volunteer").get(f"/records/project{rest}").status_code == 404


def test_her_menu_leads_to_no_project(demo: Demo) -> None:
    assert "/records/project" not in look(demo.browser("volunteer"), "/").html


def people_offered(page: Page, question: str, words: str = "") -> set[str]:
    """The numbers of the colleagues a search offers on the sheet."""
    html = page.browser.post(page.action, data={**page.boxes.to_dict(), "_pick": question, "search": words}).text
    return set(re.findall(rf'name="_picked" value="{question}=(\d+)"', html))


def test_colleagues_are_offered_as_far_as_her_cases_go(demo: Demo, sheet: Page) -> None:
    """Herself, who works on her cases, and who works on all; who reaches every case chooses among everybody."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        numbers = dict(demo.repository.session.execute(select(User.username, User.id)).all())
        on_her_cases = select(team_table.c.case_id).where(team_table.c.user_id == numbers["volunteer"])
        colleagues = set(
            demo.repository.session.scalars(select(team_table.c.user_id).where(team_table.c.case_id.in_(on_her_cases)))
        )
        demo.repository.session.remove()
    hers = {*colleagues, *(numbers[user] for user in ("volunteer", "coordinator", "accountant"))}
    offered = people_offered(sheet, "given_by")
    assert offered == {str(number) for number in hers}
    assert str(numbers["administrator"]) not in offered, "whose work has nothing to do with hers"
    asked = f"/records/humanitarian_aid/new?case={case_of(demo, 'DEMO-001')}"
    assert str(numbers["administrator"]) in people_offered(look(demo.browser("coordinator"), asked), "given_by")


def test_no_search_leads_to_a_colleague_of_other_cases(demo: Demo, sheet: Page) -> None:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        administrator = demo.repository.session.scalars(select(User).where(User.username == "administrator")).one()
        name = f"{administrator.first_name} {administrator.last_name}"
        demo.repository.session.remove()
    assert people_offered(sheet, "given_by", name) == set()


@pytest.fixture
def stranger(demo: Demo) -> tuple[str, str]:
    """The number and the name of somebody whose work has nothing to do with the volunteer's."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        user = demo.repository.session.scalars(select(User).where(User.username == "administrator")).one()
        found = str(user.id), f"{user.first_name} {user.last_name}"
        demo.repository.session.remove()
    return found


@pytest.mark.parametrize("nobody", [False, True])
def test_a_number_that_somebody_makes_up_is_refused(sheet: Page, stranger: tuple[str, str], nobody: bool) -> None:
    """Nor is a name told to it; what was typed stays, and a number behind which is nobody looks the same."""
    number = "987654" if nobody else stranger[0]
    boxes = {**sheet.boxes.to_dict(), "quantity": "17", "given_by": number}
    refused = sheet.browser.post(sheet.action, data=boxes)
    assert refused.status_code == 422
    assert "Munca dumneavoastră nu vă duce la această persoană." in refused.text
    assert 'value="17"' in refused.text and f'value="{number}"' in refused.text
    again = look(sheet.browser, sheet.address)
    assert stranger[1] not in refused.text and stranger[1] not in again.html
