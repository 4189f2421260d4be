"""The session ends, the network goes, another tab is open: what was typed is still there."""

import re

import pytest
from playwright.sync_api import expect

from dosar.cli.demo import demo_password
from tests.browser.conftest import SignIn
from tests.browser.serving import Site
from tests.browser.visitors import Visitor
from tests.telephones import SECRET, code_now, connect_telephone


@pytest.fixture
def manager(sign_in: SignIn) -> Visitor:
    """The case manager, in Romanian."""
    return sign_in("case_manager", "ro")


def begin(visitor: Visitor, text: str, case: int) -> None:
    """A sheet with a first line, kept as a draft."""
    visitor.open(f"/records/visit_report/new?case={case}")
    visitor.named("visit_purpose").fill(text)
    assert visitor.sees("Ciornă păstrată la")


def test_a_draft_is_kept_while_typing_and_found_on_another_computer(manager: Visitor, sign_in: SignIn) -> None:
    begin(manager, "Pe jumătate scris", 3)
    elsewhere = sign_in("case_manager", "ro")
    elsewhere.open("/records/visit_report/new?case=3")
    assert elsewhere.typed("visit_purpose") == "Pe jumătate scris"
    elsewhere.press("Renunță la ciornă")
    assert elsewhere.typed("visit_purpose") == ""


