"""What a person may ask for: a coordinator makes a copy of all that is held on her."""

import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO

from sqlalchemy import update

from dosar.access.accounts.deciders import may_ask_to_erase, may_confirm_erasure
from dosar.access.accounts.users import all_users
from dosar.access.tables import user_table
from dosar.access.worker import worker_for
from dosar.backups.keeping.runs import BackupRun, note_run
from dosar.backups.places.addresses import FOLDER_KIND
from dosar.backups.places.settings import PlaceSettings, save_place
from dosar.language.form import CASE_FORM
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.pages.conftest import Demo, token_on
from tests.pages.test_audit_page import sentences


def test_a_coordinator_makes_a_copy_for_the_person(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    page = browser.get("/cases/1/copy")
    assert page.status_code == 200 and "Copia întregului dosar" in page.text
    assert "Română (Republica Moldova)" in page.text and "așa cum a scris-o" in page.text
    answers = {"csrf_token": token_on(page.text), "language": "ro"}
    assert browser.post("/cases/1/copy", data={**answers, "reason": " "}).status_code == 422
    taken = browser.post("/cases/1/copy", data={**answers, "reason": "Ea însăși, cu actul"})
    names = zipfile.ZipFile(BytesIO(taken.data)).namelist()
    assert taken.headers["Content-Disposition"] == 'attachment; filename="DEMO-001.zip"' and "data.pdf" in names
    assert "Ea însăși, cu actul" in browser.get("/rights").text
    assert "S-a făcut o copie pentru persoană" in browser.get(f"/records/{CASE_FORM}/1/history").text


def test_nobody_else_does(demo: Demo) -> None:
    for user in ("case_manager", "accountant", "administrator"):
        assert demo.browser(user).get("/cases/1/copy").status_code in (403, 404), user
        assert demo.browser(user).get("/rights").status_code == (200 if user == "administrator" else 403), user


def test_one_asks_for_erasure_and_another_confirms(demo: Demo) -> None:
    coordinator, administrator = demo.browser("coordinator"), demo.browser("administrator")
    page = coordinator.get("/cases/2/erasure")
    token = {"csrf_token": token_on(page.text)}
    assert " checked" not in page.text, "nothing that destroys is chosen for her"
    refused = coordinator.post("/cases/2/erasure", data=token)
    assert refused.status_code == 422
    assert "Alegeți ce trebuie făcut." in refused.text and "Alegeți un motiv." in refused.text
    answers = {**token, "kind": "erase", "ground": "asked"}
    assert coordinator.post("/cases/2/erasure", data=answers).location == "/rights"
    waiting = coordinator.get("/rights").text
    assert "DEMO-002 · Șterge totul" in waiting and "/confirm" not in waiting
    theirs = administrator.get("/rights").text
    assert "DEMO-002" not in theirs
    (request,) = re.findall(r"/rights/(\d+)/confirm", theirs)
    assert f"Cererea {request} · Șterge totul" in theirs and f"Cererea {request} · DEMO-002" in waiting
    officer = demo.browser("data_protection_officer").get("/rights").text
    assert f"Cererea {request} · DEMO-002" in officer and "/cases/2" not in officer, "she knows numbers, no case"
    assert "/confirm" not in officer and "ceilalți decid" not in theirs and "ceilalți decid" in officer
    counted = coordinator.get(f"/rights/{request}/confirm").text
    assert facts_on(counted)["Cazuri"] == 1 and len(facts_on(counted)) > 3, "by kind for who sees the kinds"
    assert "Ați cerut-o dumneavoastră" in counted and 'name="code"' not in counted
    page = administrator.get(f"/rights/{request}/confirm").text
    assert "Nu se poate reveni" in page and "DEMO-002" not in page and "Cazuri" not in page
    assert facts_on(page)["fișe, cu tot cu dosarul cazului"] == sum(
        count for kind, count in facts_on(counted).items() if kind not in NO_SHEETS
    )
    confirmed = {"csrf_token": token_on(page), "together": request}
    for typed, told in (("", "Scrieți numărul cazului"), ("DEMO-003", "Nu este numărul cazului care se cere")):
        refused = administrator.post(f"/rights/{request}/confirm", data={**confirmed, "code": typed})
        assert refused.status_code == 422 and told in refused.text
    confirmed["code"] = " demo-002"
    token = {"csrf_token": token_on(demo.browser("data_protection_officer").get("/audit").text), "code": "DEMO-002"}
    for step in ("confirm", "refuse"):
        demo.browser("data_protection_officer").post(f"/rights/{request}/{step}", data={**token, "together": request})
        assert "recomandă și nu decide" in demo.browser("data_protection_officer").get("/rights").text
    assert coordinator.get("/cases/2").status_code == 200
    searched = {"csrf_token": token_on(coordinator.get("/rights").text), "words": "Lungu Xenia"}
    coordinator.post("/find", data=searched)
    assert "Lungu Xenia" in coordinator.get("/find").text
    assert administrator.post(f"/rights/{request}/confirm", data=confirmed).location == "/rights"
    assert "Lungu Xenia" not in coordinator.get("/find").text, "nobody's session goes on looking for her"
    assert coordinator.get("/cases/2").status_code == 404
    assert "1. Șters" in coordinator.get("/rights").text
    assert administrator.post(f"/rights/{request}/confirm", data=confirmed).location == "/rights"
    assert "Nimeni nu mai cere acest lucru." in administrator.get("/rights").text
    assert administrator.get(f"/rights/{request}/confirm").status_code == 404
    assert any("a văzut ce ar dispărea" in told for told in sentences(coordinator.get("/audit?kind=rights").text))


NO_SHEETS = {
    "fișiere atașate",
    "fișe începute și nesalvate",
    "mențiuni ale altor persoane din jurul ei",
    "rânduri în care cazul apare pe fișele altora",
}


def facts_on(page: str) -> dict[str, int]:
    """What goes, and how much of it."""
    return {what: int(count) for what, count in re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page)}


