"""She deleted the wrong sheet on Friday: the administrator opens a back-up, the coordinator takes it out of there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from dosar.access import worker
from dosar.access.sealed.guesses import FREE_GUESSES, Guesses
from dosar.access.tables import user_table
from dosar.backups.keeping.work import BackupWork
from dosar.backups.salvage.copy_work import COPY_FOLDER, OPEN_FOR, CopyWork
from dosar.database.audit.chain import audit_event_table
from dosar.database.keys.key_slots import KeySlots
from dosar.database.keys.key_slots_file import write_slots
from dosar.database.keys.recovery_card import RecoveryCard
from dosar.database.system_tables import team_table, utc_now
from dosar.pages.backups.backup_state import COPY, WORK
from dosar.records.actor import Actor
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.save import correct_sheet
from dosar.records.sheets.stored_answers import open_sheet
from tests.databases import KEY
from tests.pages.conftest import Demo, token_on
from tests.pages.test_case_page import TODAY, consented, filed
from tests.waiting import is_soon

CASE, FORM = 3, "responsibility_agreement"


def english(demo: Demo, user: str) -> FlaskClient:
    browser = demo.browser(user)
    browser.set_cookie("language", "en")
    return browser


def post(browser: FlaskClient, address: str, **boxes: str) -> TestResponse:
    token = token_on(browser.get("/profile").text)
    return browser.post(address, data={"csrf_token": token, **boxes})


@pytest.fixture(scope="module")
def card(demo: Demo) -> str:
    made = RecoveryCard.new()
    write_slots(Path(demo.app.config["DATA"]), KeySlots().with_slot(KEY, "card", made.secret, "2026-11-01"))
    return " ".join(made.groups)


@pytest.fixture(scope="module")
def sheets(demo: Demo) -> dict[str, int]:
    """One that is deleted, one that is corrected, and one that stays."""
    answers = {"signed_on": TODAY, "authority_representative": "Ana Corectă"}
    return {name: filed(demo, FORM, CASE, **answers) for name in ("gone", "other", "stays")}


@pytest.fixture(scope="module")
def stay(demo: Demo) -> tuple[int, dict[str, object]]:
    """One in a place with one bed, and what another there would say."""
    rooms = [{"id": None, "room": "Camera 1", "beds": 1}]
    facility = filed(demo, "facility", name="Centrul Bradul", phase="centre", rooms=rooms)
    wanted = {"facility": facility, "phase": "centre", "admitted_on": TODAY}
    case = filed(demo, "case", opened_on=TODAY, status="open")
    consented(demo, case)
    return filed(demo, "stay", case, **wanted), wanted


@pytest.fixture(scope="module")
def place(
    demo: Demo,
    card: str,
    sheets: dict[str, int],
    stay: tuple[int, dict[str, object]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The page of a stick with a back-up of before."""
    administrator, stick = english(demo, "administrator"), tmp_path_factory.mktemp("stick")
    assert post(administrator, "/backups/new/folder", title="stick", folder=str(stick)).status_code == 303
    post(administrator, "/backups/now")
    work: BackupWork = demo.app.extensions[WORK]
    assert is_soon(lambda: work.progress is None)
    yield re.findall(r'href="(/backups/places/\d+)"', administrator.get("/backups").text)[-1]
    demo.app.extensions[COPY].close()


def opened(demo: Demo, place: str, card: str) -> None:
    """The administrator opens the back-up."""
    administrator = english(demo, "administrator")
    name = re.findall(r'name="name" value="([^"]+)"', administrator.get(place).text)[0]
    asked = post(administrator, f"{place}/open", name=name).text
    assert "Recovery card or passphrase" in asked and "The back-up of: today" in asked
    post(administrator, f"{place}/open", name=name, secret="AAAA")
    assert is_soon(lambda: demo.app.extensions[COPY].progress is None)
    refused = administrator.get("/backups/open")
    assert refused.status_code == 422 and name in refused.text
    assert post(administrator, f"{place}/open", name=name, secret=card).location == "/backups/open"
    assert is_soon(lambda: demo.app.extensions[COPY].progress is None)
    assert administrator.get("/backups/open").location == "/backups"
    assert "is open for single records until" in administrator.get("/backups").text