def test_leaving_a_moment_after_typing_keeps_it(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=2")
    manager.named("visit_purpose").press_sequentially("Scris în grabă")
    manager.follow("Dosar")
    expect(manager.page.get_by_role("heading", level=1)).to_contain_text("Bună")
    manager.page.go_back()
    expect(manager.named("visit_purpose")).to_have_value("Scris în grabă")
    manager.press("Renunță la ciornă")


def test_what_is_typed_survives_a_lost_connection(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=7")
    manager.page.context.set_offline(True)
    manager.named("visit_purpose").press_sequentially("Fără rețea")
    assert manager.sees("Fără legătură la rețea")
    manager.press("Salvează")
    assert manager.typed("visit_purpose") == "Fără rețea", "a page is not sent into the void"
    manager.page.context.set_offline(False)
    assert manager.sees("Ciornă păstrată la"), "as soon as there is a network again"
    manager.type(visit_date="azi", conclusions="Bine.")
    manager.press("Salvează")
    assert manager.answer("Scopul vizitei") == "Fără rețea"


def test_a_sheet_locks_when_the_session_is_over_and_opens_with_the_password(manager: Visitor) -> None:
    begin(manager, "Scris înainte", 5)
    manager.page.context.clear_cookies()
    manager.named("visit_purpose").press_sequentially(" și după")
    lock = manager.page.get_by_role("dialog", name="Sesiunea s-a încheiat")
    expect(lock).to_be_visible()
    manager.page.keyboard.press("Escape")
    lock.get_by_label("Parolă").fill("altă parolă")
    manager.page.keyboard.press("Enter")
    expect(lock.get_by_role("alert")).to_contain_text("nu sunt corecte")
    lock.get_by_label("Parolă").fill(demo_password("case_manager"))
    manager.page.keyboard.press("Enter")
    expect(lock).to_have_count(0)
    manager.type(visit_date="azi", conclusions="Bine.")
    manager.press("Salvează")
    assert manager.answer("Scopul vizitei") == "Scris înainte și după"


def test_a_locked_sheet_asks_for_the_code_of_the_telephone_too(sign_in: SignIn, site: Site) -> None:
    psychologist = sign_in("psychologist", "ro")
    user_id = psychologist.page.locator("[data-worker]").get_attribute("data-worker")
    connect_telephone(site.app.extensions["dosar_access"], int(str(user_id)))
    psychologist.open("/records/service_log/new?case=3")
    psychologist.page.context.clear_cookies()
    psychologist.named("outcome").press_sequentially("Mai liniștită")
    lock = psychologist.page.get_by_role("dialog", name="Sesiunea s-a încheiat")
    lock.get_by_label("Parolă").fill(demo_password("psychologist"))
    psychologist.page.keyboard.press("Enter")
    lock.get_by_label("Codul de pe telefon").fill("000000")
    psychologist.page.keyboard.press("Enter")
    expect(lock.get_by_role("alert")).to_contain_text("Codul nu se potrivește")
    lock.get_by_label("Codul de pe telefon").fill(code_now(SECRET))
    psychologist.page.keyboard.press("Enter")
    expect(lock).to_have_count(0)
    assert psychologist.sees("Ciornă păstrată la")


def test_nobody_else_opens_a_locked_sheet(manager: Visitor) -> None:
    begin(manager, "Al managerei", 4)
    manager.page.context.clear_cookies()
    manager.another_tab().sign_in("lawyer")
    manager.named("visit_purpose").press_sequentially(".")
    lock = manager.page.get_by_role("dialog", name="Sesiunea s-a încheiat")
    lock.get_by_label("Parolă").fill(demo_password("case_manager"))
    manager.page.keyboard.press("Enter")
    expect(lock.get_by_role("alert")).to_contain_text("este autentificat altcineva")


def test_who_signs_in_again_in_another_tab_just_goes_on(manager: Visitor) -> None:
    begin(manager, "Prima filă", 2)
    manager.page.context.clear_cookies()
    manager.another_tab().sign_in("case_manager")
    token = manager.page.locator("[name=csrf_token]").first
    before = str(token.input_value())
    manager.named("visit_purpose").press_sequentially(", din nou")
    manager.type(visit_date="azi", conclusions="Bine.")
    expect(token).not_to_have_value(before)
    manager.press("Salvează")
    assert manager.answer("Scopul vizitei") == "Prima filă, din nou"


def test_a_sheet_of_an_old_session_comes_back_to_be_saved(sign_in: SignIn) -> None:
    manager = sign_in("case_manager", "ro", javascript=False)
    manager.open("/records/visit_report/new?case=2")
    manager.type(visit_date="azi", visit_purpose="Fără scripturi", conclusions="Bine.")
    manager.page.context.clear_cookies()
    manager.another_tab().sign_in("case_manager")
    manager.press("Salvează")
    assert manager.sees("V-ați autentificat din nou")
    manager.press("Salvează")
    assert manager.answer("Scopul vizitei") == "Fără scripturi"


def test_two_tabs_with_one_sheet_warn_until_one_is_closed(manager: Visitor) -> None:
    begin(manager, "În două file", 1)
    other = manager.another_tab()
    other.open("/records/visit_report/new?case=1")
    for tab in (manager, other):
        expect(tab.page.get_by_role("alert")).to_contain_text("deschisă și în altă filă")
    other.page.close()
    expect(manager.page.locator("#twice")).to_be_hidden()
    manager.page.reload()
    manager.press("Renunță la ciornă")


def test_back_after_saving_shows_no_second_sheet(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=7")
    manager.type(visit_date="1.9.2026", visit_purpose="O dată", conclusions="Bine.")
    manager.press("Salvează")
    assert manager.answer("Scopul vizitei") == "O dată"
    manager.page.go_back()
    assert manager.typed("visit_purpose") == ""
    manager.page.go_forward()
    assert manager.answer("Scopul vizitei") == "O dată"


def test_signing_out_takes_every_tab_along(manager: Visitor) -> None:
    manager.open("/cases/1")
    other = manager.another_tab()
    other.open("/cases/2")
    other.press("Deconectare")
    manager.page.wait_for_url("**/sign-in?over=1&next=%2Fcases%2F1")
    assert manager.misses("Prundeanu")


def test_a_refused_sheet_waits_as_a_draft_however_quickly_it_was_sent(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=7")
    manager.type(visit_purpose="Trimis pe loc")
    manager.press("Salvează")
    expect(manager.page.get_by_role("alert")).to_contain_text("trebuie corectate")
    manager.page.reload()
    manager.arrive()
    assert manager.typed("visit_purpose") == "Trimis pe loc"
    manager.press("Renunță la ciornă")


def test_a_refused_sheet_waits_without_scripts_too(sign_in: SignIn) -> None:
    manager = sign_in("case_manager", "ro", javascript=False)
    manager.open("/records/visit_report/new?case=4")
    manager.type(visit_purpose="Fără concluzii")
    manager.press("Salvează")
    manager.open("/records/visit_report/new?case=4")
    assert manager.typed("visit_purpose") == "Fără concluzii"
    manager.press("Renunță la ciornă")


def test_back_leads_to_a_page_after_a_sheet_was_refused(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=7")
    manager.type(visit_date="2.9.2026", visit_purpose="Din două încercări")
    manager.press("Salvează")
    manager.type(conclusions="Bine.")
    manager.press("Salvează")
    assert manager.answer("Scopul vizitei") == "Din două încercări"
    manager.page.go_back()
    manager.arrive()
    assert manager.typed("visit_purpose") == "", "what is saved is not offered once more"


def test_the_other_language_keeps_what_was_typed_a_moment_ago(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=2")
    manager.type(visit_purpose="Spus în două limbi")
    manager.speak("en")
    manager.follow("Dosar")
    manager.page.go_back()
    manager.arrive()
    assert manager.typed("visit_purpose") == "Spus în două limbi"
    manager.press("Discard the draft")
    manager.speak("ro")


def test_back_from_choosing_a_record_leads_to_the_sheet(manager: Visitor) -> None:
    manager.open("/records/risk_assessment/new?case=2")
    manager.type(assessed_on="3.9.2026")
    manager.click(manager.page.get_by_role("button", name=re.compile("– Întocmit de$")))
    assert manager.heading == "Întocmit de"
    manager.page.go_back()
    manager.arrive()
    assert manager.typed("assessed_on") == "3.9.2026"
    manager.press("Renunță la ciornă")


def test_a_language_switched_on_an_empty_sheet_leaves_no_draft(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=7")
    manager.speak("en")
    manager.open("/records/visit_report/new?case=7")
    expect(manager.page.locator(".notice-success")).to_have_count(0)
    manager.speak("ro")


def test_a_notice_stays_in_sight_while_the_first_open_box_is_far_below(manager: Visitor) -> None:
    begin(manager, "Ciorna de mai sus", 3)
    manager.page.set_viewport_size({"width": 1280, "height": 300})
    manager.page.emulate_media(reduced_motion="reduce")  # what scrolls is there at once
    manager.open("/records/visit_report/new?case=3")
    focused = manager.page.locator(":focus")
    expect(focused).to_have_attribute("name", "visit_date")
    assert focused.bounding_box()["y"] > 300, "the page is longer than the window"
    expect(manager.page.get_by_text("Ciorna dumneavoastră")).to_be_in_viewport()
    manager.press("Renunță la ciornă")


def test_a_reason_waits_when_the_page_was_hidden(sign_in: SignIn) -> None:
    coordinator = sign_in("coordinator", "ro")
    coordinator.open("/cases/6/merge/5")
    coordinator.named("reason").press_sequentially("Același buletin")
    for _ in range(3):
        coordinator.page.keyboard.press("Shift")
    coordinator.page.wait_for_url("about:blank")
    assert coordinator.is_locked_out()
    coordinator.sign_in("coordinator")
    assert coordinator.heading == "Scris și netrimis încă"
    assert coordinator.typed("reason") == "Același buletin"
    coordinator.follow("Deschide pagina")
    assert coordinator.heading == "Unirea a două cazuri"
    coordinator.open("/unsent")
    coordinator.press("Renunță")
    assert coordinator.sees("Nimic nu așteaptă")
