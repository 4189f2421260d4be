"""PostgreSQL restarts or is away while somebody sends a page: one page with words, and with everything she typed."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text

from dosar.database.postgresql_store import WRITER_LOCK_ID
from dosar.pages import health
from tests.databases import Place, postgresql
from tests.pages.browsing import look
from tests.pages.conftest import Demo, demo_on
from tests.pages.test_unsent_pages import STORIES, boxes_to, numbers

SHEET = "/records/visit_report/new?case=7"
AWAY = "Baza de date nu răspunde acum"
__all__ = ["numbers"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, filled: Callable[[str], Place]) -> Iterator[Demo]:
    """On a database of its own: nobody else is cut off."""
    with demo_on(tmp_path_factory.mktemp("away"), filled("postgresql")) as opened:
        yield opened


def ask_server(demo: Demo, *statements: str) -> None:
    """As whoever looks after the server."""
    name = demo.repository.store.engine.url.database
    with psycopg.connect(postgresql(), autocommit=True) as server:
        for statement in statements:
            server.execute(statement.format(name=name).encode())


TURNS = f"SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND objid = {WRITER_LOCK_ID & 0xFFFFFFFF}"
CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"


@contextmanager
def away(demo: Demo) -> Iterator[None]:
    """A while in which the database takes no connection."""
    ask_server(demo, "ALTER DATABASE {name} ALLOW_CONNECTIONS false", CUT_OFF)
    try:
        yield
    finally:
        ask_server(demo, "ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@contextmanager
def restarted_at(demo: Demo, beginning: str) -> Iterator[None]:
    """Every connection breaks in the moment in which a statement begins so, once."""
    engine, met = demo.repository.store.engine, list[str]()

    def restart(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not met and statement.lstrip().startswith(beginning):
            met.append(statement)
            ask_server(demo, CUT_OFF)

    event.listen(engine, "before_cursor_execute", restart)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", restart)
    assert met, "nobody got so far"


def shown(page: str) -> list[tuple[str, str]]:
    found = re.findall(r"<dt>(.*?)</dt><dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return [(unescape(label), unescape(text)) for label, text in found]


@pytest.mark.parametrize("statement", ["SELECT", "INSERT INTO visit_report", "INSERT INTO dosar_history"])
def test_a_restart_in_the_middle_of_a_page_gives_back_what_was_typed(demo: Demo, statement: str) -> None:
    sheet = look(demo.browser("case_manager"), SHEET)
    typed = {"visit_purpose": "Prima vizită", "visit_date": "azi", "conclusions": "Bine."}
    with restarted_at(demo, statement):
        answer = sheet.browser.post(sheet.action, data={**sheet.boxes.to_dict(), **typed})
    assert answer.status_code == 503 and AWAY in answer.text
    assert ("Scopul vizitei", "Prima vizită") in shown(answer.text)
    assert sheet.save(typed).address.startswith("/records/visit_report/")
    with demo.repository.store.writing() as session:
        assert session.scalar(text(TURNS)) == 1, "after it, too, who writes waits for her turn"


@pytest.mark.parametrize(("who", "page", "sent_to", "typed"), STORIES)
def test_while_it_is_away_every_page_gives_back_what_was_typed(
    demo: Demo, numbers: dict[str, int], who: str, page: str, sent_to: str, typed: dict[str, str]
) -> None:
    browser, page = demo.browser(who), page.format(**numbers)
    action, boxes = boxes_to(browser.get(page).text, sent_to or page)
    with away(demo):
        answer = browser.post(action, data={**boxes, **typed})
        looked = browser.get(page)
    assert answer.status_code == looked.status_code == 503 and AWAY in answer.text
    assert all("Set-Cookie" not in met.headers and "Content-Security-Policy" in met.headers for met in (answer, looked))
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "Referrer-Policy"):
        assert answer.headers[name] == browser.get(page).headers[name]
    told = {text for _, text in shown(answer.text)}
    assert {text for text in typed.values() if " " in text} <= told
    assert browser.get(page).status_code == 200


def test_a_sheet_and_its_draft_come_back_too(demo: Demo, tmp_path: Path) -> None:
    sheet = look(demo.browser("case_manager"), SHEET)
    typed = {**sheet.boxes.to_dict(), "visit_purpose": "A doua vizită"}
    with away(demo):
        saved, kept = (
            sheet.browser.post(address, data=typed) for address in (sheet.action, "/drafts/visit_report?case=7")
        )
    assert saved.status_code == kept.status_code == 503
    assert "A doua vizită" in saved.text and "A doua vizită" in kept.text


def test_what_watches_over_a_server_hears_of_it(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a word, from who has no session; and nobody asks the database more often than once a second."""
    monkeypatch.setattr(health, "LOOK_SECONDS", 0.0)
    stranger = demo.app.test_client()
    assert stranger.get("/ready").text == "ready\n"
    with away(demo):
        answer = stranger.get("/ready")
        assert (answer.status_code, answer.text) == (503, "database\n") and "Set-Cookie" not in answer.headers
        assert stranger.get("/health").status_code == 200
    assert stranger.get("/ready").status_code == 200
    monkeypatch.setattr(health, "LOOK_SECONDS", 60.0)
    with away(demo):
        assert stranger.get("/ready").status_code == 200, "what was seen a moment ago"


def test_a_database_that_says_nothing_holds_up_one_who_asks(demo: Demo) -> None:
    readiness, store = health.Readiness(word="ready"), demo.repository.store
    with readiness._turn:  # somebody waits for it
        readiness._began = time.monotonic()
        assert readiness.look(store) == "ready"
        readiness._began -= health.PATIENCE_SECONDS
        assert readiness.look(store) == "database"
    assert readiness.look(store) == "ready"