def test_the_officer_for_data_protection_decides_only_where_nobody_else_can(demo: Demo) -> None:
    services = demo.app.extensions["dosar_access"]
    with demo.app.test_request_context():
        users = {user.username: user.id for user in all_users(services.session)}
        officer, coordinator = (
            worker_for(services, users[name]) for name in ("data_protection_officer", "coordinator")
        )
        asked_by = coordinator.id
        assert not may_confirm_erasure(services, officer, asked_by) and not may_ask_to_erase(services, officer)
        assert may_ask_to_erase(services, coordinator) and not may_confirm_erasure(services, coordinator, asked_by)
        both = replace(coordinator, roles=coordinator.roles | officer.roles)
        assert not may_ask_to_erase(services, both), "whatever else she is"
        with services.store.writing() as session:
            session.execute(update(user_table).where(user_table.c.id == users["administrator"]).values(active=False))
        try:
            assert may_confirm_erasure(services, officer, asked_by), "the right of the person goes before"
        finally:
            with services.store.writing() as session:
                back = update(user_table).where(user_table.c.id == users["administrator"]).values(active=True)
                session.execute(back)


def test_a_case_kept_long_enough_is_asked_for_in_the_list(demo: Demo) -> None:
    browser = demo.browser("coordinator")
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE), demo.repository.writing():
        case = demo.repository.case(3)
        case.status, case.closed_on, case.opened_on = "closed", date(2001, 1, 1), date(2000, 1, 1)  # type: ignore[attr-defined]
    page = browser.get("/rights").text
    assert 'value="3">' in page and "checked" not in page and "01.01.2011" in page
    told = sentences(browser.get("/audit").text)[0]
    assert "a citit o listă: Cazuri" in told, "she opened no file"
    assert "Se păstrează până la" in browser.get("/cases/3").text
    sent = {"csrf_token": token_on(page), "case": ["3", "x", "9" * 40]}
    assert browser.post("/rights/over-term", data=sent).location == "/rights"
    asked = browser.get("/rights").text
    assert "DEMO-003 · Anonimizează" in asked and 'value="3">' not in asked


def test_the_register_of_processing_is_read_and_taken_along(demo: Demo) -> None:
    browser = demo.browser("administrator")
    page = browser.get("/rights/register").text
    assert "Completați ce lipsește" in page and "Cine este responsabil" in page
    form = browser.get("/organisation").text
    told = {"organisation": "AO Pragul", "language": "ro", "country": "RO", "time_zone": ""}
    contacts = {"contact": "Str. Lungă 1, Iași", "data_protection": "date@pragul.example", "processors": "Gazda SRL"}
    browser.post("/organisation", data={"csrf_token": token_on(form), **told, **contacts})
    page = browser.get("/rights/register").text
    assert all(said in page for said in contacts.values()) and "Completați ce lipsește" not in page
    assert "Registrul de evidență a prelucrărilor" in page and "Datele cui" in page
    assert "Aceasta este demonstrația" in page and "Nu există încă nicio copie de siguranță." in page
    with demo.app.app_context(), demo.repository.writing():
        place = save_place(demo.repository.session, PlaceSettings(None, FOLDER_KIND, "Stickul Mariei", "/mnt/maria"))
        run = BackupRun(place.id, "button", datetime(2026, 11, 28, 9), datetime(2026, 11, 28, 9), verified=True)
        note_run(demo.repository.session, run)
    page = browser.get("/rights/register").text
    assert "Stick USB, disc sau loc din rețea" in page and "28.11.2026" in page
    assert "Maria" not in page and "/mnt" not in page, "what kind of place, not where"
    book = browser.get("/rights/register.xlsx")
    assert book.headers["Content-Disposition"].startswith('attachment; filename="register-')
    assert "xl/workbook.xml" in zipfile.ZipFile(BytesIO(book.data)).namelist()
