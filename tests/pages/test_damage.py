"""A part of the database cannot be read: one page with words, and a notice to whoever looks after Dosar."""

import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from dosar.database.store_errors import StoreDamaged
from tests.pages.conftest import Demo

COPY = Path("/data/copies/2026-11-09-000000/dosar.db")


def test_a_page_that_meets_damage_says_so_and_the_administrator_reads_what_to_do(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker, administrator = demo.browser("coordinator"), demo.browser("administrator")
    store, damage = demo.repository.store, StoreDamaged(Path("/data/dosar.db"), COPY)

    def damaged_table(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "FROM visit_report" in statement.replace('"', "").replace("\n", " "):
            raise damage

    event.listen(store.engine, "before_cursor_execute", damaged_table)
    try:
        with caplog.at_level(logging.ERROR):
            page = worker.get("/records/visit_report")
    finally:
        event.remove(store.engine, "before_cursor_execute", damaged_table)
    assert page.status_code == 503 and "O parte din date nu poate fi citită" in page.text
    assert "/data/" not in page.text and "StoreDamaged" in caplog.text
    monkeypatch.setattr(store, "damage", damage)
    assert str(COPY) in administrator.get("/").text
    assert str(COPY) not in worker.get("/").text


def test_damage_where_the_sessions_lie_is_told_the_same_way(demo: Demo) -> None:
    worker, store = demo.browser("coordinator"), demo.repository.store
    damage = StoreDamaged(Path("/data/dosar.db"), COPY)

    def damaged_table(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "dosar_session" in statement:
            raise damage

    event.listen(store.engine, "before_cursor_execute", damaged_table)
    try:
        page = worker.post("/records/visit_report/new?case=7", data={"visit_purpose": "Scris degeaba?"})
    finally:
        event.remove(store.engine, "before_cursor_execute", damaged_table)
    assert page.status_code == 503 and "O parte din date nu poate fi citită" in page.text
    assert "Scris degeaba?" in page.text and "/data/" not in page.text
