"""Deleting what others point to: the page that says where, and what is read there afterwards."""

import re

import pytest
from flask.testing import FlaskClient

from tests.pages.browsing import look
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import TODAY, filed

PAYER, GONE = "Fundația Țurțurele", "Fundația Țurțurele (șters)"
CASE_OF_VOLUNTEER = 3


def deleting(browser: FlaskClient, record: str) -> str:
    """Press the button; the page it leads to."""
    token = token_on(browser.get(record).text)
    asking = browser.post(f"{record}/delete", data={"csrf_token": token})
    assert (asking.status_code, asking.location) == (303, f"{record}/delete")
    assert browser.get(record).status_code == 200 and "Restaurează" not in browser.get(record).text
    return browser.get(asking.location).text


def sure(browser: FlaskClient, record: str, page: str) -> None:
    """Press the button of that page."""
    assert 'name="_confirmed" value="1"' in page
    gone = browser.post(f"{record}/delete", data={"csrf_token": token_on(page), "_confirmed": "1"})
    assert gone.status_code == 303


@pytest.fixture
def agreement(demo: Demo) -> tuple[str, str]:
    """An organisation, and an agreement that names it: their addresses."""
    payer = filed(demo, "organisation", name=PAYER)
    sheet = filed(demo, "responsibility_agreement", CASE_OF_VOLUNTEER, signed_on=TODAY, authority=payer)
    return f"/records/organisation/{payer}", f"/records/responsibility_agreement/{sheet}"


def test_what_is_used_says_so_and_keeps_its_name(demo: Demo, agreement: tuple[str, str]) -> None:
    (payer, sheet), coordinator, worker = agreement, demo.browser("coordinator"), demo.browser("social_worker")
    page = deleting(coordinator, payer)
    assert "Se folosește în" in page and "Acorduri de asumare a responsabilității: 1 fișă" in page
    sure(coordinator, payer, page)
    for browser in (coordinator, worker):
        for address in (sheet, f"{sheet}/history", "/records/responsibility_agreement"):
            assert GONE in browser.get(address).text, address
    assert f'<a href="{payer}">{GONE}</a>' in coordinator.get(sheet).text, "who may delete may look at it"
    assert payer not in worker.get(sheet).text and worker.get(payer).status_code == 404
    export = "/records/responsibility_agreement/export"
    for heads in ("labels", "names"):
        body = {"csrf_token": token_on(coordinator.get(export).text), "reason": "raport", "kind": "csv", "heads": heads}
        assert GONE in coordinator.post(export, data=body).text


def test_a_correction_keeps_it_and_a_new_sheet_is_told(demo: Demo, agreement: tuple[str, str]) -> None:
    (payer, sheet), coordinator = agreement, demo.browser("coordinator")
    sure(coordinator, payer, deleting(coordinator, payer))
    correcting = look(demo.browser("social_worker"), f"{sheet}/edit")
    assert GONE in correcting.text
    assert GONE in correcting.save({"authority_representative": "Ion Lupu"}).text
    picker = correcting.browser.post(correcting.action, data={**correcting.boxes.to_dict(), "_pick": "authority"})
    assert "_picked" in picker.text and f'"authority={payer.rpartition("/")[2]}"' not in picker.text
    new = look(correcting.browser, f"/records/responsibility_agreement/new?case={CASE_OF_VOLUNTEER}")
    typed = {"signed_on": "1.9.2026", "authority": payer.rpartition("/")[2], "authority_representative": "Ana Ursu"}
    refused = new.browser.post(new.action, data={**new.boxes.to_dict(), **typed})
    assert refused.status_code == 422
    assert "Această înregistrare a fost ștearsă. Alegeți alta." in refused.text and "Ana Ursu" in refused.text


