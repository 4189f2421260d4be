"""A role that reads names masked: a code everywhere, until she shows the names of one case and says why."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from dosar.language.form import CASE_FORM
from dosar.language.organisation.roles import Role
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
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


def test_who_reads_names_as_they_are_is_asked_nothing(demo: Demo, one: int) -> None:
    browser = demo.browser("case_manager")
    assert browser.get(f"/cases/{one}/names").status_code == 404
    assert f"/cases/{one}/names" not in browser.get(f"/cases/{one}").text
