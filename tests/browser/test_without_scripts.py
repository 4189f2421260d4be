"""Everything works where JavaScript does not run; the server decides what the page cannot."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor


@pytest.fixture
def manager(sign_in: SignIn) -> Visitor:
    """The case manager, in a browser without JavaScript."""
    return sign_in("case_manager", "ro", javascript=False)


def test_rows_are_added_copied_and_deleted(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=1")
    manager.named("visit_purpose").fill("Fără scripturi")
    family = manager.page.locator("[data-question=family]")
    manager.click(family.get_by_role("button", name="Adaugă rând"))
    manager.named("family.2.name").fill("Bunica")
    manager.click(family.get_by_role("button", name="Duplică").nth(2))
    assert manager.typed("family.3.name") == "Bunica"
    manager.click(family.get_by_role("button", name="Șterge").nth(0))
    assert [box.input_value() for box in family.locator("[name$='.name']").all()] == [
        "Viorica P.",
        "Bunica",
        "Bunica",
    ]
    assert manager.typed("visit_purpose") == "Fără scripturi"


def test_a_linked_record_is_searched_and_chosen(manager: Visitor) -> None:
    manager.open("/records/referral/new?case=1")
    manager.named("registered_on").fill("azi")
    manager.tick("Cerere directă sau referire", "Referire de la alt partener")
    manager.click(manager.page.get_by_role("button", name="Organizația care a referit cazul"))
    manager.page.fill("#search", "politia")
    manager.enter()
    manager.click(manager.page.get_by_role("button", name="Brigada").first)
    assert manager.typed("registered_on") == "azi"
    assert manager.group("Cerere directă sau referire").get_by_label("Referire de la alt partener").is_checked()
    manager.press("Salvează")
    assert "Brigada" in manager.answer("Organizația care a referit cazul")


def test_the_server_decides_what_belongs_on_the_sheet(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=1")
    manager.named("visit_date").fill("azi")
    manager.named("visit_purpose").fill("Vizită")
    manager.named("conclusions").fill("Bine.")
    manager.tick("Grădiniță", "Nu")
    manager.named("edu_kindergarten_name").fill("Grădinița nr. 5, grupa mijlocie")
    manager.press("Salvează")
    assert manager.answer("Grădiniță") == "Nu"
    expect(manager.page.locator("dt", has_text="Grădinița și grupa")).to_have_count(0)


def test_scores_are_reckoned_when_it_is_saved(manager: Visitor) -> None:
    manager.open("/records/risk_assessment/new?case=1")
    manager.named("assessed_on").fill("azi")
    manager.tick("Etapa", "Reevaluare periodică")
    manager.named("risks.0.risk").select_option(label="Retraficare")
    manager.named("risks.0.likelihood").fill("3")
    manager.named("risks.0.severity").fill("4")
    manager.press("Salvează")
    assert manager.answer("Scorul cel mai mare") == "12 – Ridicat"


def test_the_language_is_switched_with_the_sheet(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=1")
    manager.named("visit_purpose").fill("Rămâne")
    manager.speak("en")
    assert manager.typed("visit_purpose") == "Rămâne"
    manager.speak("ro")
    assert manager.typed("visit_purpose") == "Rămâne"


def test_menus_and_filters_work(manager: Visitor) -> None:
    manager.follow("Cazuri")
    manager.page.get_by_label("Statusul cazului").select_option(label="Deschis")
    manager.press("Filtrează")
    assert {row[3] for row in manager.rows} == {"Deschis"}


def test_no_button_hides_the_page_where_none_could(manager: Visitor) -> None:
    manager.open("/cases/1")
    expect(manager.page.get_by_role("button", name="Ascunde pagina")).to_be_hidden()
    expect(manager.page.get_by_role("button", name="Deconectare")).to_be_visible()