@pytest.fixture(scope="module")
def code(demo: Demo) -> str:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = str(open_sheet(demo.repository, "case", CASE).answers["code"])
        demo.repository.session.remove()
    return found


def correct(demo: Demo, number: int, **answers: str) -> None:
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        version = open_sheet(demo.repository, FORM, number).record.version
        correct_sheet(demo.repository, demo.forms[FORM], number, version, answers, Actor(None, "", TODAY))
        demo.repository.session.remove()


def test_what_she_deleted_and_what_she_overwrote_come_back(
    demo: Demo, place: str, card: str, sheets: dict[str, int], code: str
) -> None:
    coordinator = english(demo, "coordinator")
    assert "No back-up is open just now" in coordinator.get("/from-backup").text
    assert coordinator.get(f"/from-backup/cases/{CASE}").status_code == 404
    gone, other, stays = (f"/records/{FORM}/{number}" for number in sheets.values())
    post(coordinator, f"{gone}/delete", _confirmed="1")
    correct(demo, sheets["other"], authority_representative="Ion Greșit")
    opened(demo, place, card)
    assert "/from-backup" in coordinator.get("/deleted").text
    overview = coordinator.get("/from-backup").text
    assert f"/from-backup{gone}" in overview and "deleted since" in overview
    assert post(coordinator, "/from-backup", code=code).location == f"/from-backup/cases/{CASE}"
    letters, number = code.split("-")
    for short in (number, number.lstrip("0"), f"{letters}{number}", f"{letters.title()} {int(number)}"):
        assert post(coordinator, "/from-backup", code=short).location == f"/from-backup/cases/{CASE}", short
    case = coordinator.get(f"/from-backup/cases/{CASE}").text
    assert f"/from-backup{gone}" in case and f"/from-backup{other}" in case and f"/from-backup{stays}" not in case
    assert "Bring it back" in coordinator.get(f"/from-backup{gone}").text
    assert post(coordinator, f"/from-backup{gone}").location == gone
    assert "From the back-up of" in coordinator.get(f"{gone}/history").text
    assert "It is there today, with the same answers." in coordinator.get(f"/from-backup{gone}").text
    compared = coordinator.get(f"/from-backup{other}").text
    assert "Ana Corectă" in compared and "Ion Greșit" in compared
    found = re.search(r'name="version" value="(\d+)"', compared)
    assert found
    assert "Tick the answers" in post(coordinator, f"/from-backup{other}", version=found[1]).text
    take = {"take": "authority_representative"}
    assert post(coordinator, f"/from-backup{other}", version="1", **take).location == f"/from-backup{other}"
    assert post(coordinator, f"/from-backup{other}", version=found[1], **take).location == other
    history = coordinator.get(f"{other}/history").text
    assert "Ana Corectă" in coordinator.get(other).text and "Ion Greșit" in history and "From the back-up of" in history
    assert "Nothing of this case is missing" in coordinator.get(f"/from-backup/cases/{CASE}").text


def test_a_stay_comes_back_to_a_taken_bed_once_somebody_says_why(
    demo: Demo, place: str, card: str, stay: tuple[int, dict[str, object]]
) -> None:
    number, wanted = stay
    coordinator, address = english(demo, "coordinator"), f"/records/stay/{number}"
    post(coordinator, f"{address}/delete", _confirmed="1")
    filed(demo, "stay", filed(demo, "case", opened_on=TODAY, status="open"), **wanted)
    opened(demo, place, card)
    refused = post(coordinator, f"/from-backup{address}")
    assert refused.status_code == 422 and "“Centrul Bradul” has no bed free on" in refused.text
    assert 'name="reason"' in refused.text
    blank = post(coordinator, f"/from-backup{address}", reason=" ")
    assert blank.status_code == 422 and "Write why one person more is placed there." in blank.text
    assert post(coordinator, f"/from-backup{address}", reason="Nowhere else to sleep").location == address
    assert re.search(r"From the back-up of [^<]+ Nowhere else to sleep", coordinator.get(f"{address}/history").text)


