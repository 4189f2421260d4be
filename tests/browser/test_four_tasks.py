"""Four sheets filled in with the keyboard alone and with the mouse; what each costs is counted and printed."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.typists import AtTheKeys, AtTheMouse, Typist

KEYS_FOR_AN_ANSWER = 3
"""Beside its letters: Tab, one to choose, and the way past a question left empty."""
MORE_CLICKS = 3
"""Beside one for an answer: to save, to add a row, to open a list."""


@dataclass(frozen=True)
class Task:
    """A sheet somebody fills in."""

    role: str
    address: str
    fill: Callable[[Typist], None]


def visit_report(hands: Typist) -> None:
    hands.write(visit_date="27.3.26", visit_purpose="Vizită la domiciliu")
    hands.choose(in_school="yes", edu_school="yes")
    hands.write(edu_school_name="Liceul 2, clasa a X-a")
    hands.choose(attendance="good")
    hands.write(skills="Gătește singură.")
    hands.begin_rows("family")
    hands.write(family__0__name="Maria P.", conclusions="Totul merge bine.", next_visit_on="27.4.26")


def aid_entry(hands: Typist) -> None:
    hands.write(given_on="azi")
    hands.pick(kind="food")
    hands.write(contents="Făină, ulei, orez", value="125,50")


def risk_annex(hands: Typist) -> None:
    hands.write(assessed_on="azi")
    hands.choose(stage="ongoing")
    hands.pick(risks__0__risk="retrafficking")
    hands.write(risks__0__likelihood="2", risks__0__severity="4")
    hands.add_row("risks")
    hands.pick(risks__1__risk="homeless")
    hands.write(risks__1__likelihood="3", risks__1__severity="3")


def intake(hands: Typist) -> None:
    hands.write(informed_on="azi", informed_language="română", interpreter_name="Vera P.")
    hands.choose(consent_assistance="yes")
    hands.write(consent_on="azi")
    hands.choose(consent_by="beneficiary", consent_signed="yes")
    hands.write(identified_on="1.11.2026")


TASKS = {
    "visit report": Task("volunteer", "/records/visit_report/new?case=1", visit_report),
    "aid entry": Task("case_manager", "/records/humanitarian_aid/new?case=1", aid_entry),
    "risk annex": Task("coordinator", "/records/risk_assessment/new?case={without_risks}", risk_annex),
    "intake": Task("case_manager", "/records/intake/new?case=1", intake),
}


WITHOUT_RISKS = {"ro": 1, "en": 2}
"""A case for each without an open risk: those of the last assessment would stand on the sheet already."""


@pytest.mark.parametrize(("language", "hands"), [("ro", AtTheKeys), ("en", AtTheMouse)], ids=["keys", "mouse"])
@pytest.mark.parametrize("name", TASKS)
def test_a_sheet_costs_little_more_than_its_answers(
    sign_in: SignIn,
    name: str,
    language: str,
    hands: type[Typist],
    tell: Callable[[str], None],
) -> None:
    task = TASKS[name]
    worker = sign_in(task.role, language)
    worker.open(task.address.format(without_risks=WITHOUT_RISKS[language]))
    typist = hands(worker)
    task.fill(typist)
    typist.save()
    expect(worker.page.locator(".notice-success")).to_be_visible()
    tell(typist.told(name))
    assert typist.keys <= KEYS_FOR_AN_ANSWER * typist.answers, typist.told(name)
    assert typist.clicks <= typist.answers + MORE_CLICKS, typist.told(name)
