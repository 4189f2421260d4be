"""The days of a volunteer, a case manager and a coordinator, in both languages: the volunteer's on a slow
network, the case manager's with a network that goes, in Romanian at the keys alone and in English at the mouse."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.typists import AtTheKeys, AtTheMouse, Typist
from tests.browser.visitors import Visitor
from tests.databases import DATABASES

ON = DATABASES

SLOW = {"offline": False, "latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 20_000}
"""A phone at the edge of a village."""

WORDS: dict[str, dict[str, str]] = {
    "ro": {
        "sheet": "Raport de vizită (anexa nr. 3)",
        "sheets": "Rap(ort|oarte) de vizită",
        "save": "Salvează",
        "more": "Salvează și adaugă alta",
        "saved": "Salvat.",
        "next": "Salvat. Urmează fișa următoare.",
        "purpose": "Scopul vizitei",
        "check": "Fișe de verificat",
        "accept": "Acceptă",
        "correct": "Modifică",
        "deleted": "Înregistrări șterse",
        "restore": "Restabilește",
        "delete": "Șterge",
        "add": "Adaugă",
        "kept": "Ciornă păstrată la",
        "lost": "Fără legătură la rețea",
        "history": "Istoric modificări",
        "corrected": "Modificat",
    },
    "en": {
        "sheet": "Study visit report (Annex No. 3)",
        "sheets": "Study visit reports?",
        "save": "Save",
        "more": "Save and add another",
        "saved": "Saved.",
        "next": "Saved. Here is the next one.",
        "purpose": "Purpose of visit",
        "check": "Records to check",
        "accept": "Accept",
        "correct": "Correct",
        "deleted": "Deleted records",
        "restore": "Restore",
        "delete": "Delete",
        "add": "Add",
        "kept": "Draft kept at",
        "lost": "No connection",
        "history": "Change history",
        "corrected": "Corrected",
    },
}


def slowed(visitor: Visitor) -> Visitor:
    """The same browser, far from the next mast."""
    line: Any = visitor.page.context.new_cdp_session(visitor.page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW)
    return visitor


@pytest.mark.parametrize("language", ["ro", "en"])
def test_a_volunteer_types_in_a_pile_of_paper(sign_in: SignIn, language: str) -> None:
    words = WORDS[language]
    vera = slowed(sign_in("volunteer", language, width=390))
    vera.follow(words["sheet"])
    vera.click(vera.page.get_by_role("link", name=re.compile("^DEMO-005")))
    for purpose in ("Prima foaie", "A doua foaie"):
        vera.type(visit_date="1.10.2026", visit_purpose=purpose, conclusions="Bine.", locality="Fălești")
        vera.press(words["more"])
        expect(vera.page.locator(".notice-success")).to_contain_text(words["next"])
        assert vera.typed("visit_purpose") == ""
    vera.open("/")
    entered = vera.page.get_by_role("link", name=words["sheet"])
    expect(entered.nth(2)).to_be_visible()


@pytest.mark.parametrize(("language", "hands"), [("ro", AtTheKeys), ("en", AtTheMouse)], ids=["ro-keys", "en-mouse"])
def test_a_case_manager_goes_on_with_a_case(sign_in: SignIn, language: str, hands: type[Typist]) -> None:
    words = WORDS[language]
    ana = sign_in("case_manager", language)
    ana.page.get_by_role("searchbox").press_sequentially("demo-001")
    ana.enter()
    assert ana.heading.startswith("DEMO-001")
    follow(ana, hands, re.compile(f"^{words['add']} – {words['sheets']}"))
    sheet = hands(ana)
    sheet.write(visit_date="2.11.2026", visit_purpose="Prima vizită")
    assert ana.sees(words["kept"])
    ana.page.context.set_offline(True)
    sheet.write(skills="Scris fără rețea.")
    assert ana.sees(words["lost"])
    ana.page.context.set_offline(False)
    sheet.write(conclusions="Bine.")
    assert ana.sees(words["kept"])
    sheet.save()
    assert ana.notice == words["saved"]
    follow(ana, hands, words["correct"])
    ana.named("visit_purpose").fill("Prima vizită și ultima")
    with ana.page.expect_navigation():
        ana.page.keyboard.press("Control+s")
    follow(ana, hands, words["history"])
    newest = ana.page.locator(".change").first
    for told in (words["corrected"], "Teodora Brândușan", "Prima vizită și ultima"):
        expect(newest).to_contain_text(told)
    follow(ana, hands, re.compile("^DEMO-001"))
    expect(ana.page.get_by_role("listitem").filter(has_text=words["sheet"]).first).to_be_visible()


def follow(visitor: Visitor, hands: type[Typist], link: Any) -> None:
    """Go where a link leads, with Enter or with a click."""
    found = visitor.page.get_by_role("link", name=link).first
    if hands is AtTheKeys:
        found.focus()
        visitor.enter()
    else:
        visitor.click(found)


@pytest.mark.parametrize("language", ["ro", "en"])
def test_a_coordinator_looks_after_the_sheets_of_others(sign_in: SignIn, language: str) -> None:
    words = WORDS[language]
    vera = sign_in("volunteer", "ro")
    vera.open("/records/visit_report/new?case=3")
    vera.type(visit_date="2.10.2026", visit_purpose="De verificat", conclusions="Bine.")
    vera.press("Salvează")
    address = vera.page.url
    anca = sign_in("coordinator", language)
    expect(anca.page.get_by_role("heading", name=words["check"])).to_be_visible()
    anca.page.goto(address)
    anca.press(words["accept"])
    assert anca.answer(words["purpose"]) == "De verificat"
    anca.press(words["delete"])
    expect(anca.page.locator(".notice-success")).to_be_visible()
    anca.open("/deleted")
    assert anca.heading == words["deleted"]
    anca.click(anca.page.get_by_role("button", name=re.compile(f"^{words['restore']}")).first)
    assert anca.answer(words["purpose"]) == "De verificat"
