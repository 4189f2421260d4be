"""What a sheet does for whoever types it in: understands, derives, chooses by a letter, saves from anywhere."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.visitors import Visitor
from tests.days import today_here

RING = """
() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return outlineStyle === "none" ? 0 : parseFloat(outlineWidth);
}
"""


@pytest.fixture
def manager(sign_in: SignIn) -> Visitor:
    """The case manager, in Romanian."""
    return sign_in("case_manager", "ro")


def test_a_cnp_fills_in_what_follows_from_it(manager: Visitor) -> None:
    manager.open("/records/case/new")
    manager.named("national_id").focus()
    manager.type(opened_on="azi", last_name="Cosma", first_name="Ilie", national_id="1980327120013")
    expect(manager.named("birth_date")).to_have_value("27.03.1998")
    age = today_here().year - 1998 - ((today_here().month, today_here().day) < (3, 27))
    expect(manager.page.locator("#birth_date-echo")).to_have_text(re.compile(rf"^27 martie 1998, {age} (de )?ani$"))
    expect(manager.group("Sex").get_by_label("Masculin")).to_be_checked()
    manager.press("Salvează și continuă")
    manager.follow("Domiciliu și date de contact")
    county = manager.named("county")
    assert county.evaluate("box => box.selectedOptions[0].text") != "Cluj", "where she lives is not where she was born"
    manager.press("Cluj, unde a fost eliberat CNP-ul: completați")
    assert county.evaluate("box => box.selectedOptions[0].text") == "Cluj"
    manager.open("/records/person/new?case=3")
    manager.named("national_id").focus()
    manager.type(national_id="1980327120013", last_name="Cosma")
    manager.press("Cluj, unde a fost eliberat CNP-ul: completați")
    assert (manager.typed("county"), manager.typed("last_name")) == ("RO-CJ", "Cosma")


def test_a_letter_chooses_and_delete_clears(manager: Visitor) -> None:
    manager.open("/records/visit_report/new?case=3")
    school = manager.group("Grădiniță")
    school.get_by_label("Da").focus()
    manager.page.keyboard.press("n")
    expect(school.get_by_label("Nu")).to_be_checked()
    manager.page.keyboard.press("d")
    expect(school.get_by_label("Da")).to_be_checked()
    expect(manager.named("edu_kindergarten_name")).to_be_visible()
    manager.page.keyboard.press("Delete")
    expect(school.get_by_label("Da")).not_to_be_checked()
    expect(manager.named("edu_kindergarten_name")).to_be_hidden()


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("iasi", "Iași"),
        ("timis", "Timiș"),
        ("satu m", "Satu Mare"),
        ("BIS", "Bistrița-Năsăud"),
        ("vvv", "Vrancea"),
        ("ialx", "Ialomița"),
    ],
)
def test_letters_choose_from_a_long_list_without_diacritics(manager: Visitor, typed: str, chosen: str) -> None:
    manager.open("/records/visit_report/new?case=3")
    county = manager.named("county")
    county.select_option("")
    county.focus()
    manager.page.keyboard.type(typed)
    assert county.evaluate("box => box.selectedOptions[0].text") == chosen


def test_a_new_sheet_begins_at_its_first_open_question(manager: Visitor) -> None:
    manager.open("/records/humanitarian_aid/new?case=7")
    expect(manager.named("given_on")).to_be_focused()
    manager.type(given_on="1.10.2026", kind="Voucher", value="10")
    manager.press("Salvează și adaugă alta")
    expect(manager.page.locator(".notice-success")).to_be_visible()
    assert manager.typed("given_on") == "01.10.2026", "the day of the pile is kept"
    expect(manager.named("kind")).to_be_focused()


def test_the_last_sheets_of_a_pile_are_taken_back_where_they_were_typed(sign_in: SignIn) -> None:
    vera = sign_in("volunteer", "ro", width=390)
    vera.open("/records/visit_report/new?case=3")
    for day in ("3.10.2026", "4.10.2026"):
        vera.type(visit_date=day, visit_purpose="Din teanc", conclusions="Bine.", locality="Bălți")
        vera.press("Salvează și adaugă alta")
        expect(vera.page.locator(".notice-success")).to_be_visible()
    assert (vera.typed("visit_date"), vera.typed("locality")) == ("04.10.2026", "Bălți"), "day and place are kept"
    typed = vera.page.get_by_role("region", name="astăzi")
    expect(typed.get_by_role("link", name="04.10.2026")).to_be_visible()
    vera.click(typed.get_by_role("button", name="Retrage – 03.10.2026").first)
    expect(vera.page.locator(".notice-success")).to_contain_text("retrasă")
    assert vera.heading == "Raport de vizită (anexa nr. 3)", "and she goes on"
    expect(typed.get_by_role("link", name="03.10.2026")).to_have_count(0)


def test_a_currency_typed_beside_its_amount_is_chosen(manager: Visitor) -> None:
    manager.open("/records/humanitarian_aid/new?case=7")
    currency = manager.page.locator("select[name=value]")
    value, echo = manager.page.locator("input[name=value]"), manager.page.locator("#value-echo")
    for typed, chosen, echoed in [
        ("1500 €", "EUR", "1.500"),
        ("20 lei", "RON", ""),
        ("2000 mdl", "MDL", "2.000"),
        ("3 lei", "MDL", ""),
    ]:
        value.fill(typed)
        value.blur()
        expect(currency).to_have_value(chosen)
        expect(echo).to_have_text(echoed)


def test_words_of_ones_own_are_asked_for_with_other(manager: Visitor) -> None:
    manager.open("/records/humanitarian_aid/new?case=7")
    words = manager.page.get_by_label("Altele: cu propriile cuvinte")
    expect(words).to_be_hidden()
    manager.named("kind").select_option("other")
    expect(words).to_be_visible()


def test_the_place_of_the_keyboard_is_always_seen(manager: Visitor) -> None:
    manager.open("/records/intake/new?case=7")
    left = 0
    for _ in range(30):
        manager.page.keyboard.press("Tab")
        if manager.page.evaluate("document.activeElement === document.body"):
            left += 1  # past the last box it goes round by the browser's own bar
            continue
        assert float(manager.page.evaluate(RING)) >= 2, manager.page.evaluate("document.activeElement.outerHTML")
    assert left <= 1


def test_a_printed_page_holds_the_record_alone(manager: Visitor) -> None:
    manager.open("/records/visit_report/2")
    manager.page.emulate_media(media="print")
    for around in ("header.page-head", "nav.menu", ".acts"):
        expect(manager.page.locator(around)).to_be_hidden()
    assert manager.answer("Scopul vizitei")


def test_a_printed_ledger_is_a_table_to_sign(manager: Visitor) -> None:
    """A sheet of A4 is as narrow as a phone is wide; on paper the rows stay rows, each with its two signatures."""
    manager.page.set_viewport_size({"width": 718, "height": 1000})
    manager.open("/records/study_ledger?case=4")
    signature = manager.page.get_by_role("columnheader", name="Semnătura beneficiarului")
    expect(signature).to_be_hidden()
    manager.page.emulate_media(media="print")
    expect(signature).to_be_visible()
    expect(manager.page.get_by_role("columnheader", name="Semnătura administratorului")).to_be_visible()
    expect(manager.page.get_by_role("columnheader", name="Sumă")).to_be_visible()
