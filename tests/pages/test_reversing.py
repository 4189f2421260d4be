"""Taking back an entry of the aid ledger, as the people who keep it do it."""

import re
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from dosar.fields.money import Money
from dosar.language.form import CASE_FORM
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.days import today_here
from tests.pages.conftest import Demo, token_on


@pytest.fixture
def entry(demo: Demo) -> int:
    """Aid of 120 lei, written down twice by mistake."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        actor = Actor(1, "case_manager", today_here())
        case = enter_sheet(demo.repository, demo.forms[CASE_FORM], {"opened_on": today_here(), "status": "open"}, actor)
        return enter_sheet(
            demo.repository,
            demo.forms["humanitarian_aid"],
            {
                "given_on": date(2026, 1, 2),
                "kind": "food",
                "value": Money(Decimal(120), "MDL"),
            },
            actor,
            case,
        )


def reverse(browser: FlaskClient, entry: int, reason: str, page: str | None = None) -> tuple[int, str, str]:
    address = f"/records/humanitarian_aid/{entry}/reverse"
    page = page or browser.get(address).text
    once = re.search(r'name="_once" value="([^"]+)"', page)
    assert once
    answer = browser.post(address, data={"csrf_token": token_on(page), "_once": once[1], "reason": reason})
    return answer.status_code, answer.text, answer.headers.get("Location", "")


def test_an_entry_is_reversed_with_a_reason(demo: Demo, entry: int) -> None:
    browser = demo.browser("coordinator")
    shown = browser.get(f"/records/humanitarian_aid/{entry}").text
    assert f"{entry}/reverse" in shown and f"{entry}/edit" not in shown and f"{entry}/delete" not in shown
    page = browser.get(f"/records/humanitarian_aid/{entry}/reverse").text
    status, _, back = reverse(browser, entry, "înscris de două ori", page)
    assert status == 303
    new = browser.get(back).text
    assert "-120,00" in new and "Motivul: înscris de două ori" in new
    assert f'href="/records/humanitarian_aid/{entry}"' in new
    old = browser.get(f"/records/humanitarian_aid/{entry}").text
    assert f'href="{back}"' in old and f"{entry}/reverse" not in old
    told = browser.get(f"/records/humanitarian_aid/{entry}/history").text
    assert "Stornat" in told and "înscris de două ori" in told

    assert reverse(browser, entry, "înscris de două ori", page)[2] == back, "a double click reverses once"
    status, said, _ = reverse(browser, entry, "încă o dată")
    assert (status, "a fost deja stornat" in said) == (422, True)


def test_without_a_reason_nothing_happens(demo: Demo, entry: int) -> None:
    browser = demo.browser("coordinator")
    assert reverse(browser, entry, " ")[0] == 422
    status, said, _ = reverse(browser, entry, "a" * 501)
    assert (status, "a" * 501 in said) == (422, True)
    assert "/reverse" in browser.get(f"/records/humanitarian_aid/{entry}").text


def test_only_ledgers_and_only_within_reach(demo: Demo, entry: int) -> None:
    assert demo.browser("coordinator").get("/records/case/1/reverse").status_code == 404
    assert demo.browser("volunteer").get(f"/records/humanitarian_aid/{entry}/reverse").status_code == 404
    assert demo.browser("lawyer").get(f"/records/humanitarian_aid/{entry}/reverse").status_code == 404
    for form in ("delete", "withdraw"):
        browser = demo.browser("coordinator")
        token = token_on(browser.get("/profile").text)
        answer = browser.post(f"/records/humanitarian_aid/{entry}/{form}", data={"csrf_token": token})
        assert answer.status_code in (403, 404)
