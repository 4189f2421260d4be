"""A page asks the database at most eight times, however many rows, columns and tables it shows.

Who is asking costs one of them. That a session is still in use is noted at most twice a minute and not
counted, nor are the two statements with which the audit log tells of the reading.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, event, func, insert, select

from dosar import shipped_folder
from dosar.access.tables import (
    access_request_table,
    emergency_access_table,
    mail_table,
    role_table,
    user_role_table,
)
from dosar.language.form import CASE_FORM
from dosar.language.load.yaml_reader import read_yaml
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.databases import DATABASES
from tests.pages.conftest import Demo, token_on
from tests.pages.test_team import user_id

MOST = 8
AUDIT_LOG, MOST_OF_AUDIT = "dosar_audit_event", 2
STILL_IN_USE = "UPDATE dosar_session SET seen"
FORMS = sorted(
    contents["form"]
    for path in shipped_folder("forms").glob("*.yaml")
    if "form" in (contents := read_yaml(path).contents)
)
WORKERS = ["coordinator", "social_worker"]
READERS = sorted(
    (DATABASES[(number + turn) % len(DATABASES)], worker, form)
    for number, form in enumerate(FORMS)
    for turn, worker in enumerate(WORKERS)
)
"""Every form with every worker and on every database: where one worker opens it on one, the other does on the other."""


@contextmanager
def asked(demo: Demo) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    statements: list[str] = []
    told: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if AUDIT_LOG in statement:
            told.append(statement)
        elif not statement.startswith(STILL_IN_USE):
            statements.append(statement)

    engine = demo.repository.store.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(told) <= MOST_OF_AUDIT


def costs(demo: Demo, browser: FlaskClient, address: str) -> list[str]:
    with asked(demo) as statements:
        answer = browser.get(address)
    assert answer.status_code == 200, address
    return statements


def fullest(demo: Demo, form: str, worker: str) -> int | None:
    """The record with most rows in its tables, of those of the form that this worker may open."""
    repository = demo.repository
    kept: Any = repository.record_class(form)
    rows = [
        select(func.count(row.id)).where(row.record_id == kept.id).scalar_subquery()
        for (key, _), row in repository.tables.rows.items()
        if key == form
    ]
    most = select(kept.id).order_by(sum(rows[1:], start=rows[0]).desc() if rows else kept.id)
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        kept_records = repository.session.scalars(most).all()
        repository.session.remove()
    browser = demo.browser(worker)
    opens = (f"/records/{form}/{record_id}" for record_id in kept_records)
    open_to_her = (address for address in opens if browser.get(address).status_code == 200)
    written = (address for address in open_to_her if browser.get(f"{address}/edit").status_code != 409)
    return next((int(address.rpartition("/")[2]) for address in written), None)


def pages(demo: Demo, form: str, worker: str) -> list[str]:
    """Every page of the form that this worker may open."""
    role = demo.repository.definition.roles[worker]
    may, listed = role.actions(form), f"/records/{form}"
    sheet = demo.forms[form].seen_with(role.clearances)
    addresses = []
    if "see" in may:
        sorts = [name for name in sheet.list if sheet.questions[name].sortable][:2]
        addresses += [listed, f"{listed}?page=2", *[f"{listed}?sort=-{name}" for name in sorts]]
        record = fullest(demo, form, worker)
        if record is not None and not sheet.private_to:
            addresses += [f"{listed}/{record}", f"{listed}/{record}/history"]
            if "correct" in may and not sheet.append_only:
                browser, edit = demo.browser(worker), f"{listed}/{record}/edit"
                steps = [f"{edit}/{step + 1}" for step in range(len(sheet.sections))]
                in_steps = bool(browser.get(edit).location)  # a face asks fewer sections than the form has
                addresses += [step for step in steps if browser.get(step).status_code == 200] if in_steps else [edit]
    if "enter" in may:
        addresses += [f"{listed}/new"]
        if sheet.belongs_to:
            addresses += [f"{listed}/new?case={case}" for case in (1, 2)]
            addresses += [f"{listed}?case=1"] if "see" in may else []
    return addresses


@pytest.mark.parametrize(("demo", "worker", "form"), READERS, indirect=["demo"], scope="module")
def test_the_pages_of_a_form_ask_little(demo: Demo, form: str, worker: str) -> None:
    browser, too_much = demo.browser(worker), {}
    for address in pages(demo, form, worker):
        statements = costs(demo, browser, address)
        if len(statements) > MOST:
            too_much[address] = len(statements)
    assert too_much == {}


@pytest.mark.parametrize("worker", [*WORKERS, "case_manager", "accountant", "volunteer", "administrator"])
def test_a_case_and_the_first_page_ask_little(demo: Demo, worker: str) -> None:
    browser, asked_of = demo.browser(worker), {}
    browser.get("/")  # what the audit log asks is looked for every ten minutes, and there already
    for address in ("/", *(f"/cases/{case}" for case in range(1, 7))):
        with asked(demo) as statements:
            browser.get(address)
        asked_of[address] = len(statements)
    assert {address: number for address, number in asked_of.items() if number > MOST} == {}


def test_the_first_page_asks_no_more_however_much_waits(demo: Demo) -> None:
    """Of who looks after accounts and mails and sees cases too: access to confirm, an emergency, mails that wait."""
    services, both = demo.app.extensions["dosar_access"], user_id(demo, "coordinator")
    ana, maria = user_id(demo, "social_worker"), user_id(demo, "case_manager")
    now = services.clock()
    with demo.app.app_context(), services.store.writing() as session:
        role = session.scalar(select(role_table.c.id).where(role_table.c.name == "administrator"))
        session.execute(insert(user_role_table).values(user_id=both, role_id=role))
        asked = {"user_id": maria, "kind": "role", "name": "coordinator", "asked_by": ana, "asked": now}
        opened = {"user_id": ana, "case_id": 1, "opened": now, "until": now + timedelta(hours=4)}
        stuck = {"user_id": ana, "made": now, "tries": 9, "next_try": now, "state": "waiting"}
        kept = [
            session.execute(insert(table).values(**row)).inserted_primary_key[0]
            for table, row in ((access_request_table, asked), (emergency_access_table, opened), (mail_table, stuck))
        ]
    browser = demo.browser("coordinator")
    page = browser.get("/").text
    assert all(words in page for words in ("a doua persoană", "de urgență", "nu pleacă"))
    assert len(costs(demo, browser, "/")) <= MOST
    with demo.app.app_context(), services.store.writing() as session:
        for table, number in zip((access_request_table, emergency_access_table, mail_table), kept, strict=True):
            session.execute(delete(table).where(table.c.id == number))
        session.execute(
            delete(user_role_table).where(user_role_table.c.user_id == both, user_role_table.c.role_id == role)
        )


@pytest.mark.parametrize("address", ["/deleted", "/profile", "/forms", "/roles", "/programme/beds"])
def test_the_other_pages_ask_little(demo: Demo, address: str) -> None:
    assert len(costs(demo, demo.browser("coordinator"), address)) <= MOST


@pytest.mark.parametrize("worker", [*WORKERS, "accountant", "case_manager", "volunteer"])
def test_what_is_due_asks_little(demo: Demo, worker: str) -> None:
    browser = demo.browser(worker)
    narrowed = ("", "&state=overdue&worker=3&team=1", "&case=1&page=2", "&partner=1", "&weight=binding", "&worker=0")
    for wishes in (f"view={view}{narrow}" for view in ("list", "month", "week") for narrow in narrowed):
        assert len(costs(demo, browser, f"/due?{wishes}")) <= MOST, wishes
    assert len(costs(demo, browser, "/due?all=1")) <= MOST
    over, whole = "/due?view=month&day=2001-05-15", "/due?view=month&day=2101-05-15"
    assert len(costs(demo, browser, over)) < len(costs(demo, browser, whole))  # nothing is foretold


def test_a_search_asks_no_more(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    listed = browser.get(f"/records/{CASE_FORM}")
    search = {"search": "pop d-2026 a", "csrf_token": token_on(listed.text)}
    assert browser.post(f"/records/{CASE_FORM}/search", data=search).status_code == 303
    assert len(costs(demo, browser, f"/records/{CASE_FORM}")) <= MOST
