"""Slips of the pen, of memory and of timing: nothing typed is lost."""

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


def test_mistakes_stand_above_and_at_the_question_in_the_same_words(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=1")
    manager.type(visit_date="32.13.2026", visit_purpose="Vizită", next_visit_on="ieri")
    manager.press("Salvează")
    summary = manager.page.locator("#problems")
    expect(summary).to_be_focused()
    assert manager.page.title().startswith("Eroare:")
    links = summary.locator("a[href^='#']").all()
    assert links, "and one more, which leads to the handbook"
    for link in links:
        target = manager.page.locator(str(link.get_attribute("href")))
        words = str(link.inner_text()).partition(": ")[2]
        problem = target.locator("xpath=ancestor-or-self::div[@data-question][1]").locator(".problem")
        assert words in problem.inner_text()
    assert (manager.typed("visit_date"), manager.typed("visit_purpose")) == ("32.13.2026", "Vizită")
    assert manager.typed("family.0.name") == "Sofia P."
    summary.get_by_role("link").first.click()
    expect(manager.named("visit_date")).to_be_focused()


def test_mistakes_are_said_in_english_too(sign_in: SignIn) -> None:
    manager = sign_in("case_manager", "en")
    manager.open("/records/visit_report/new?case=1")
    manager.press("Save")
    assert manager.sees("have to be mended")
    assert manager.page.title().startswith("Error:")


def test_a_number_is_not_a_date_and_letters_are_no_number(manager: Visitor) -> None:
    manager.open("/records/risk_assessment/new?case=1")
    manager.type(assessed_on="17", risks__0__risk="Retraficare", risks__0__likelihood="mult", risks__0__severity="9")
    manager.press("Salvează")
    expect(manager.page.locator("#problems")).to_be_visible()
    for name in ("assessed_on", "risks.0.likelihood", "risks.0.severity"):
        expect(manager.named(name)).to_have_attribute("aria-invalid", "true")
    assert manager.typed("risks.0.likelihood") == "mult"


def test_a_wrong_digit_is_asked_about_and_kept_with_a_reason(manager: Visitor) -> None:
    manager.open("/records/case/5/edit/1")
    manager.type(national_id="2980327123451")
    manager.press("Salvează")
    assert manager.sees("Vă rugăm să verificați")
    assert manager.typed("national_id") == "2980327123451"
    manager.page.get_by_label("Este corect așa; salvează").check()
    manager.page.get_by_label("De ce (se păstrează cu înregistrarea)").fill("Așa scrie în act.")
    manager.press("Salvează")
    assert manager.answer("Cod numeric personal (CNP)") == "2980327123451"
    manager.follow("Istoric modificări")
    assert manager.sees("Așa scrie în act.")


def test_two_people_correct_one_record_and_both_are_kept(manager: Visitor, sign_in: SignIn) -> None:
    colleague = sign_in("coordinator", "ro")
    for worker in (manager, colleague):
        worker.open("/records/visit_report/4/edit")
    colleague.type(visit_purpose="Scopul coordonatoarei", skills="Gătește.")
    colleague.press("Salvează")
    assert colleague.answer("Abilități") == "Gătește."
    manager.type(visit_purpose="Scopul managerei", other="De urmărit somnul.")
    manager.press("Salvează")
    assert manager.sees("Altcineva a salvat între timp această înregistrare")
    assert manager.page.title().startswith("Eroare:")
    clash = manager.group("Scopul vizitei")
    expect(clash).to_contain_text("Scopul coordonatoarei")
    expect(clash).to_contain_text("Scopul managerei")
    expect(clash.get_by_label("Scopul managerei")).to_be_checked()
    expect(manager.group("Abilități").get_by_label("Gătește.")).to_be_checked()
    manager.press("Salvează")
    assert manager.answer("Scopul vizitei") == "Scopul managerei"
    assert manager.answer("Abilități") == "Gătește."
    assert manager.answer("Altele") == "De urmărit somnul."


def test_a_double_click_makes_one_record(manager: Visitor) -> None:
    manager.open("/records/visit_report?case=5")
    before = len(manager.rows)
    manager.open("/records/visit_report/new?case=5")
    manager.type(visit_date="azi", visit_purpose="O singură dată", conclusions="Bine.")
    manager.page.get_by_role("button", name="Salvează", exact=True).dblclick()
    manager.arrive()
    assert manager.answer("Scopul vizitei") == "O singură dată"
    manager.open("/records/visit_report?case=5")
    assert len(manager.rows) == before + 1
