"""A person who comes twice: noticed before she is filed, and mended afterwards."""

import re
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from dosar.access.framework import User
from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from dosar.records.teams import join_team
from tests.days import today_here
from tests.pages.conftest import Demo, token_on

FILER = Actor(None, "", today_here())


def boxes_on(page: str) -> dict[str, str]:
    """The hidden boxes of the sheet on this page, and of no other form."""
    sheet = page[page.index('id="sheet"') :] if 'id="sheet"' in page else page[page.index('class="sheet"') :]
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', sheet.partition("</form>")[0])
    return {name: unescape(value) for name, value in hidden}


def submit(browser: FlaskClient, address: str, **boxes: Any) -> Any:
    opened = {"opened_on": "22.11.2026"}
    return browser.post(address, data={**boxes_on(browser.get(address).text), **opened, **boxes})


def new_case(demo: Demo, **answers: Any) -> int:
    """A case that a stranger filed: nobody of the demo works on it."""
    with acting_as(SYSTEM_SCOPE):
        filed = enter_sheet(demo.repository, demo.forms[CASE_FORM], {"status": "open", **answers}, FILER)
    demo.repository.session.remove()
    return filed


def visit(demo: Demo, case_id: int) -> int:
    with acting_as(SYSTEM_SCOPE):
        filed = enter_sheet(demo.repository, demo.forms["visit_report"], {"visit_date": today_here()}, FILER, case_id)
    demo.repository.session.remove()
    return filed


def test_of_a_person_of_another_team_is_not_told_whose_she_is(demo: Demo) -> None:
    stranger = new_case(demo, last_name="Ababii", first_name="Veronica", birth_date="1999")
    own = new_case(demo)
    with acting_as(SYSTEM_SCOPE):
        code = demo.repository.case(stranger).code  # type: ignore[attr-defined]
        worker = demo.repository.session.scalar(select(User.id).where(User.username == "case_manager"))
        join_team(demo.repository, demo.repository.case(own), worker, "case_manager", FILER)
    demo.repository.session.remove()
    manager = demo.browser("case_manager")
    page = submit(manager, f"/records/case/{own}/edit/1", last_name="Абабий", first_name="Вероника", birth_date="1999")
    assert page.status_code == 422
    assert "o înregistrare care nu este printre ale dumneavoastră (întrebați coordonatorul" in page.text
    assert not [told for told in (code, "A. V.", "Ababii", "Deschide") if told in page.text]
    assert manager.get(f"/cases/{stranger}").status_code == 404
    kept = submit(
        manager,
        f"/records/case/{own}/edit/1",
        last_name="Абабий",
        first_name="Вероника",
        birth_date="1999",
        _confirmed="1",
        _reason="Altă persoană",
    )
    assert kept.status_code == 303
    assert "Altă persoană" in manager.get(f"/records/case/{own}/history").text
    again = submit(
        manager,
        f"/records/case/{own}/edit/1",
        last_name="Абабий",
        first_name="Вероника",
        birth_date="1999",
        mother_tongue="rusă",
    )
    assert again.status_code == 303


def test_in_reach_she_is_told_by_name(demo: Demo) -> None:
    coordinator = demo.browser("coordinator")
    own = new_case(demo)
    page = submit(coordinator, f"/records/case/{own}/edit/1", last_name="Zagaievski", first_name="Olesia")
    assert page.status_code == 422
    opened = re.search(r'<a class="list-link" href="(/cases/\d+)">Deschide ([^<]+)</a>', page.text)
    assert opened and "Zagaievschi Olesea" in opened[2]
    assert "Zagaievschi Olesea" in coordinator.get(opened[1]).text


@pytest.fixture
def twice(demo: Demo) -> tuple[int, int]:
    """Two cases of one person, the second with a visit."""
    kept = new_case(demo, last_name="Untilă", first_name="Doina", birth_date="2001", mother_tongue="română")
    gone = new_case(demo, last_name="Унтилэ", first_name="Дойна", county="MD-CU")
    visit(demo, gone)
    return kept, gone


