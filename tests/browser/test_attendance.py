"""Who took part in a group activity: everybody who stays in a place, ticked for a day on one page and by keyboard."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from dosar.cli.demo import demo_password
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.browser.conftest import SignIn, Visiting
from tests.browser.houses import TODAY, filed, house, open_case
from tests.browser.serving import Site
from tests.browser.visitors import Visitor

GUESTS = 10


@pytest.fixture(scope="module")
def place(site: Site) -> int:
    """A house in which ten people stay since yesterday."""
    number = house(site, "Casa mare", GUESTS)
    for _ in range(GUESTS):
        filed(site, "stay", open_case(site), facility=number, phase="centre", admitted_on=TODAY - timedelta(1))
    return number


def tab_to(visitor: Visitor, box: str) -> None:
    """From where the focus is to this box, by the keyboard alone."""
    for _ in range(100):
        if visitor.page.evaluate("document.activeElement.name") == box:
            return
        visitor.page.keyboard.press("Tab")
    raise AssertionError(f"no way to {box}")


def present(visitor: Visitor) -> list[bool]:
    """Who is ticked as there, row by row."""
    boxes = visitor.page.locator("[data-rows=participants] [name$='.present'][value=yes]:visible")
    return [box.is_checked() for box in boxes.all()]


def away(visitor: Visitor, *numbers: int) -> None:
    for number in numbers:
        tab_to(visitor, f"participants.{number}.present")
        visitor.page.keyboard.press("ArrowRight")


def told(site: Site, sheet: int) -> list[bool]:
    """Who was there, as it is kept."""
    repository = site.app.extensions["dosar_repository"]
    table = repository.tables.rows["activity", "participants"]
    with site.app.app_context(), acting_as(SYSTEM_SCOPE):
        query = select(table.present).where(table.record_id == sheet).order_by(table.position)
        found = list(repository.session.scalars(query))
        repository.session.remove()
    return found


def test_ten_people_are_ticked_by_keyboard_though_the_session_ends(sign_in: SignIn, site: Site, place: int) -> None:
    visitor = sign_in("coordinator", "ro")
    visitor.open("/programme/beds")
    visitor.page.locator(f"a[href$='?staying={place}']").focus()
    visitor.enter()
    assert present(visitor) == [True] * GUESTS
    tab_to(visitor, "activity")
    visitor.page.keyboard.type("Terapie de grup")
    away(visitor, 1, 4, 8)
    tab_to(visitor, "participants.9.clinical_notes")
    visitor.page.context.clear_cookies()
    visitor.page.keyboard.type("A plecat mai devreme")
    lock = visitor.page.get_by_role("dialog", name="Sesiunea s-a încheiat")
    expect(lock).to_be_visible()
    visitor.page.keyboard.type(demo_password("coordinator"))
    visitor.page.keyboard.press("Enter")
    expect(lock).to_have_count(0)
    assert present(visitor) == [number not in (1, 4, 8) for number in range(GUESTS)]
    visitor.named("participants.9.clinical_notes").focus()
    visitor.enter()
    assert visitor.sees("A plecat mai devreme")
    sheet = int(visitor.page.url.rpartition("/")[2])
    assert told(site, sheet) == [number not in (1, 4, 8) for number in range(GUESTS)]


def test_another_day_is_one_press_away_and_the_address_names_nobody(sign_in: SignIn, place: int) -> None:
    visitor = sign_in("coordinator", "ro")
    visitor.open(f"/records/activity/new?staying={place}")
    visitor.follow("Ziua dinainte")
    yesterday = TODAY - timedelta(1)
    assert visitor.page.url.endswith(f"/records/activity/new?staying={place}&on={yesterday}")
    assert visitor.typed("held_on") == f"{yesterday:%d.%m.%Y}" and len(present(visitor)) == GUESTS
    visitor.page.locator("[name=on]").fill("alaltăieri")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.locator("[name=on][aria-invalid]")).to_have_value("alaltăieri")
    visitor.page.locator("[name=on]").fill(f"{TODAY - timedelta(2):%d.%m.%Y}")
    visitor.page.keyboard.press("Enter")
    assert visitor.sees("Nimeni din cazurile dumneavoastră nu este cazat acolo")
    visitor.follow("Ziua următoare")
    visitor.follow("Azi")
    assert visitor.typed("held_on") == f"{TODAY:%d.%m.%Y}" and len(present(visitor)) == GUESTS


def test_two_who_tick_at_once_are_told_of_each_other(sign_in: SignIn, site: Site, place: int) -> None:
    one, other = sign_in("coordinator", "ro"), sign_in("coordinator", "ro")
    one.open(f"/records/activity/new?staying={place}")
    one.named("activity").select_option("group_therapy")
    one.press("Salvează")
    sheet = int(one.page.url.rpartition("/")[2])
    for visitor, number in ((one, 2), (other, 7)):
        visitor.open(f"/records/activity/{sheet}/edit")
        tab_to(visitor, "held_on")
        away(visitor, number)
    one.press("Salvează")
    other.press("Salvează")
    both = other.group("Participanți")
    expect(both).to_contain_text("rânduri: 10")
    assert both.inner_text().count("Prezent: Nu") == 2, "each one's is told, and she chooses"
    other.press("Salvează")
    assert told(site, sheet) == [number != 7 for number in range(GUESTS)]


def test_on_a_phone_a_person_takes_a_line_and_one_press(visit: Visiting, site: Site, place: int) -> None:
    """What is seldom written is folded away there, by finger and by keyboard, and stands open where it was written."""
    visitor = visit(site, width=390)
    visitor.sign_in("coordinator")
    visitor.speak("ro")
    visitor.open(f"/records/activity/new?staying={place}")
    rows = visitor.page.locator("[data-rows=participants] > tbody > tr:visible")
    boxes = [row.bounding_box() for row in rows.all()]
    assert len(boxes) == GUESTS and all(box is not None and box["height"] < 90 for box in boxes)
    assert present(visitor) == [True] * GUESTS
    ticks = rows.nth(3).locator("label.tick")
    assert all(box is not None and min(box["width"], box["height"]) >= 44 for box in map(measured, ticks.all()))
    ticks.nth(1).click()
    away(visitor, 6)
    assert present(visitor) == [number not in (3, 6) for number in range(GUESTS)]
    notes = visitor.named("participants.4.clinical_notes")
    expect(notes).to_be_hidden()
    rows.nth(4).locator("summary").focus()
    visitor.page.keyboard.press("Enter")
    notes.fill("A plecat mai devreme")
    visitor.named("activity").select_option("group_therapy")
    visitor.press("Salvează")
    sheet = int(visitor.page.url.rpartition("/")[2])
    assert told(site, sheet) == [number not in (3, 6) for number in range(GUESTS)]
    visitor.open(f"/records/activity/{sheet}/edit")
    expect(notes).to_be_visible()
    expect(visitor.named("participants.5.clinical_notes")).to_be_hidden()


def measured(tick: Any) -> Any:
    return tick.bounding_box()
