"""Four sheets filled in with the keyboard alone; what each costs is counted and printed."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.typists import Typist

KEYS_FOR_AN_ANSWER = 5
"""Tab, a choice or two, and the way past the questions left empty: more would wear people out."""


def typist(sign_in: SignIn, role: str, language: str, address: str) -> Typist:
    """Somebody at an empty sheet."""
    worker = sign_in(role, language)
    worker.open(address)
    return Typist(worker)


@pytest.mark.parametrize("language", ["ro", "en"])
def test_a_visit_report(sign_in: SignIn, language: str) -> None:
    vera = typist(sign_in, "volunteer", language, "/records/visit_report/new?case=1")
    vera.skip_to_the_sheet()
    vera.write(visit_date="27.3.26", visit_purpose="Vizită la domiciliu")
    vera.choose(in_school="yes")
    vera.choose(edu_school="yes")
    vera.write(edu_school_name="Liceul 2, clasa a X-a")
    vera.choose(attendance="good")
    vera.write(skills="Gătește singură.", family__0__name="Maria P.", conclusions="Totul merge bine.",
               next_visit_on="27.4.26")
    vera.save()
    expect(vera.page.locator(".notice-success")).to_be_visible()
    tell(vera, "visit report")


def test_an_aid_entry(sign_in: SignIn) -> None:
    ana = typist(sign_in, "case_manager", "ro", "/records/humanitarian_aid/new?case=1")
    ana.skip_to_the_sheet()
    ana.write(given_on="azi", kind="Pachet a", contents="Făină, ulei, orez", value="125,50")
    ana.save()
    expect(ana.page.locator(".notice-success")).to_be_visible()
    assert ana.visitor.answer("Tipul ajutorului") == "Pachet alimentar"
    tell(ana, "aid entry")


def test_a_risk_annex(sign_in: SignIn) -> None:
    ana = typist(sign_in, "case_manager", "ro", "/records/risk_assessment/new?case=1")
    ana.skip_to_the_sheet()
    ana.write(assessed_on="azi")
    ana.choose(stage="ongoing")
    ana.write(risks__0__risk="Retraf", risks__0__likelihood="2", risks__0__severity="4")
    ana.press("Control+Enter")
    ana.write(risks__1__risk="Lipsa loc", risks__1__likelihood="3", risks__1__severity="3")
    ana.save()
    assert ana.visitor.answer("Scorul cel mai mare") == "9 – Mediu"
    tell(ana, "risk annex")


def test_an_intake(sign_in: SignIn) -> None:
    ana = typist(sign_in, "case_manager", "ro", "/records/intake/new?case=5")
    ana.skip_to_the_sheet()
    ana.write(informed_on="azi", informed_language="română")
    ana.choose(minor_at_intake="no", consent_assistance="yes")
    ana.write(consent_on="azi")
    ana.choose(consent_by="beneficiary", consent_signed="yes")
    ana.write(identified_on="1.11.2026")
    ana.save()
    assert ana.visitor.answer("Consimțământ privind asistența") == "Da"
    tell(ana, "intake")


def tell(worker: Typist, task: str) -> None:
    """Print the count, and hold it."""
    print(worker.told(task))
    assert worker.keys <= KEYS_FOR_AN_ANSWER * worker.answers, worker.told(task)
