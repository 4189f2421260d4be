"""An organisation in Moldova works in its own words, on every page and in the middle of a sheet."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from dosar.access.services import AccessServices
from tests.databases import Place
from tests.pages.browsing import boxes_on, look
from tests.pages.conftest import Demo, demo_on


@pytest.fixture(scope="module")
def moldova(tmp_path_factory: pytest.TempPathFactory, filled: Callable[[str], Place]) -> Iterator[Demo]:
    """The demo, as an organisation in Moldova."""
    with demo_on(tmp_path_factory.mktemp("moldova"), filled("sqlite")) as demo:
        services: AccessServices = demo.app.extensions["dosar_access"]
        with demo.app.app_context(), services.store.writing():
            services.update_organisation(replace(services.organisation(), country="MD"))
        yield demo


@pytest.mark.parametrize("address", ["/", "/cases/1", "/cases/1/team", "/records/case/1/history"])
def test_days_are_written_in_the_country_s_wording(moldova: Demo, address: str) -> None:
    assert moldova.browser("case_manager").get(address).status_code == 200


def test_the_language_button_keeps_the_country_s_wording(moldova: Demo) -> None:
    browser = moldova.browser("case_manager")
    sheet = look(browser, "/records/case/new")
    assert "Data înregistrării cazului" in sheet.text
    boxes = sheet.boxes.copy()
    boxes.setlist("last_name", ["Zagaievschi"])
    english = browser.post(sheet.action, data={**boxes.to_dict(), "_language": "en"})
    romanian = browser.post(sheet.action, data={**boxes.to_dict(), "_language": "ro"})
    assert "Intake date" in english.text and "Data înregistrării cazului" in romanian.text
    assert all('value="Zagaievschi"' in page.text for page in (english, romanian))


@pytest.mark.parametrize(
    "form, box, begins",
    [
        ("case", "citizenship", "MD"),
        ("organisation", "country", "MD"),
        ("plan_budget", "currency", "MDL"),
        ("success_evaluation", "currency", "MDL"),
    ],
)
def test_a_sheet_begins_with_what_is_usual_in_the_country(moldova: Demo, form: str, box: str, begins: str) -> None:
    address = f"/records/{form}/new{'' if form in ('case', 'organisation') else '?case=1'}"
    assert look(moldova.browser("coordinator"), address).boxes[box] == begins


def test_money_is_that_of_the_country_until_another_is_chosen(moldova: Demo) -> None:
    browser = moldova.browser("coordinator")
    sheet = look(browser, "/records/vacant_job/new")
    assert sheet.boxes.getlist("salary") == ["", "MDL"]
    boxes = sheet.boxes.copy()
    boxes.setlist("salary", ["", "EUR"])
    again = browser.post(sheet.action, data={**boxes.to_dict(flat=False), "_language": "en"})
    assert boxes_on(again.text).boxes.getlist("salary") == ["", "EUR"]


def test_words_of_a_listed_choice_are_taken_for_it_and_it_is_said(moldova: Demo) -> None:
    sheet = look(moldova.browser("case_manager"), "/records/activity/new?case=1")
    saved = sheet.save({"activity": ["other", "Instruire profesională"], "held_on": "azi"})
    assert "„Instruire profesională” se află în listă" in saved.text
    assert "răspunsul: Instruire profesională." in saved.text
