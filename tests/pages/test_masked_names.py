"""A role that reads names masked: a code everywhere, until she shows the names of one case and says why."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from dosar.database.system_tables import attachment_table, utc_now
from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import Role
from dosar.records.attachments import sealed_file
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.browsing import Page, look
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import case_of

WHY = "Vine mâine la consiliere, o sun."


@pytest.fixture
def worker(demo: Demo) -> Iterator[FlaskClient]:
    """The coordinator, who reaches every case, where the organisation has names masked for her."""
    services = demo.app.extensions["dosar_access"]
    whole = services.definition

    def masked(role: Role) -> Role:
        return role.model_copy(update={"names": "masked"}) if role.role == "coordinator" else role

    roles = whole.roles.model_copy(update={"roles": [masked(role) for role in whole.roles.roles]})
    services.definition = replace(whole, roles=roles)
    browser = demo.browser("coordinator")
    yield browser
    hide(browser, case_of(demo, "DEMO-001"))
    services.definition = whole


def name_of(demo: Demo, case_id: int) -> str:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        name = str(demo.repository.case(case_id).columns()["last_name"])
        demo.repository.session.remove()
    return name


def show(browser: FlaskClient, case_id: int, reason: str = WHY) -> int:
    page = f"/cases/{case_id}/names"
    return browser.post(page, data={"reason": reason, "csrf_token": token_on(browser.get(page).text)}).status_code


@pytest.fixture
def one(demo: Demo) -> int:
    return case_of(demo, "DEMO-001")


def places(case_id: int) -> list[str]:
    return [
        f"/cases/{case_id}",
        f"/records/{CASE_FORM}/{case_id}",
        f"/records/{CASE_FORM}/{case_id}/edit",
        f"/cases/{case_id}/timeline",
        f"/records/visit_report?case={case_id}",
    ]


def test_she_reads_codes_until_she_says_why(demo: Demo, worker: FlaskClient, one: int) -> None:
    name, other = name_of(demo, one), case_of(demo, "DEMO-002")
    for place in (*places(one), "/", "/cases", f"/records/{CASE_FORM}"):
        assert name not in worker.get(place, follow_redirects=True).text, place
    assert "DEMO-001" not in worker.get(f"/find?words={name}").text, "the search does not tell whose name it is"
    assert show(worker, one, " ") == 422, "not without a reason"
    assert show(worker, one) == 303
    for place in places(one)[:2]:
        assert name in worker.get(place).text, place
    for number in (-1, -(10**30), 10**30):
        assert worker.get(f"/records/visit_report?record={number}").status_code == 200
    for place in ("/", "/cases", f"/records/{CASE_FORM}", *places(other)):
        shown = worker.get(place, follow_redirects=True).text
        assert name not in shown and name_of(demo, other) not in shown, place
    told = worker.get(f"/records/{CASE_FORM}/{one}/history").text
    assert "A văzut numele" in told and WHY in told


def test_other_sessions_see_nothing_and_she_hides_them_again(demo: Demo, worker: FlaskClient, one: int) -> None:
    name = name_of(demo, one)
    show(worker, one)
    assert name in worker.get(f"/cases/{one}").text
    elsewhere = Demo(demo.app).browser("coordinator")
    assert name not in elsewhere.get(f"/cases/{one}").text
    worker.post(f"/cases/{one}/names/hide", data={"csrf_token": token_on(worker.get(f"/cases/{one}").text)})
    assert name not in worker.get(f"/cases/{one}").text


def test_while_names_are_shown_no_other_case_is_written_into(demo: Demo, worker: FlaskClient, one: int) -> None:
    show(worker, one)
    other = case_of(demo, "DEMO-002")
    assert worker.get(f"/cases/{one}/merge/{other}").status_code == 200, "of two cases at once: masked"
    assert name_of(demo, one) not in worker.get(f"/cases/{one}/merge/{other}").text


def test_a_typed_name_is_not_told_whose_it_is(demo: Demo, worker: FlaskClient, one: int) -> None:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        saved = demo.repository.case(one).columns()
        typed = {name: str(saved[name]) for name in ("last_name", "first_name")}
        demo.repository.session.remove()
    page = look(worker, f"/records/{CASE_FORM}/new")
    asked = worker.post(page.action, data={**page.boxes, **typed, "opened_on": "22.11.2026"})
    assert asked.status_code == 422
    assert "o înregistrare ale cărei nume nu vă sunt afișate (întrebați pe cineva care vede numele" in asked.text
    assert "DEMO-001" not in asked.text and f"/cases/{one}" not in asked.text
    worker.post(page.action, data={**page.boxes, "_discard": "1"})


def scanned_consent(demo: Demo, case_id: int) -> str:
    """The address of a scan, an answer with a name, of the intake of this case."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        intake: Any = demo.repository.record_class("intake")
        record_id = demo.repository.session.scalars(select(intake.id).where(intake.case_id == case_id)).first()
        columns = {"form": "intake", "question": "consent_scan", "record_id": record_id}
        described = {"name": "acord.txt", "media_type": "text/plain", "user_id": 1, "at": utc_now()}
        with demo.repository.writing() as session:
            content = sealed_file(demo.repository.store, b"Semnat: Ana")
            made = insert(attachment_table).values(**columns, **described, **content).returning(attachment_table.c.id)
            file_id = session.execute(made).scalar_one()
        demo.repository.session.remove()
    return f"/files/{file_id}"


