"""Romanian and English, wherever one is and whatever one is doing."""

from typing import Any

from tests.browser.conftest import SignIn
from tests.browser.serving import Site
from tests.browser.visitors import Visitor


def test_a_switch_in_the_middle_of_a_sheet_keeps_everything(sign_in: SignIn) -> None:
    manager = sign_in("case_manager", "ro")
    manager.open("/records/visit_report/new?case=1")
    manager.type(visit_date="27.3.26", visit_purpose="Țigări și pâine", family__1__name="Ștefan P.")
    manager.tick("Inclus(ă) în procesul educațional", "Da")
    manager.tick("Frecventare", "Bună")
    manager.named("family.1.name").press("Control+Enter")
    manager.type(family__2__name="Nou")
    manager.speak("en")
    assert manager.heading == "Study visit report (Annex No. 3)"
    assert [manager.typed(name) for name in ("visit_date", "visit_purpose", "family.1.name", "family.2.name")] == [
        "27.3.26",
        "Țigări și pâine",
        "Ștefan P.",
        "Nou",
    ]
    assert manager.group("Attendance").get_by_label("Good").is_checked()
    manager.type(conclusions="Fine.")
    manager.press("Save")
    assert manager.answer("Date of visit") == "27 Mar 2026"
    assert manager.answer("Attendance") == "Good"
    manager.speak("ro")
    assert manager.answer("Data vizitei") == "27.03.2026"


def test_the_choice_is_hers_on_every_browser(sign_in: SignIn, visit: Any, site: Site) -> None:
    sign_in("lawyer", "en")
    elsewhere: Visitor = visit(site)
    elsewhere.sign_in("lawyer")
    assert elsewhere.language == "en"
    elsewhere.speak("ro")
    again: Visitor = visit(site)
    again.sign_in("lawyer")
    assert again.language == "ro"


def test_the_sign_in_page_speaks_both(visit: Any, site: Site) -> None:
    visitor: Visitor = visit(site)
    visitor.open("/sign-in")
    assert visitor.language == "ro", "whatever the browser asks for"
    visitor.speak("en")
    assert visitor.heading == "Sign in"


def test_numbers_and_dates_are_written_as_the_reader_writes_them(sign_in: SignIn) -> None:
    manager = sign_in("case_manager", "ro")
    manager.open("/records/humanitarian_aid?case=1")
    assert manager.sees("12.06.2026") and manager.sees("760,00 RON")
    manager.speak("en")
    assert manager.sees("12 Jun 2026") and manager.sees("760.00 RON")
    manager.open("/records/humanitarian_aid/new?case=1")
    manager.type(value="1,250.50")
    assert manager.sees("1,250.5")
