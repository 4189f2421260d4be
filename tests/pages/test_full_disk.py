"""Nothing can be written any more: the page says so, and shows what was typed to be copied."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.pages.browsing import look
from tests.pages.conftest import Demo
from tests.records.test_full_disk import LONG, forbid_writing

SHEET = "/records/visit_report/new?case=6"


@contextmanager
def only_read(demo: Demo) -> Iterator[None]:
    """A while in which the database is only read."""
    engine = demo.cabinet.store.engine
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
        assert LONG.strip() in answer.text
    assert "ReadOnly" in caplog.text and "Povestea" not in caplog.text
    assert sheet.save({"visit_purpose": "După aceea", "visit_date": "azi", "conclusions": "Bine."}).text