def test_a_coordinator_makes_one_case_of_two(demo: Demo, twice: tuple[int, int]) -> None:
    kept, gone = twice
    coordinator = demo.browser("coordinator")
    offered = coordinator.get(f"/cases/{kept}/merge").text
    assert f"/cases/{kept}/merge/{gone}" in offered
    compared = coordinator.get(f"/cases/{kept}/merge/{gone}").text
    assert "Untilă" in compared
    assert "Унтилэ" in compared
    code = re.search(r"D-\d{4}-\d+", coordinator.get(f"/cases/{gone}").text)
    assert code
    without = submit(coordinator, f"/cases/{kept}/merge/{gone}", reason="")
    assert without.status_code == 422
    done = submit(coordinator, f"/cases/{kept}/merge/{gone}", reason="Același buletin", **{"_keep.county": "theirs"})
    assert (done.status_code, done.location) == (303, f"/cases/{kept}")
    assert coordinator.get(f"/cases/{gone}").location == f"/cases/{kept}"
    assert demo.browser("accountant").get(f"/records/case/{gone}").location == f"/cases/{kept}"
    history = coordinator.get(f"/records/case/{kept}/history").text
    assert f"{code[0]}: Același buletin" in history
    assert coordinator.get("/records/visit_report?case=" + str(kept)).text.count('<th scope="row"') == 1
    coordinator.post("/find", data={"csrf_token": token_on(history), "words": code[0]})
    assert coordinator.get("/find").location == f"/cases/{kept}"


def test_a_merge_by_mistake_is_undone_from_the_deleted_records(demo: Demo, twice: tuple[int, int]) -> None:
    kept, gone = twice
    coordinator = demo.browser("coordinator")
    submit(coordinator, f"/cases/{kept}/merge/{gone}", reason="Același buletin")
    deleted = coordinator.get("/deleted").text
    assert f"/records/case/{gone}/restore" in deleted
    back = coordinator.post(f"/records/case/{gone}/restore", data={"csrf_token": token_on(deleted)})
    assert back.status_code == 303
    assert coordinator.get(f"/cases/{gone}").status_code == 200
    assert coordinator.get(f"/records/visit_report?case={gone}").text.count('<th scope="row"') == 1
    assert coordinator.get(f"/records/visit_report?case={kept}").text.count('<th scope="row"') == 0


def test_a_case_that_changed_meanwhile_is_compared_once_more(demo: Demo, twice: tuple[int, int]) -> None:
    kept, gone = twice
    coordinator = demo.browser("coordinator")
    boxes = boxes_on(coordinator.get(f"/cases/{kept}/merge/{gone}").text)
    assert (
        submit(
            coordinator, f"/records/case/{kept}/edit/1", last_name="Untilă", first_name="Doina Maria", _confirmed="1"
        ).status_code
        == 303
    )
    answer = coordinator.post(f"/cases/{kept}/merge/{gone}", data={**boxes, "reason": "x"})
    assert answer.location == f"/cases/{kept}/merge/{gone}"
    assert coordinator.get(f"/cases/{gone}").status_code == 200


@pytest.mark.parametrize("user", ["case_manager", "social_worker", "volunteer", "accountant", "administrator"])
def test_nobody_else_merges(demo: Demo, twice: tuple[int, int], user: str) -> None:
    kept, gone = twice
    assert demo.browser(user).get(f"/cases/{kept}/merge").status_code in (403, 404)
    assert demo.browser(user).get(f"/cases/{kept}/merge/{gone}").status_code in (403, 404)


def test_a_new_case_of_somebody_known_is_not_opened_unasked(demo: Demo) -> None:
    """Who she is stands on the first page, so that nothing is filed before the question."""
    coordinator = demo.browser("coordinator")
    new_case(demo, last_name="Vlădoiu", first_name="Smaranda", birth_date="2000")
    before = count_of_cases(demo)
    page = submit(coordinator, "/records/case/new", last_name="Vladoiu", first_name="Smaranda", birth_date="2000")
    assert page.status_code == 422
    assert "Vlădoiu Smaranda" in page.text
    assert count_of_cases(demo) == before


def count_of_cases(demo: Demo) -> int:
    with acting_as(SYSTEM_SCOPE):
        count = demo.repository.session.scalar(select(func.count(demo.repository.record_class(CASE_FORM).id)))
    demo.repository.session.remove()
    return int(count or 0)
