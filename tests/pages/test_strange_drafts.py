"""A page that came with somebody's old cookie, and does not say whose it is: she is asked, and nothing is mixed up."""

import re

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from dosar.records.unsaved.drafts import DraftPlace, look_at_draft
from tests.pages.browsing import look
from tests.pages.conftest import Demo, token_on
from tests.pages.test_team import user_id
from tests.pages.test_unsent import SHEET, after_lunch, newcomer, sign_in

ARRIVED = "Sosite fără autentificarea dumneavoastră"


def plant(demo: Demo, browser: FlaskClient, text: str, address: str = SHEET, **boxes: str) -> None:
    """Somebody sends a page with the cookie of this browser, after its session is over, and no word of whose it is."""
    with after_lunch(demo):
        sent = browser.post(address, data={"visit_purpose": text, **boxes})
    assert sent.status_code == 303 and "next=" not in sent.location


def waiting(browser: FlaskClient) -> str:
    return browser.get("/unsent").text


def answer(browser: FlaskClient, page: str, act: str) -> str:
    """Press the button of the first page that waits; where it leads."""
    found = re.search(rf"/unsent/\d+/{act}", page)
    assert found
    return browser.post(found[0], data={"csrf_token": token_on(page)}).location


def test_she_is_asked_and_sees_none_of_it_on_her_own_sheets(demo: Demo) -> None:
    browser = newcomer(demo)
    plant(demo, browser, "Strecurat de altcineva")
    assert sign_in(browser, "/sign-in").location == "/unsent"
    page = waiting(browser)
    assert ARRIVED in page and "<dt>Scopul vizitei</dt>" in page and "Strecurat de altcineva" in page
    assert "Strecurat" not in look(browser, SHEET).html and "Strecurat" not in browser.get("/").text
    answer(browser, page, "discard")
    assert "Strecurat" not in waiting(browser)


def test_what_she_says_is_hers_is_her_draft(demo: Demo) -> None:
    browser = newcomer(demo)
    author = look(browser, SHEET).boxes["author"]
    plant(demo, browser, "Scris de mine", _once="forged", author=author)
    sign_in(browser, "/sign-in")
    assert answer(browser, waiting(browser), "mine") == SHEET
    begun = look(browser, SHEET)
    assert begun.boxes["visit_purpose"] == "Scris de mine" and ARRIVED not in waiting(browser)
    assert begun.save({"visit_date": "azi", "conclusions": "Bine."}).address.startswith("/records/visit_report/")


def drafted(browser: FlaskClient, text: str) -> MultiDict[str, str]:
    """A draft of hers; what stands on its page."""
    mine = look(browser, SHEET)
    typed = {**mine.boxes.to_dict(), "visit_purpose": text, "_draft": "1"}
    assert browser.post(mine.action, data=typed).status_code == 200
    return look(browser, SHEET).boxes


def purpose(browser: FlaskClient, address: str = SHEET) -> str:
    return look(browser, address).boxes["visit_purpose"]


def test_her_own_draft_stays_as_it_is(demo: Demo) -> None:
    browser = newcomer(demo)
    drafted(browser, "Ciorna mea")
    plant(demo, browser, "Strecurat de altcineva")
    sign_in(browser, "/sign-in")
    assert purpose(browser) == "Ciorna mea"
    answer(browser, waiting(browser), "discard")
    assert purpose(browser) == "Ciorna mea" and ARRIVED not in waiting(browser)


def test_of_two_that_she_typed_none_is_lost(demo: Demo) -> None:
    browser = newcomer(demo)
    drafted(browser, "Întâi")
    plant(demo, browser, "Apoi")
    sign_in(browser, "/sign-in")
    for here, there in (("Apoi", "Întâi"), ("Întâi", "Apoi")):
        assert answer(browser, waiting(browser), "mine") == SHEET
        page = waiting(browser)
        assert "Ce ați început înainte din această fișă" in page and there in page
        assert purpose(browser) == here
    answer(browser, waiting(browser), "discard")


def test_a_page_of_hers_in_other_hands_takes_no_drafts_place(demo: Demo) -> None:
    """Somebody read her page, and sends what it says of whose it is: without a session, from anywhere."""
    browser, thief = newcomer(demo), demo.app.test_client()
    boxes = drafted(browser, "Ciorna mea")
    sent = thief.post(SHEET, data={**boxes.to_dict(), "visit_purpose": "Pus de altcineva"})
    assert sent.status_code == 303 and "next=" not in sent.location
    elsewhere = "/records/visit_report/new?case=5"
    thief.post(elsewhere, data={"_owner": boxes["_owner"], "visit_purpose": "Pus în alt caz"})
    page = waiting(browser)
    assert page.index(ARRIVED) < page.index("Pus de altcineva") and "Pus în alt caz" in page
    assert purpose(browser) == "Ciorna mea"
    assert find_draft_at(demo, 5) is None
    for _ in range(2):
        answer(browser, waiting(browser), "discard")
    thief.post(SHEET, data=boxes)
    assert ARRIVED not in waiting(browser), "what stands in her draft waits there"


def find_draft_at(demo: Demo, case: int) -> object:
    with demo.app.app_context():
        place = DraftPlace("visit_report", case)
        return look_at_draft(demo.repository, user_id(demo, "case_manager"), place)


def test_many_push_nothing_of_hers_away(demo: Demo) -> None:
    browser = newcomer(demo, "coordinator")
    for number in range(5):
        plant(demo, browser, f"Al {number}-lea", f"/records/visit_report/new?case={number + 1}")
        sign_in(browser, "/sign-in", "coordinator")
    assert [f"Al {number}-lea" in waiting(browser) for number in range(5)] == [False, False, True, True, True]


def test_a_page_without_its_words_is_no_draft_of_who_is_signed_in_either(demo: Demo) -> None:
    browser = newcomer(demo)
    sent = browser.post(SHEET, data={"visit_purpose": "Fără jetoane"})
    assert sent.location == "/unsent"
    assert ARRIVED in waiting(browser) and "Fără jetoane" not in look(browser, SHEET).html