def test_what_was_deleted_is_not_taken_over(demo: Demo) -> None:
    manager, coordinator = demo.browser("case_manager"), demo.browser("coordinator")
    project = filed(demo, "project", title="Proiectul Țurțurele", starts_on=TODAY)
    filed(demo, "service_log", CASE_OF_VOLUNTEER, given_on=TODAY, project=project)
    new = f"/records/service_log/new?case={CASE_OF_VOLUNTEER}"
    assert look(manager, new).boxes["project"] == str(project)
    sure(coordinator, f"/records/project/{project}", deleting(coordinator, f"/records/project/{project}"))
    assert look(manager, new).boxes["project"] == ""


def test_who_never_saw_the_record_never_sees_its_name(demo: Demo) -> None:
    """The volunteer types in what is given: persons are none of hers, there or deleted; projects she may name."""
    project = filed(demo, "project", title="Proiectul Ciocârlia", starts_on=TODAY)
    child = filed(demo, "person", CASE_OF_VOLUNTEER, last_name="Țurțurel", first_name="Ina")
    aid = filed(
        demo,
        "humanitarian_aid",
        CASE_OF_VOLUNTEER,
        given_on=TODAY,
        project=project,
        recipient="dependant",
        dependant=child,
    )
    coordinator, volunteer = demo.browser("coordinator"), demo.browser("volunteer")
    for record in (f"/records/project/{project}", f"/records/person/{child}"):
        sure(coordinator, record, deleting(coordinator, record))
    sheet = f"/records/humanitarian_aid/{aid}"
    assert re.search("Țurțurel.*șters", coordinator.get(sheet).text)
    columns = volunteer.get("/records/humanitarian_aid/columns").text
    body = {"csrf_token": token_on(columns), "columns": ["given_on", "dependant"]}
    volunteer.post("/records/humanitarian_aid/columns", data=body)
    for address in (
        sheet,
        f"{sheet}/history",
        f"/records/humanitarian_aid?case={CASE_OF_VOLUNTEER}",
        f"/records/person/{child}",
        f"/records/humanitarian_aid/ledger?case={CASE_OF_VOLUNTEER}",
        f"/cases/{CASE_OF_VOLUNTEER}",
        f"/records/humanitarian_aid/new?case={CASE_OF_VOLUNTEER}",
        f"{sheet}/reverse",
    ):
        assert "urțurel" not in volunteer.get(address).text, address
    assert "(fără acces)" in volunteer.get(sheet).text
    assert "Proiectul Ciocârlia (șters)" in volunteer.get(sheet).text


def test_a_case_says_what_goes_with_it(demo: Demo) -> None:
    coordinator = demo.browser("coordinator")
    page = deleting(coordinator, "/records/case/1")
    together, _, pointing = page.partition("Se folosește în")
    assert "Se șterg odată cu cazul" in together and "Rapoarte de vizită" in together
    assert re.search(r"Prezența la terapii și activități: 3 fișe", pointing)
    sure(coordinator, "/records/case/1", page)
    names = re.findall(r">([^<]*\(șters\))<", coordinator.get("/records/activity/1").text)
    assert names and names[0].startswith("DEMO-001")


def test_what_one_takes_back_says_where_it_is_used_too(demo: Demo) -> None:
    hers, project = demo.browser("accountant"), "/records/project/new"
    page = look(hers, project).save({"title": "Greșit", "starts_on": "1.9.2026"})
    assert hers.post(f"{page.address}/withdraw", data={"csrf_token": token_on(page.html)}).location != page.address
    page = look(hers, project).save({"title": "Greșit", "starts_on": "1.9.2026"})
    filed(demo, "activity", held_on=TODAY, project=int(page.address.rpartition("/")[2]))
    asking = look(hers, hers.post(f"{page.address}/withdraw", data={"csrf_token": token_on(page.html)}).location)
    assert asking.address == f"{page.address}/withdraw"
    asked = asking.text.partition("Retrage")[2]
    assert "Se folosește în fișe pe care nu le vedeți." in asked and "activități" not in asked
