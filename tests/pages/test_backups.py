"""The page of the back-ups: who sees it, what it says, and what it does."""

import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from dosar.backups.keeping.warnings import BackupWarning, PlaceState
from dosar.backups.keeping.work import BackupWork
from dosar.database.audit.chain import audit_event_table
from dosar.language.text.message import Message
from dosar.pages.backups.backup_state import WORK
from dosar.pages.backups.backup_words import warning_text
from tests.pages.conftest import Demo, token_on
from tests.waiting import is_soon


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stick")


@pytest.fixture
def administrator(demo: Demo) -> FlaskClient:
    browser = demo.browser("administrator")
    browser.set_cookie("language", "en")
    return browser


def post(browser: FlaskClient, address: str, **boxes: str) -> Any:
    token = token_on(browser.get("/backups").text)
    return browser.post(address, data={"csrf_token": token, **boxes})


def told(demo: Demo, action: str) -> str:
    """What the last event of this kind names."""
    table = audit_event_table
    with demo.repository.store.snapshot() as connection:
        fields = select(table.c.fields).where(table.c.action == action).order_by(table.c.seq.desc())
        return str(connection.scalar(fields.limit(1)))


def test_only_who_answers_for_the_organisation_opens_it(demo: Demo) -> None:
    for user in ("coordinator", "case_manager", "volunteer"):
        browser = demo.browser(user)
        assert browser.get("/backups").status_code == 403
        token = token_on(browser.get("/profile").text)
        assert browser.post("/backups/now", data={"csrf_token": token}).status_code == 403


def test_a_place_is_tried_before_it_is_kept(administrator: FlaskClient, stick: Path) -> None:
    said = administrator.get("/backups").text
    assert "nobody has said yet where they go" in said and "Back up now" not in said
    refused = post(administrator, "/backups/new/folder", title="blue stick", folder=str(stick / "away"))
    assert refused.status_code == 422 and "Connect the disk or the stick" in refused.text
    assert 'value="blue stick"' in refused.text, "nothing typed is lost"
    assert post(administrator, "/backups/new/folder", title="", folder="x").status_code == 422
    assert post(administrator, "/backups/new/nothing", title="x").status_code == 404
    assert post(administrator, "/backups/new/folder", title="blue stick", folder=str(stick)).status_code == 303
    assert "blue stick" in administrator.get("/backups").text


def test_the_button_makes_one_that_is_checked_and_can_be_taken_along(
    demo: Demo, administrator: FlaskClient, stick: Path
) -> None:
    assert post(administrator, "/backups/now").location == "/backups/progress"
    work: BackupWork = demo.app.extensions[WORK]
    assert is_soon(lambda: work.progress is None)
    assert administrator.get("/backups/progress").location == "/backups"
    page = administrator.get("/backups").text
    assert "backed up and checked" in page and "Last back-up: today" in page
    file = next(stick.rglob("*.dosar"))
    place = re.findall(r'href="(/backups/places/\d+)"', page)[-1]
    listed = administrator.get(place).text
    assert f'value="{file.name}"' in listed and not re.search(r"\d\d:\d\d:\d\d", listed)
    same_minute = file.with_name(f"{file.stem[:-2]}{(int(file.stem[-2:]) + 30) % 60:02}.dosar")
    same_minute.touch()
    listed = administrator.get(place).text
    assert len(set(re.findall(r"today, \d\d:\d\d \(\d\d:\d\d:\d\d\)", listed))) == 2, "told apart by the seconds"
    same_minute.unlink()
    taken = post(administrator, f"{place}/take", name=file.name)
    assert taken.data == file.read_bytes() and file.name in taken.headers["Content-Disposition"]
    assert post(administrator, f"{place}/take", name="../key").status_code == 404
    if demo.repository.store.engine.dialect.name == "postgresql":
        refused = post(administrator, f"{place}/restore", name=file.name)
        assert refused.status_code in (404, 422), "it goes back at the server"
    assert file.name in told(demo, "backup_taken") and file.name in told(demo, "backup_made")
    unread = post(administrator, f"{place}/take", name=file.name)
    assert list(Path(work.data).glob(".taking/*"))
    unread.close()  # the browser went away before the first piece
    taken.close()
    assert not list(Path(work.data).glob(".taking/*"))


def test_how_many_are_kept_is_chosen(demo: Demo, administrator: FlaskClient) -> None:
    wrong = post(administrator, "/backups/plan", daily="yes", kept_daily="7", kept_weekly="0", kept_monthly="x")
    assert wrong.status_code == 422 and "Write a number from 1 to 60." in wrong.text
    post(administrator, "/backups/plan", daily="no", kept_daily="3", kept_weekly="2", kept_monthly="1")
    page = administrator.get("/backups").text
    assert re.findall(r'name="kept_\w+" value="(\d+)"', page) == ["3", "2", "1"]
    assert "3/2/1" in told(demo, "backup_plan")


def test_one_good_place_is_no_failure_of_all(demo: Demo) -> None:
    now = datetime(2026, 11, 29, 16, 30)
    server = PlaceState("server", now, Message("The password is wrong."))
    with demo.app.test_request_context(), force_locale("en"):
        told = warning_text(BackupWarning.FAILED, [PlaceState("blue stick", now), server], now)
        assert told == "The last back-up did not get to every place. server: The password is wrong."
        assert "did not succeed" in warning_text(BackupWarning.FAILED, [server], now)


def test_a_stick_that_is_not_there_is_named(
    administrator: FlaskClient, demo: Demo, stick: Path, tmp_path: Path
) -> None:
    """It is a trouble only where no other one took its turn."""
    work, red = demo.app.extensions[WORK], tmp_path / "red"
    red.mkdir()
    post(administrator, "/backups/new/folder", title="red stick", folder=str(red))
    shutil.rmtree(stick)
    red.rename(tmp_path / "away")
    work.look_at_disks()  # a folder that is not there is not on the disk of the data
    (tmp_path / "away").rename(red)
    post(administrator, "/backups/now")
    assert is_soon(lambda: work.progress is None)
    administrator.get("/backups/progress")
    page = administrator.get("/backups").text
    assert "blue stick was not connected, so it got none" in page and "red stick: backed up and checked" in page
    assert "another place has a fresh back-up" in page and 'class="problem"' not in page
    place, other = re.findall(r'href="(/backups/places/\d+)"', page)[-2:]
    away = administrator.get(place).text
    assert "waits for its turn" in away and "notice-danger" not in away
    assert post(administrator, f"{other}/remove").status_code == 303
    page = administrator.get("/backups").text
    assert 'class="problem"' in page and "Connect" in administrator.get(place).text
    assert post(administrator, f"{place}/remove").status_code == 303
    assert "blue stick" not in administrator.get("/backups").text
    assert administrator.get(place).status_code == 404
    stick.mkdir()
