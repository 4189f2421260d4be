"""Nothing can be written any more: the page says so, and shows what was typed to be copied."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from dosar.access.tables import session_table
from dosar.cli.demo import demo_password
from dosar.database.sqlite_store import SqliteStore
from dosar.database.store_errors import DiskFull
from tests.pages.browsing import look
from tests.pages.conftest import Demo, token_on
from tests.records.test_full_disk import LONG, forbid_writing

SHEET = "/records/visit_report/new?case=7"


@contextmanager
def only_read(demo: Demo) -> Iterator[None]:
    """A while in which the database is only read."""
    engine = demo.repository.store.engine
    listening = forbid_writing(engine)
    try:
        yield
    finally:
        event.remove(engine, "checkout", listening)
        engine.dispose()


def test_what_was_typed_is_shown_to_be_copied(demo: Demo, caplog: pytest.LogCaptureFixture) -> None:
    browser = demo.browser("case_manager")
    sheet = look(browser, SHEET)
    typed = {**sheet.boxes.to_dict(), "visit_purpose": LONG, "visit_date": "azi", "conclusions": "Bine."}
    with only_read(demo), caplog.at_level(logging.ERROR):
        sent = browser.post(sheet.action, data=typed)
        refused = browser.post(sheet.action, data={**typed, "visit_date": ""})
    for answer in (sent, refused):
        assert answer.status_code == 507 and "nu să le scrie" in answer.text
        assert ("Scopul vizitei", LONG.strip()) in shown(answer)
    assert "ReadOnly" in caplog.text and "Povestea" not in caplog.text
    assert sheet.save({"visit_purpose": "După aceea", "visit_date": "azi", "conclusions": "Bine."}).text


def test_who_cannot_come_in_is_told_why(demo: Demo) -> None:
    browser, engine = demo.app.test_client(), demo.repository.store.engine
    who = {"user_name": "case_manager", "password": demo_password("case_manager")}
    token = token_on(browser.get("/sign-in").text)

    def no_room(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(f"INSERT INTO {session_table.name}"):
            raise DiskFull

    event.listen(engine, "before_cursor_execute", no_room)
    try:
        back = browser.post("/sign-in", data={**who, "csrf_token": token}, follow_redirects=True)
    finally:
        event.remove(engine, "before_cursor_execute", no_room)
    assert back.request.path == "/sign-in" and "nimeni nu se poate autentifica" in back.text


def be_impatient(connection: Any, _: Any) -> None:
    """Wait a moment only for another program."""
    connection.execute("PRAGMA busy_timeout=50")


@contextmanager
def held_by_another_program(store: SqliteStore) -> Iterator[None]:
    """A while in which somebody else writes to the file, and does not end."""
    store.session.remove()
    store.engine.dispose()
    event.listen(store.engine, "connect", be_impatient)
    holder = store._connect()
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()
        event.remove(store.engine, "connect", be_impatient)
        store.engine.dispose()


def test_another_program_that_holds_the_database_is_told_in_words(demo: Demo) -> None:
    """The sign-in page writes nothing and comes; to sign in one has to wait."""
    store, browser = demo.repository.store, demo.app.test_client()
    if not isinstance(store, SqliteStore):
        pytest.skip("another program that writes beside us holds up nothing but its own rows on PostgreSQL")
    who = {"user_name": "case_manager", "password": demo_password("case_manager")}
    token = token_on(browser.get("/sign-in").text)
    with held_by_another_program(store):
        page = demo.app.test_client().get("/sign-in")
        refused = browser.post("/sign-in", data={**who, "csrf_token": token})
    assert page.status_code == 200 and token_on(page.text)
    assert refused.status_code == 503 and "Mulți colegi salvează chiar acum" in refused.text
    assert browser.post("/sign-in", data={**who, "csrf_token": token}).location == "/"


def shown(answer: TestResponse) -> list[tuple[str, str]]:
    """What the page shows to be copied: (what the box is called, what stood in it)."""
    found = re.findall(r'<div class="answer"><dt>(.*?)</dt><dd[^>]*>(.*?)</dd>', answer.text, re.DOTALL)
    return [(unescape(label), unescape(text).strip()) for label, text in found]


TYPED = {
    "visit_date": "7.9.2026",
    "visit_purpose": "Prima vizită",
    "conclusions": "Bine.",
    "attendance": "good",
    "family.4.name": "Ana P.",
    "family.4.birth_date": "luna trecută?",
    "family.9.notes": "a doua",
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "ro",
            [
                ("Scopul vizitei", "Prima vizită"),
                ("Membrii familiei, rândul 1: Nume și prenume", "Ana P."),
                ("Membrii familiei, rândul 1: Ziua, luna, anul nașterii", "luna trecută?"),
                ("Membrii familiei, rândul 2: Notițe", "a doua"),
                ("Frecventare", "Bun"),
                ("Autorul raportului", "Teodora"),
            ],
        ),
        (
            "en",
            [
                ("Purpose of visit", "Prima vizită"),
                ("Family members, row 1: First name and last name", "Ana P."),
                ("Attendance", "Good"),
                ("Author of the report", "Teodora"),
            ],
        ),
    ],
)
def test_it_is_shown_under_the_words_of_its_questions(
    demo: Demo, language: str, expected: list[tuple[str, str]]
) -> None:
    browser = demo.browser("case_manager")
    look(browser, "/").browser.post(
        "/language", data={"csrf_token": token_on(browser.get("/").text), "language": language}
    )
    sheet = look(browser, SHEET)
    with only_read(demo):
        answer = browser.post(sheet.action, data={**sheet.boxes.to_dict(), **TYPED})
    told = shown(answer)
    assert answer.status_code == 507
    assert [pair for pair in expected if not any(pair[0] == label and pair[1] in text for label, text in told)] == []
    assert not any("_" in label or "." in label for label, _ in told)


def test_a_reason_is_shown_under_its_question(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    page = "/cases/6/merge/5"
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.get(page).text))
    with only_read(demo):
        answer = browser.post(page, data={**hidden, "reason": "Același buletin"})
    assert answer.status_code == 507
    assert shown(answer) == [("De unde știți că este aceeași persoană?", "Același buletin")]
