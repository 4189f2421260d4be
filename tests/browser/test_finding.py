"""Finding a case or a sheet again: search, sort, filter, page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor

OLD = {f"DEMO-00{number}" for number in range(1, 7)}


@pytest.fixture
def manager(sign_in: SignIn) -> Visitor:
    """The case manager before the list of her cases."""
    manager = sign_in("case_manager", "ro")
    manager.open("/records/case")
    return manager


def search(visitor: Visitor, words: str) -> list[str]:
    """Search, and the codes that were found."""
    visitor.page.fill("#search", words)
    visitor.enter()
    return sorted(row[0] for row in visitor.rows)


@pytest.mark.parametrize("words", ["racasan", "RĂCĂȘAN", "Răcăşan", "gavril racasan", "racas", "Рэкэшан", "DEMO-002"])
def test_names_are_found_however_they_are_written(manager: Visitor, words: str) -> None:
    assert search(manager, words) == ["DEMO-002"]
    assert words not in manager.page.url and words not in manager.page.title()


def test_a_search_that_finds_nothing_says_what_to_do(manager: Visitor) -> None:
    assert search(manager, "qwertyuiop") == []
    assert manager.sees("Niciun rezultat. Încercați mai puține litere")
    assert len(search(manager, "")) >= 6


def test_a_phone_number_is_found(manager: Visitor) -> None:
    assert search(manager, "0740 000 101") == ["DEMO-001"]


def test_lists_are_sorted_both_ways_by_their_heads(manager: Visitor) -> None:
    manager.click(manager.page.get_by_role("columnheader", name="Nume", exact=True).get_by_role("link"))
    codes = [row[0] for row in manager.rows if row[0] in OLD]
    assert codes == ["DEMO-003", "DEMO-006", "DEMO-005", "DEMO-001", "DEMO-002", "DEMO-004"]
    manager.click(manager.page.get_by_role("columnheader", name=re.compile("^Nume")).get_by_role("link"))
    assert [row[0] for row in manager.rows if row[0] in OLD] == codes[::-1]


def test_a_filter_stays_in_the_address_without_anybodys_name(manager: Visitor) -> None:
    manager.page.get_by_label("Statusul cazului").select_option(label="Deschis")
    manager.press("Filtrează")
    assert "DEMO-005" in [row[0] for row in manager.rows]
    assert {row[3] for row in manager.rows} == {"Deschis"}
    assert "status=open" in manager.page.url
    manager.follow("Șterge filtrele")
    assert len(manager.rows) >= 6


def test_a_long_list_is_turned_page_by_page(sign_in: SignIn) -> None:
    coordinator = sign_in("coordinator", "ro")
    coordinator.open("/records/service_log")
    first = coordinator.rows
    coordinator.follow("Pagina următoare")
    assert coordinator.rows and coordinator.rows != first
    coordinator.follow("Pagina anterioară")
    assert coordinator.rows == first


def test_a_list_is_made_ones_own_and_taken_along(sign_in: SignIn) -> None:
    coordinator = sign_in("coordinator", "ro")
    coordinator.open("/records/visit_report?attendance=good")
    shown = len(coordinator.rows)
    coordinator.follow("Alege coloanele")
    coordinator.page.get_by_role("checkbox", name="Abilități").check()
    coordinator.press("Arată aceste coloane")
    expect(coordinator.page.get_by_role("columnheader", name="Abilități")).to_be_visible()
    coordinator.page.get_by_text("Liste salvate").click()
    coordinator.page.get_by_label("Salvați filtrele și ordinea sub numele").fill("Frecventează bine")
    coordinator.press("Salvează")
    coordinator.open("/records/visit_report")
    coordinator.click(coordinator.page.get_by_role("navigation", name="Liste salvate").get_by_role("link"))
    assert "attendance=good" in coordinator.page.url and len(coordinator.rows) == shown
    coordinator.follow("Exportă")
    coordinator.press("Descarcă fișierul")
    assert coordinator.page.title().startswith("Eroare:"), "a file is taken for a reason"
    coordinator.page.get_by_label("Pentru ce aveți nevoie de fișier?").fill("Raport anual")
    coordinator.page.get_by_label("Text cu virgule (.csv)").check()
    with coordinator.page.expect_download() as taken:
        coordinator.page.get_by_role("button", name="Descarcă fișierul").click()
    lines = Path(taken.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + shown and "Abilități" in lines[0]
    coordinator.open("/records/visit_report/columns")
    coordinator.press("Arată coloanele obișnuite")


def test_what_is_due_is_narrowed_and_read_as_a_calendar(sign_in: SignIn) -> None:
    reader = sign_in("coordinator", "ro")
    page = reader.page
    reader.open("/due")
    expect(page.get_by_role("heading", name="Restante, pe angajați")).to_be_visible()
    page.locator("summary", has_text="Filtre").click()
    page.get_by_role("combobox", name="Responsabil").select_option("0")
    page.get_by_role("button", name="Filtrează").click()
    expect(page.get_by_role("cell", name="fără responsabil").first).to_be_visible()
    page.get_by_role("link", name="Lună", exact=True).click()
    assert re.search(r"/due\?view=month&worker=0$", page.url)
    expect(page.get_by_role("columnheader", name="luni")).to_be_visible()
    expect(page.locator("[aria-current=date]")).to_contain_text("Azi")
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".calendar thead")).to_be_hidden()
    expect(page.locator("[aria-current=date] .day-long")).to_be_visible()
