"""Whatever is read, refused or changed is in the audit log before the answer leaves, or it does not leave."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.engine import Row

from dosar.access.audit.request_audit import request_events
from dosar.cli.demo import demo_password
from dosar.database.audit.chain import AUDIT_PURPOSE, audit_event_table, read_head
from dosar.database.audit.trail import AuditTrail
from dosar.database.audit.verification import verify_chain
from dosar.database.store_errors import StoreBusy
from tests.pages.conftest import Demo, token_on

columns = audit_event_table.c


class Log:
    """What the log tells since the last look."""

    def __init__(self, demo: Demo) -> None:
        self.store = demo.repository.store
        self.news()

    def news(self) -> list[Row[Any]]:
        with self.store.snapshot() as connection:
            found = connection.execute(
                select(audit_event_table).where(columns.seq > getattr(self, "seen", 0)).order_by(columns.seq)
            ).all()
            self.seen = read_head(connection).seq
        return list(found)


@pytest.fixture
def log(demo: Demo) -> Iterator[Log]:
    for user in ("coordinator", "volunteer"):
        demo.browser(user)
    opened = Log(demo)
    yield opened
    with opened.store.snapshot() as connection:
        assert verify_chain(connection, opened.store.purpose_key(AUDIT_PURPOSE)).is_whole


def test_a_case_that_is_opened_is_told(demo: Demo, log: Log) -> None:
    demo.browser("coordinator").get("/cases/1")
    opened = log.news()[0]
    assert (opened.action, opened.case_id, opened.outcome) == ("open", 1, "done")
    assert json.loads(opened.objects) == {"case": [1]}
    assert opened.actor and opened.roles == "coordinator" and opened.session and opened.place


def test_a_list_tells_whom_it_named(demo: Demo, log: Log) -> None:
    page = demo.browser("coordinator").get("/records/case").text
    (told,) = log.news()
    assert told.action == "list"
    numbers = json.loads(told.objects)["case"]
    assert numbers and all(f"/cases/{number}" in page for number in numbers)


def test_what_is_refused_is_told(demo: Demo, log: Log) -> None:
    browser = demo.browser("volunteer")
    for address, status in (("/users", 403), ("/cases/999999", 404)):
        assert browser.get(address).status_code == status
        (told,) = log.news()
        assert (told.action, told.outcome) == ("denied", str(status))
    assert json.loads(told.objects) == {"case": [999999]}


def test_what_a_stranger_asks_for_fills_nothing(demo: Demo, log: Log) -> None:
    stranger = demo.app.test_client()
    for address in ("/", "/cases/1", "/sign-in", "/nowhere", "/static/nothing.css"):
        stranger.get(address)
    assert log.news() == []


def test_no_word_that_somebody_typed_is_kept(demo: Demo, log: Log) -> None:
    demo.browser("coordinator").get("/records/popescu/1?search=popescu")
    assert "popescu" not in str(log.news())


@pytest.mark.parametrize("address", ["/", "/cases/1", "/cases/1/timeline", "/records/case"])
def test_without_the_log_nothing_is_shown(demo: Demo, log: Log, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = demo.browser("coordinator")

    def refuse(_: object) -> None:
        raise StoreBusy

    monkeypatch.setattr(log.store, "commit_events", refuse)
    answer = browser.get(address)
    assert answer.status_code == 503
    assert "DEMO-" not in answer.text and "Content-Security-Policy" in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_coming_and_going_is_told(demo: Demo, log: Log) -> None:
    browser = demo.app.test_client()
    for password, action in (("wrong", "sign_in_failed"), (None, "signed_in")):
        token = token_on(browser.get("/sign-in").text)
        typed = password or demo_password("accountant")
        browser.post("/sign-in", data={"user_name": "accountant", "password": typed, "csrf_token": token})
        told = log.news()
        assert action in [event.action for event in told]
    token = token_on(browser.get("/profile").text)
    log.news()
    browser.post("/sign-out", data={"csrf_token": token})
    assert [(event.action, event.outcome) for event in log.news()] == [("signed_out", "done")]


@pytest.mark.parametrize("status", [200, 303, 404])
def test_a_comparison_is_told_whatever_comes_of_it(status: int) -> None:
    (told, *_) = request_events(AuditTrail(actor=7, matched={"case": {3, 1}}), status)
    assert (told.action, told.objects) == ("match", {"case": [1, 3], "~case": [1, 3]})


def test_a_draft_that_is_opened_is_told(demo: Demo, log: Log) -> None:
    browser = demo.browser("coordinator")
    token = token_on(browser.get("/records/visit_report/new?case=1").text)
    browser.post("/drafts/visit_report?case=1", data={"csrf_token": token, "purpose": "?"})
    log.news()
    browser.get("/records/visit_report/new?case=1")
    assert ("draft_opened", 1, '{"visit_report":[]}') in [
        (told.action, told.case_id, told.objects) for told in log.news()
    ]


def test_a_draft_of_a_correction_is_told_with_its_case(demo: Demo, log: Log) -> None:
    browser = demo.browser("coordinator")
    number = re.findall(r"/records/visit_report/([0-9]+)", browser.get("/cases/1").text)[0]
    token = token_on(browser.get(f"/records/visit_report/{number}/edit").text)
    browser.post(f"/drafts/visit_report?record={number}", data={"csrf_token": token, "visit_purpose": "?"})
    log.news()
    browser.get(f"/records/visit_report/{number}/edit")
    assert ("draft_opened", 1, f'{{"visit_report":[{number}]}}') in [
        (told.action, told.case_id, told.objects) for told in log.news()
    ]


def test_a_ledger_to_print_is_told(demo: Demo, log: Log) -> None:
    demo.browser("coordinator").get("/records/humanitarian_aid/ledger?case=1")
    assert ("print", 1, '{"humanitarian_aid":[]}') in [(told.action, told.case_id, told.objects) for told in log.news()]
