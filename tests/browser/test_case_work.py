"""A case manager's day: a case from the first call to the next visit, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor
from tests.databases import DATABASES

ON = DATABASES


@pytest.fixture
def manager(sign_in: SignIn) -> Visitor:
    """The case manager, in Romanian."""
    return sign_in("case_manager", "ro")


def test_she_opens_a_case_section_by_section(manager: Visitor) -> None:
    manager.follow("Cazuri")
    manager.follow("Adaugă")
    manager.type(opened_on="ieri", last_name="Țurcan", first_name="Ștefania", birth_date="martie 1998")
    expect(manager.page.locator("#birth_date-echo")).to_have_text("martie 1998")
    manager.tick("Sex", "Feminin")
    manager.press("Salvează și continuă")
    assert manager.notice == "Salvat."
    manager.tick("Statutul de victimă", "Victimă potențială")
    manager.press("Salvează și continuă")
    manager.type(county="Cluj", phone="0740 000 222")
    manager.press("Salvează")
    assert manager.answer("Data nașterii") == "martie 1998"
    assert manager.answer("Telefon") == "+40 740 000 222"
    assert re.fullmatch(r"D-\d{4}-\d{4}", manager.answer("Număr caz"))


def test_she_records_a_request_and_an_intake_with_consent(manager: Visitor) -> None:
    manager.open("/records/referral/new?case=3")
    manager.type(registered_on="azi")
    manager.tick("Cerere directă sau referire", "Referire de la alt partener")
    manager.pick("Organizația care a referit cazul", "Brigada de combatere a traficului Someș (fictivă)")
    assert manager.typed("registered_on") == "azi", "nothing typed is lost on the way"
    manager.press("Salvează")
    assert "Brigada" in manager.answer("Organizația care a referit cazul")
    manager.open("/records/intake/new?case=1")
    manager.type(informed_on="azi")
    assert manager.misses("Beneficiarul are sub 18 ani la luarea în evidență"), "the date of birth says it"
    assert manager.misses("Data consimțământului")
    manager.tick("Consimțământ informat privind asistența", "Da")
    manager.type(consent_on="azi")
    manager.tick("Consimțământ exprimat de", "Beneficiar")
    manager.tick("Semnat pe hârtie", "Da")
    manager.press("Salvează")
    assert manager.answer("Consimțământ informat privind asistența") == "Da"
    assert manager.answer("Informat(ă) de") == "Teodora Brândușan", "she herself, unless she says otherwise"


def test_she_assesses_several_risks(manager: Visitor) -> None:
    manager.open("/records/risk_assessment/new?case=3")
    manager.type(assessed_on="azi")
    manager.tick("Etapa", "Evaluare inițială (la includerea în program)")
    expect(manager.reckoned("risk_count")).to_have_text("1")  # the one still open comes along
    manager.type(risks__0__risk="Retraficare", risks__0__likelihood="4", risks__0__severity="5")
    expect(manager.reckoned("risks.0.score")).to_have_text(re.compile("^20"))
    manager.named("risks.0.severity").press("Control+Enter")
    manager.type(risks__1__risk="Lipsa locuinței", risks__1__likelihood="2", risks__1__severity="3")
    expect(manager.reckoned("highest_score")).to_have_text(re.compile("^20"))
    expect(manager.reckoned("risk_count")).to_have_text("2")
    manager.press("Salvează")
    assert manager.answer("Scorul cel mai mare") == "20 – Critic"
    assert manager.answer("Numărul riscurilor") == "2"
    assert manager.sees("6 – Mediu")


def test_the_ledger_of_aid_adds_up_by_kind_and_currency(manager: Visitor) -> None:
    for value, currency in (("1.250,50", "RON"), ("100", "EUR"), ("49,50", "RON")):
        manager.open("/records/humanitarian_aid/new?case=3")
        manager.type(given_on="azi", kind="Voucher", value=value)
        manager.page.locator("select[name=value]").select_option(currency)
        manager.press("Salvează")
        assert manager.notice == "Salvat."
    manager.open("/records/humanitarian_aid?case=3&kind=voucher")
    totals = manager.page.locator(".totals").first.inner_text()
    assert re.findall(r"Voucher\s+(\S+ \w+)", totals) == ["100,00 EUR", "1.300,00 RON"]
    manager.speak("en")
    assert "1,300.00 RON" in manager.page.locator(".totals").first.inner_text()


def test_a_visit_begins_with_the_family_of_the_last_one(manager: Visitor) -> None:
    manager.open("/cases/1")
    manager.click(manager.page.get_by_role("link", name=re.compile("^Adaugă.*Raport de vizită")))
    assert manager.typed("family.0.name") == "Sofia P."
    expect(manager.group("Frecventare")).to_be_visible()  # the paper has the box for every child
    manager.tick("Inclus(ă) în procesul educațional", "Da")
    manager.tick("Frecventare", "Bună")
    manager.type(visit_date="azi", visit_purpose="Vizită de probă", conclusions="Totul este bine.")
    manager.press("Salvează")
    assert manager.answer("Frecventare") == "Bună"
    assert manager.sees("Sofia P.")


def test_hidden_answers_are_not_kept(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=1")
    manager.tick("Grădiniță", "Da")
    manager.type(edu_kindergarten_name="Grădinița nr. 5, grupa mijlocie")
    manager.tick("Grădiniță", "Nu")
    manager.type(visit_date="azi", visit_purpose="Vizită", conclusions="Bine.")
    manager.press("Salvează")
    assert manager.answer("Grădiniță") == "Nu"
    assert manager.misses("Grădinița și grupa")


def test_a_correction_stays_in_the_history(manager: Visitor) -> None:
    manager.open("/records/visit_report?case=1")
    manager.follow("18.03.2026")
    manager.follow("Modifică")
    manager.type(visit_purpose="Pregătirea audierii, cu avocatul", next_visit_on="20 aprilie 2026")
    manager.press("Salvează")
    manager.follow("Istoric modificări")
    change = manager.page.locator(".change").first.inner_text()
    for words in ("Modificat", "Teodora Brândușan", "Pregătirea audierii din apel", "cu avocatul", "20.04.2026"):
        assert words in change
    manager.speak("en")
    change = manager.page.locator(".change").first.inner_text()
    for words in ("Corrected", "Purpose of visit", "Next visit date", "15 Apr 2026", "20 Apr 2026"):
        assert words in change


def test_a_deleted_record_comes_back(manager: Visitor) -> None:
    manager.open("/records/visit_report/3")
    manager.press("Șterge")
    assert manager.notice == "Înregistrarea a fost ștearsă."
    manager.press("Anulează ștergerea")
    assert manager.notice == "Înregistrarea a fost restaurată."
    assert manager.answer("Scopul vizitei")