def test_what_is_not_there_is_said_in_words(demo: Demo, place: str, card: str) -> None:
    opened(demo, place, card)
    coordinator = english(demo, "coordinator")
    assert "no case with this number" in post(coordinator, "/from-backup", code="D-1").text
    assert "Write the number" in post(coordinator, "/from-backup", code="").text
    for address in ("cases/987654", "records/case/987654", "records/nothing/1"):
        assert coordinator.get(f"/from-backup/{address}").status_code == 404
        assert post(coordinator, f"/from-backup/{address}").status_code == 404


def test_a_case_that_is_not_hers_is_searched_for_as_one_that_never_was(
    demo: Demo, place: str, card: str, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She was in its team when the back-up was made, and left it since."""
    opened(demo, place, card)
    coordinator, work = english(demo, "coordinator"), demo.app.extensions[COPY]
    with demo.repository.store.snapshot() as connection:
        her = connection.scalar(select(user_table.c.id).where(user_table.c.username == "coordinator"))
    with work.reading() as copy, copy.repository.writing() as session:
        seat = {"case_id": CASE, "user_id": her, "role": "case_manager", "since": TODAY}
        session.execute(insert(team_table).values(seat))
    role = next(each for each in demo.repository.definition.roles.roles if each.role == "coordinator")
    assert post(coordinator, "/from-backup", code=code).location == f"/from-backup/cases/{CASE}"
    monkeypatch.setitem(role.__dict__, "scope", "own")
    monkeypatch.setattr(worker, "_allowance", worker._allowance.__wrapped__)  # what is worked out once, is so again
    refused, never = (post(coordinator, "/from-backup", code=typed) for typed in (code, "D-1"))
    assert refused.status_code == never.status_code == 422
    told, of_nobody = (page.text.replace(token_on(page.text), "") for page in (refused, never))
    assert told.replace(code, "D-1") == of_nobody
    assert coordinator.get(f"/from-backup/cases/{CASE}").status_code == 404


def test_nobody_else_sees_anything_of_it(demo: Demo, place: str, card: str, sheets: dict[str, int], code: str) -> None:
    opened(demo, place, card)
    addresses = ["/from-backup", f"/from-backup/cases/{CASE}", f"/from-backup/records/{FORM}/{sheets['gone']}"]
    for user in ("administrator", "case_manager", "social_worker", "psychologist", "accountant", "volunteer"):
        browser = english(demo, user)
        for address in addresses:
            assert browser.get(address).status_code == 403, (user, address)
            assert post(browser, address, code=code).status_code == 403, (user, address)
    for user in ("coordinator", "case_manager"):
        for address in (f"{place}/open", "/backups/open/close"):
            assert post(english(demo, user), address).status_code == 403


def test_it_is_closed_by_the_button_and_after_hours(demo: Demo, place: str, card: str) -> None:
    opened(demo, place, card)
    work: CopyWork = demo.app.extensions[COPY]
    folder = work.data / COPY_FOLDER
    assert folder.is_dir() and work.closes_at is not None and work.closes_at <= utc_now() + OPEN_FOR
    administrator = english(demo, "administrator")
    assert post(administrator, "/backups/open/close").location == "/backups"
    assert not folder.exists() and "is open for single records" not in administrator.get("/backups").text
    assert "No back-up is open" in english(demo, "coordinator").get("/from-backup").text
    table = audit_event_table
    with demo.repository.store.snapshot() as connection:
        told = list(
            connection.scalars(select(table.c.action).where(table.c.action.like("backup_%")).order_by(table.c.seq))
        )
    assert told[-2:] == ["backup_opened", "backup_closed"]


def test_closing_forgives_no_wrong_guess(demo: Demo, place: str) -> None:
    administrator, work = english(demo, "administrator"), demo.app.extensions[COPY]
    name = re.findall(r'name="name" value="([^"]+)"', administrator.get(place).text)[0]
    for _ in range(FREE_GUESSES):
        assert post(administrator, f"{place}/open", name=name, secret="somebody else's").status_code == 303
        assert is_soon(lambda: work.progress is None)
        post(administrator, "/backups/open/close")
        administrator.get("/backups/open")
    assert post(administrator, f"{place}/open", name=name, secret="somebody else's").status_code == 429
    work.guesses = Guesses()
