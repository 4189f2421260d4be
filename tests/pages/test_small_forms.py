"""The small forms beside the sheets: what is wrong is said at its box, and what was typed stands there again."""

import re
from html import unescape

import pytest

from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import filed

LONG = "De ce? " * 100
PAGES = [
    "/records/humanitarian_aid/{aid}/reverse",
    "/records/visit_report/export",
    "/cases/6/merge/5",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_reason_that_is_too_long_is_not_cut_off(demo: Demo, page: str) -> None:
    browser = demo.browser("coordinator")
    address = page.format(aid=filed(demo, "humanitarian_aid", 1)) if "{aid}" in page else page
    sent = {"reason": LONG, "kind": "csv", "csrf_token": token_on(browser.get(address).text)}
    answer = browser.post(address, data=sent)
    shown = unescape(answer.text)
    assert answer.status_code == 422 and "Eroare:" in shown
    assert "Scrieți cel mult 500 de caractere." in shown
    assert LONG.strip() in shown
    if "export" in address:
        assert re.search(r'value="csv"\s+checked', shown), "what was chosen beside it stays too"


@pytest.mark.parametrize("page", PAGES[1:])
def test_blanks_are_no_reason(demo: Demo, page: str) -> None:
    browser = demo.browser("coordinator")
    answer = browser.post(page, data={"reason": "   ", "csrf_token": token_on(browser.get(page).text)})
    assert answer.status_code == 422
    assert re.search(r'id="reason-problem">.*Scrieți', unescape(answer.text))


def test_a_day_that_cannot_be_read_is_said_beside_it(demo: Demo) -> None:
    browser, address = demo.browser("coordinator"), "/cases/6/team"
    sent = {"user": "4", "role": "lawyer", "since": "ziua de apoi", "csrf_token": token_on(browser.get(address).text)}
    shown = unescape(browser.post(address, data=sent).text)
    assert 'value="ziua de apoi"' in shown
    assert re.search(r'id="since-problem">.*Scrieți data', shown)
    assert re.search(r'value="4"\s+checked', shown) and re.search(r'value="lawyer"\s+selected', shown)


def test_nobody_is_put_on_a_team_unchosen(demo: Demo) -> None:
    browser, address = demo.browser("coordinator"), "/cases/6/team"
    sent = {"role": "lawyer", "csrf_token": token_on(browser.get(address).text)}
    answer = browser.post(address, data=sent)
    assert answer.status_code == 422
    assert re.search(r'id="user-problem">.*Alegeți o persoană', unescape(answer.text))
