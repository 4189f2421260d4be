"""Narrowing a list on its page: by what its records point to, by days, and by what was not answered."""

import re
from datetime import timedelta

from tests.pages.conftest import Demo
from tests.pages.test_case_page import TODAY, filed


def test_a_ledger_is_narrowed_by_its_funder(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    page = browser.get("/records/humanitarian_aid").text
    select = page.partition('id="filter-funder"')[2].partition("</select>")[0]
    found = re.findall(r'<option value="(\d+)">([^<]+)<', select)
    assert found and 'value="~none"' in select
    number, name = found[0]
    narrowed = browser.get(f"/records/humanitarian_aid?funder={number}").text
    cells = re.findall(r'data-label="Sursa de finanțare"[^>]*>([^<]*)<', narrowed)
    assert cells and set(cells) == {name}
    assert f'<option value="{number}" selected>' in narrowed


def test_above_twenty_one_searches_among_them(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    assert 'data-narrows="filter-donor"' not in browser.get("/records/project").text
    for number in range(21):
        donor = filed(demo, "organisation", name=f"Finanțator {number}")
        filed(demo, "project", title=f"Proiect {number}", starts_on=TODAY, donor=donor)
    page = browser.get("/records/project").text
    assert 'data-narrows="filter-donor"' in page and "js/narrow" in page


def test_a_list_is_narrowed_by_days(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    first = f"{TODAY + timedelta(1):%d.%m.%Y}"
    page = browser.get(f"/records/humanitarian_aid?given_on.from={first}&given_on.to=").text
    assert f'value="{first}"' in page and "<tbody>" not in page
    assert "<tbody>" in browser.get(f"/records/humanitarian_aid?given_on.to={TODAY.isoformat()}").text
    page = browser.get("/records/humanitarian_aid?given_on.from=32.13.2026").text
    assert 'value="32.13.2026"' in page and 'class="problem"' in page and "<tbody>" in page
