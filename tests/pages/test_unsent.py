"""A sheet sent when the session is over already, by a browser that keeps no drafts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dosar.access.login.sessions.lifetimes import MAX_IDLE_TIME
from dosar.cli.demo import demo_password
from dosar.database.system_tables import utc_now
from dosar.pages.recovery.expired_session import MAX_DRAFT_BYTES
from tests.pages.browsing import look
from tests.pages.conftest import Demo, token_on

SHEET = "/records/visit_report/new?case=7"


@contextmanager
def after_lunch(demo: Demo) -> Iterator[None]:
    """A while later, when sessions nobody used are over; everybody signs in anew."""
    services = demo.app.extensions["dosar_access"]
    usual, services.clock = services.clock, lambda: utc_now() + MAX_IDLE_TIME + timedelta(minutes=1)
    try:
        yield
    finally:
        services.clock = usual
        demo.browsers.clear()


def newcomer(demo: Demo, user: str = "case_manager") -> FlaskClient:
    """Somebody in a browser of her own, whose session may end."""
    browser = demo.app.test_client()
    sign_in(browser, "/sign-in", user)
    return browser


def sign_in(browser: FlaskClient, address: str, user: str = "case_manager") -> TestResponse:
    page = browser.get(address).text
    who = {"user_name": user, "password": demo_password(user)}
    next_page = {"next": SHEET} if "next=" in address else {}
    return browser.post("/sign-in", data={**who, **next_page, "csrf_token": token_on(page)})


def test_what_was_typed_waits_as_a_draft(demo: Demo) -> None:
    browser = newcomer(demo)
    sheet = look(browser, SHEET)
    typed = {**sheet.boxes.to_dict(), "visit_purpose": "Scris peste prânz", "family.0.name": "Ana P."}
    with after_lunch(demo):
        sent = browser.post(sheet.action, data=typed)
    assert sent.status_code == 303 and "over=1" in sent.location
    assert "vă așteaptă acolo ca ciornă" in browser.get(sent.location).text
    came = sign_in(browser, sent.location)
    begun = look(browser, came.location)
    assert (begun.boxes["visit_purpose"], begun.boxes["family.0.name"]) == ("Scris peste prânz", "Ana P.")
    assert begun.boxes["_once"] == sheet.boxes["_once"], "sent again, it is still one sheet"
    assert "Scris peste prânz" not in look(demo.browser("coordinator"), SHEET).html


def typed_on(browser: FlaskClient, text: str) -> tuple[str, dict[str, str]]:
    """The sheet, begun anew, with something typed on it: its address, and what is posted."""
    begun = look(browser, SHEET)
    browser.post(begun.action, data={**begun.boxes.to_dict(), "_discard": "1"})
    sheet = look(browser, SHEET)
    return sheet.action, {**sheet.boxes.to_dict(), "visit_purpose": text}


def waits_as_draft(browser: FlaskClient, sent: TestResponse, typed: dict[str, str]) -> None:
    """What was sent waits where she goes on, and the sign-in page says so."""
    assert sent.status_code == 303 and "over=1" in sent.location
    assert "vă așteaptă acolo ca ciornă" in browser.get(sent.location).text
    begun = look(browser, sign_in(browser, sent.location).location)
    assert begun.boxes["visit_purpose"] == typed["visit_purpose"]


def test_it_waits_though_the_session_was_swept_away(demo: Demo) -> None:
    browser = newcomer(demo)
    action, typed = typed_on(browser, "Alta a început o sesiune")
    with after_lunch(demo):
        demo.app.test_client().get("/sign-in")
        sent = browser.post(action, data=typed)
    waits_as_draft(browser, sent, typed)


def test_it_waits_though_another_page_asked_for_the_password(demo: Demo) -> None:
    browser = newcomer(demo)
    action, typed = typed_on(browser, "Altă filă a cerut parola")
    with after_lunch(demo):
        assert "over=1" in browser.get("/cases/1").location
        browser.get("/sign-in")
        sent = browser.post(action, data=typed)
    waits_as_draft(browser, sent, typed)


def test_it_waits_though_she_signed_out_in_another_tab(demo: Demo) -> None:
    browser = newcomer(demo)
    action, typed = typed_on(browser, "Deconectată alături")
    browser.post("/sign-out", data={"csrf_token": typed["csrf_token"]})
    waits_as_draft(browser, browser.post(action, data=typed), typed)


def test_a_correction_waits_too(demo: Demo) -> None:
    browser = newcomer(demo)
    first = look(browser, SHEET).save({"visit_purpose": "De corectat", "visit_date": "azi", "conclusions": "Bine."})
    sheet = look(browser, f"{first.address}/edit")
    with after_lunch(demo):
        demo.app.test_client().get("/sign-in")
        sent = browser.post(sheet.action, data={**sheet.boxes.to_dict(), "visit_purpose": "Corectat peste prânz"})
    assert "over=1" in sent.location
    sign_in(browser, sent.location)
    begun = look(browser, f"{first.address}/edit")
    assert begun.boxes["visit_purpose"] == "Corectat peste prânz"
    assert "Corectat peste prânz" in begun.save({}).text


def test_who_signed_in_meanwhile_does_not_send_the_sheet_of_another(demo: Demo) -> None:
    browser = newcomer(demo)
    action, typed = typed_on(browser, "Scris de managera de caz")
    browser.post("/sign-out", data={"csrf_token": typed["csrf_token"]})
    page = browser.get("/sign-in").text
    who = {"user_name": "social_worker", "password": demo_password("social_worker")}
    browser.post("/sign-in", data={**who, "csrf_token": token_on(page)})
    sent = browser.post(action, data=typed)
    assert sent.status_code == 400 and "a fost deschisă de altcineva" in sent.text
    assert "Scris de managera" not in sent.text and "Scris de managera" not in look(browser, SHEET).html
    assert look(newcomer(demo), SHEET).boxes["visit_purpose"] == "Scris de managera de caz"


def test_more_than_a_draft_holds_is_shown_to_be_copied(demo: Demo) -> None:
    browser = newcomer(demo)
    sheet, typed = look(browser, SHEET), "Povestea lungă " * (MAX_DRAFT_BYTES // 10)
    with after_lunch(demo):
        sent = browser.post(sheet.action, data={**sheet.boxes.to_dict(), "visit_purpose": typed})
    assert sent.status_code == 413
    assert "Copiați ce ați scris" in sent.text and typed.strip() in sent.text
    sign_in(browser, "/sign-in")
    assert "Povestea lungă" not in look(browser, SHEET).html


def test_a_browser_that_never_signed_in_leaves_nothing(demo: Demo) -> None:
    stranger = demo.app.test_client()
    sent = stranger.post(SHEET, data={"visit_purpose": "De nicăieri"})
    assert sent.status_code == 303 and "over" not in sent.location
    assert "De nicăieri" not in look(demo.browser("coordinator"), SHEET).html


def test_another_site_writes_no_drafts(demo: Demo) -> None:
    browser = newcomer(demo)
    with after_lunch(demo):
        browser.post(SHEET, data={"visit_purpose": "De pe alt site"}, headers={"Sec-Fetch-Site": "cross-site"})
    sign_in(browser, "/sign-in")
    assert "De pe alt site" not in look(browser, SHEET).html


@pytest.mark.parametrize(
    ("form", "typed", "box", "told"),
    [
        ("event", {"title": "Atelier"}, "materials", "Materiale"),
        ("library_document", {"title": "Ghid"}, "files.0.file", "Fișiere, rândul 1: Fișier"),
    ],
)
def test_the_draft_says_which_files_are_to_be_chosen_again(
    demo: Demo, form: str, typed: dict[str, str], box: str, told: str
) -> None:
    browser = newcomer(demo, "coordinator")
    sheet = look(browser, f"/records/{form}/new")
    chosen = {box: (BytesIO(b"%PDF-1.7"), "Ana Prundeanu.pdf")}
    with after_lunch(demo):
        sent = browser.post(sheet.action, data={**sheet.boxes.to_dict(), **typed, **chosen})
    sign_in(browser, sent.location, "coordinator")
    begun = look(browser, f"/records/{form}/new")
    assert begun.boxes["title"] == typed["title"]
    assert f"1 fișier a fost ales aici și nu face parte din ciornă. Alegeți-l din nou: {told}" in begun.text
    assert f'id="{box.replace(".", "-")}"' in begun.html, "the row with nothing but the file is there"
    assert "Prundeanu" not in begun.html, "a file's name may be somebody's"