def test_the_files_of_the_case_open_with_its_names(demo: Demo, worker: FlaskClient, one: int) -> None:
    scan, other = scanned_consent(demo, one), scanned_consent(demo, case_of(demo, "DEMO-002"))
    assert worker.get(scan).status_code == 404
    show(worker, one)
    assert worker.get(scan).data == b"Semnat: Ana"
    assert worker.get(other).status_code == 404


TYPED = "Ionescu-Nou"


def typed_name(browser: FlaskClient, case_id: int) -> Page:
    """The first section of the case, on which she typed another name and went away."""
    page = look(browser, f"/records/{CASE_FORM}/{case_id}/edit/1")
    assert "last_name" in page.boxes
    page.boxes["last_name"] = TYPED
    assert browser.post(f"/drafts/{CASE_FORM}?record={case_id}&step=1", data=page.boxes).status_code == 200
    return page


def hide(browser: FlaskClient, case_id: int) -> None:
    browser.post(f"/cases/{case_id}/names/hide", data={"csrf_token": token_on(browser.get("/profile").text)})


def test_a_draft_with_names_waits_until_they_are_shown(demo: Demo, worker: FlaskClient, one: int) -> None:
    name, sheet = name_of(demo, one), f"/records/{CASE_FORM}/{one}/edit/1"
    before = look(worker, sheet)
    assert "last_name" not in before.boxes
    show(worker, one)
    typed_name(worker, one)
    hide(worker, one)
    asked = worker.get(sheet)
    assert asked.status_code == 303 and f"/cases/{one}/names" in asked.location
    asking = worker.get(asked.location).text
    assert "Ciorna acestei fișe" in asking and name not in asking and TYPED not in asking
    for keep in (f"/drafts/{CASE_FORM}?record={one}&step=1", before.action):
        worker.post(keep, data={**before.boxes, "_draft": "1"})
        assert worker.get(sheet).status_code == 303, "a page from before, typed on meanwhile, takes nothing away"
    shown = worker.post(asked.location, data={"reason": WHY, "csrf_token": token_on(asking)})
    assert shown.location.endswith(sheet), "she goes on where she was"
    again = look(worker, sheet)
    assert again.boxes.getlist("last_name") == [TYPED]
    assert worker.post(again.action, data={**again.boxes.to_dict(), "_discard": "1"}).status_code == 303
    hide(worker, one)
    assert worker.get(sheet).status_code == 200


def test_saving_what_she_sees_leaves_the_names_as_they_are(demo: Demo, worker: FlaskClient, one: int) -> None:
    name, sheet = name_of(demo, one), f"/records/{CASE_FORM}/{one}/edit/1"
    before = look(worker, sheet)
    show(worker, one)
    typed_name(worker, one)
    hide(worker, one)
    saved = worker.post(before.action, data={**before.boxes.to_dict(flat=False), "_confirmed": "1", "_reason": WHY})
    assert saved.status_code == 303, saved.text
    assert name_of(demo, one) == name
    assert worker.get(sheet).status_code == 303, "what was typed is still there"
    show(worker, one)
    again = look(worker, sheet)
    assert again.boxes["last_name"] == TYPED
    worker.post(again.action, data={**again.boxes.to_dict(), "_discard": "1"})


def test_who_reads_names_as_they_are_is_asked_nothing(demo: Demo, one: int) -> None:
    browser = demo.browser("case_manager")
    assert browser.get(f"/cases/{one}/names").status_code == 404
    assert f"/cases/{one}/names" not in browser.get(f"/cases/{one}").text
