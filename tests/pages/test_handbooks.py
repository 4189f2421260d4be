"""The handbooks as pages: for everybody, whether or not she could come in."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from dosar.handbooks.shelf import find_book
from dosar.pages.help import handbook_pages
from tests.pages.browsing import look
from tests.pages.conftest import Demo, token_on

ABOUT = "/help/worker/about"


def test_who_has_not_signed_in_reads_them_too(demo: Demo) -> None:
    visitor = demo.app.test_client()
    assert 'href="/help"' in visitor.get("/sign-in").text
    shown = visitor.get("/help").text
    assert f'href="{ABOUT}"' in shown
    page = visitor.get(ABOUT)
    assert page.status_code == 200 and 'id="finding"' in page.text and "/sign-out" not in page.text
    assert visitor.get("/help/worker").status_code == 200, "a book opens at its first chapter"
    assert visitor.get("/help/worker/00-about").location == ABOUT
    assert visitor.get(visitor.get("/help/lost").location).status_code == 200
    for nothing in ("/help/nothing", "/help/worker/nothing", "/help/pictures/ro/none.png", "/help/pictures/ro/..%2f"):
        assert visitor.get(nothing).status_code == 404, nothing


def test_it_is_read_in_the_readers_language(demo: Demo) -> None:
    visitor = demo.app.test_client()
    for language, title in (("ro", "Despre acest manual"), ("en", "About this handbook")):
        visitor.set_cookie("language", language)
        page = visitor.get(ABOUT).text
        assert f"<h1>{title}</h1>" in page and f'<html lang="{language}">' in page


def test_a_book_is_taken_along_as_pdf(demo: Demo) -> None:
    visitor = demo.app.test_client()
    visitor.set_cookie("language", "ro")
    assert 'href="/help/volunteer.pdf"' in visitor.get("/help").text
    answer = visitor.get("/help/volunteer.pdf")
    assert answer.mimetype == "application/pdf" and "attachment" in answer.headers["Content-Disposition"]
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages]
    chapters = find_book("volunteer", "ro").chapters  # type: ignore[union-attr]
    assert len(pages) == 4, "as many as somebody reads who comes to help for an afternoon"
    assert all(any(chapter.title in page for page in pages) for chapter in chapters)
    assert visitor.get("/help/nothing.pdf").status_code == 404


def test_where_nothing_sets_it_no_link_leads_there(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handbook_pages, "can_make_pdf", lambda: False)
    visitor = demo.app.test_client()
    shown = visitor.get("/help", headers={"Accept-Language": "en"})
    assert ".pdf" not in shown.text and visitor.get("/help/volunteer.pdf").status_code == 404
    assert ".pdf" not in visitor.get(ABOUT).text


def test_a_word_leads_to_its_place(demo: Demo) -> None:
    worker = demo.browser("case_manager")
    page = worker.get("/help").text
    found = worker.post("/help", data={"words": "diacritice", "csrf_token": token_on(page)})
    assert found.status_code == 200
    assert f'href="{ABOUT}#finding"' in found.text and re.search("<mark>(?i:diacritice)</mark>", found.text)
    nothing = worker.post("/help", data={"words": "<b>zzyzx", "csrf_token": token_on(page)}).text
    assert "&lt;b&gt;zzyzx" in nothing and "Nu s-a găsit nimic" in nothing


def test_an_error_leads_to_its_place(demo: Demo) -> None:
    visitor = demo.app.test_client()
    visitor.set_cookie("language", "ro")
    token = token_on(visitor.get("/sign-in").text)
    sent = {"user_name": "nimeni", "password": "nu e asta", "csrf_token": token}
    refused = visitor.post("/sign-in", data=sent)
    assert 'href="/help/worker/messages#signing-in"' in refused.text
    assert 'href="/help/worker/who-sees-what#no-access"' in demo.browser("volunteer").get("/users").text
    worker = demo.browser("case_manager")
    new = look(worker, "/records/visit_report/new?case=1")
    mended = worker.post(new.action, data={**new.boxes, "visit_date": "31.2.2026"})
    assert 'href="/help/worker/sheets#mistakes"' in mended.text
