"""The page of the versions: who sees it, what it says, and how a new one comes."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import trustme
from flask.testing import FlaskClient

from dosar.database.system_tables import utc_now
from dosar.long_work.progress import keep_silent
from dosar.pages.backups.backup_state import WORK
from dosar.updates.check.check_settings import note_seen, read_check_settings
from dosar.updates.data.kept import keep_before_update, remove_kept
from dosar.updates.file.archive import system_name
from dosar.updates.pinned import read_pinned
from dosar.updates.pip.command_lines import CommandLines
from dosar.updates.programs.choice import choose, read_choice
from dosar.updates.programs.program import Program
from dosar.updates.work import UPDATES, UpdateWork
from tests.backups.servers import answering
from tests.pages.conftest import Demo, token_on
from tests.updates.programs import KEY, become, make_program, make_update
from tests.updates.release import Makers, offered
from tests.waiting import is_soon

VERSION = "0.2.0"


@pytest.fixture
def administrator(demo: Demo) -> FlaskClient:
    browser = demo.browser("administrator")
    browser.set_cookie("language", "en")
    return browser


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program as somebody installed it, a newer one, and the file that brings it."""
    folder = tmp_path_factory.mktemp("programs")
    make_program(folder / "installed", VERSION, only_tells=True)
    make_update(folder, make_program(folder / "newer", "9.0.0", only_tells=True))
    return folder


@pytest.fixture
def installed(folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """This program is the installed one."""
    program = Program(VERSION, str(folders / "installed"))
    become(program, monkeypatch)
    pin(monkeypatch, folders / "installed")
    monkeypatch.setenv("DOSAR_PROGRAMS", str(tmp_path / "store"))
    return program


@pytest.fixture
def work(demo: Demo, installed: Program) -> Iterator[UpdateWork]:
    """Whoever updates it; ``restarted`` tells whether it was to start anew."""
    restarted, backups = Event(), demo.app.extensions[WORK]
    made = demo.app.extensions[UPDATES] = UpdateWork(backups.data, backups, restarted.set)
    yield made
    made.forget()
    del demo.app.extensions[UPDATES]


def pin(monkeypatch: pytest.MonkeyPatch, program: Path, address: str = "") -> None:
    """What the build of this program pinned, and where it may ask."""
    pinned = replace(read_pinned(program / "_internal/pinned.json"), address=address)
    for module in ("pages.updates.update_page", "pages.updates.update_state", "updates.file.archive"):
        monkeypatch.setattr(f"dosar.{module}.read_pinned", lambda: pinned)


def post(browser: FlaskClient, address: str, **boxes: Any) -> Any:
    token = token_on(browser.get("/update").text)
    return browser.post(address, data={"csrf_token": token, **boxes}, headers={"Accept-Language": "en"})


def after(browser: FlaskClient, work: UpdateWork) -> Any:
    """What the page says once it is over."""
    assert is_soon(lambda: work.progress is None or work.is_restarting)
    return browser.get("/update/progress")


def test_only_who_answers_for_the_organisation_opens_it(demo: Demo) -> None:
    for user in ("coordinator", "case_manager", "volunteer"):
        browser = demo.browser(user)
        assert browser.get("/update").status_code == 403
        token = token_on(browser.get("/profile").text)
        for address in ("question", "ask", "piece", "file", "fetch", "begin", "leave", "back"):
            assert browser.post(f"/update/{address}", data={"csrf_token": token}).status_code == 403


def test_installed_with_pip_the_lines_to_type_are_said(demo: Demo, administrator: FlaskClient) -> None:
    page = administrator.get("/update").text
    assert "-m pip install --upgrade" in page and sys.executable in page and 'type="file"' not in page
    assert page.index("Make a back-up first") < page.index("-m pip install")
    is_sqlite = demo.repository.store.engine.dialect.name == "sqlite"
    assert ("nothing to go back to now" if is_sqlite else "On PostgreSQL the way back") in page
    assert post(administrator, "/update/begin").status_code == 404
    assert administrator.get("/update/back").status_code == 404


def test_installed_with_pip_the_lines_lead_back_to_the_same_data(demo: Demo, administrator: FlaskClient) -> None:
    store, data = demo.repository.store, demo.app.extensions[WORK].data
    if store.engine.dialect.name != "sqlite":
        pytest.skip("nothing is kept beside a server")
    keep_before_update(store, data, "0.1.0", datetime(2026, 11, 29, 8), keep_silent)
    demo.app.config["COMMAND_LINES"] = CommandLines(
        data_options=("--data", "/srv/ours"), start_options=("--data", "/srv/ours")
    )
    try:
        page = administrator.get("/update").text
        assert "lead back to version 0.1.0" in page and "nothing to go back to now" not in page
        assert "update --back --data /srv/ours</code>" in page and page.count("start --data /srv/ours</code>") == 2
    finally:
        del demo.app.config["COMMAND_LINES"]
        remove_kept(data)


@pytest.mark.usefixtures("installed")
def test_where_nobody_updates_it_no_file_is_asked_for(administrator: FlaskClient) -> None:
    page = administrator.get("/update").text
    assert "takes no update from a file" in page and 'type="file"' not in page


def test_an_update_is_brought_looked_at_and_done(
    administrator: FlaskClient, work: UpdateWork, folders: Path, installed: Program
) -> None:
    content = next(folders.glob("*.dosar-update")).read_bytes()
    first = post(administrator, "/update/piece", at="0", piece=(BytesIO(content[:500]), "piece")).json
    assert first["at"] == 500
    sent = {"upload": first["upload"], "at": "500", "piece": (BytesIO(content[500:]), "piece")}
    assert post(administrator, "/update/piece", **sent).json["at"] == len(content)
    assert post(administrator, "/update/file", upload=first["upload"]).location == "/update/progress"
    page = after(administrator, work).text
    assert "Update to version 9.0.0" in page and "Faster." in page and "nobody has said where back-ups go" in page
    assert "An update is on its way" in administrator.get("/update").text
    assert 'name="version" value="9.0.0"' in page
    assert post(administrator, "/update/begin", version="8.9.0").location == "/update/progress"
    assert "Another update was brought meanwhile" in after(administrator, work).text and work.installed is None
    assert post(administrator, "/update/begin", version="9.0.0").location == "/update/progress"
    assert "Dosar is starting anew" in after(administrator, work).text
    assert post(administrator, "/update/leave").location == "/update/progress", "it is chosen"
    assert "already" in post(administrator, "/update/piece", at="0").json["problem"]
    assert work.installed is not None
    chosen = read_choice()
    assert chosen is not None and (chosen.runs.version, chosen.before) == ("9.0.0", installed) and chosen.is_on_trial


def test_a_file_that_is_none_is_refused_in_words(administrator: FlaskClient, work: UpdateWork, folders: Path) -> None:
    assert post(administrator, "/update/file").status_code == 422
    assert post(administrator, "/update/file", upload="made up").status_code == 422
    odd = {"at": "9" * 5000, "name": f"{'ș' * 150}.dosar-update", "piece": (BytesIO(b"x"), "piece")}
    assert post(administrator, "/update/piece", **odd).json["at"] == 1, "no name that a disk refuses, no number at all"
    for content in (b"Dear Sir", next(folders.glob("*.dosar-update")).read_bytes()[:-100]):
        assert post(administrator, "/update/file", file=(BytesIO(content), "x.dosar-update")).status_code == 303
        refused = after(administrator, work)
        assert refused.status_code == 422 and "is not a whole update" in refused.text
        assert "Nothing was changed" in refused.text and read_choice() is None
        assert not work.uploads.folder.exists()
    assert post(administrator, "/update/leave").location == "/update"


def test_no_update_without_the_back_up_that_was_to_be_made(
    demo: Demo, administrator: FlaskClient, work: UpdateWork, folders: Path, tmp_path: Path
) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert post(administrator, "/backups/new/folder", title="blue stick", folder=str(stick)).status_code == 303
    content = next(folders.glob("*.dosar-update")).read_bytes()
    post(administrator, "/update/file", file=(BytesIO(content), "x.dosar-update"))
    assert "blue stick" in after(administrator, work).text
    assert work.backups._take_turn()
    post(administrator, "/update/begin", version="9.0.0")
    refused = after(administrator, work)
    assert refused.status_code == 422 and "is being made just now" in refused.text
    assert "Update without a back-up" not in refused.text, "it is there in a moment"
    work.backups._end()
    (stick / "Dosar").rename(tmp_path / "elsewhere") if (stick / "Dosar").exists() else None
    stick.rename(tmp_path / "gone")
    post(administrator, "/update/begin", version="9.0.0")
    refused = after(administrator, work)
    assert refused.status_code == 422 and "so nothing was updated" in refused.text and read_choice() is None
    assert "Update without a back-up" in refused.text
    post(administrator, "/update/begin", version="9.0.0", without_backup="yes")
    assert "Dosar is starting anew" in after(administrator, work).text


def test_the_way_back_says_what_goes(
    demo: Demo, administrator: FlaskClient, work: UpdateWork, folders: Path, installed: Program
) -> None:
    store, data = demo.repository.store, work.data
    before = make_program(folders / "before", "0.1.0", only_tells=True)
    choose(installed, before, "2026-11-29T08:00:00")
    keep_before_update(store, data, "0.1.0", datetime(2026, 11, 29, 8), keep_silent)
    try:
        page = administrator.get("/update").text
        assert "Back to version 0.1.0 with the data of" in page and "It runs on trial" in page
        work.failed = "8.0.0"
        assert "Version 8.0.0 did not come up" in administrator.get("/update").text
        asked = administrator.get("/update/back").text
        assert "What was written since the update" in asked and "of the history" in asked and "back-up" not in asked
        assert "kept aside for 30 days" in asked and "The passphrase and the recovery card stay" in asked
        refused = post(administrator, "/update/back")
        assert refused.status_code == 422 and "Tick that you know" in refused.text
        assert post(administrator, "/update/back", sure="yes").location == "/update/progress"
        assert "Dosar is starting anew" in after(administrator, work).text
        chosen = read_choice()
        assert chosen is not None and chosen.runs == before and chosen.going_back is not None
        assert not chosen.since, "it came here long before"
    finally:
        remove_kept(data)


def test_a_new_version_is_told_once_the_question_is_on(
    demo: Demo,
    administrator: FlaskClient,
    work: UpdateWork,
    folders: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services, authority, makers = demo.app.extensions["dosar_access"], trustme.CA(), Makers(KEY)
    monkeypatch.setattr(services, "in_demo_mode", False)  # an organisation's, on the same data
    monkeypatch.setattr(services, "_is_demo", None)
    authority.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))
    certificate, content = authority.issue_cert("127.0.0.1"), next(folders.glob("*.dosar-update")).read_bytes()
    with answering(200, certificate, content) as (files, _):
        news = makers.news("9.0.0", utc_now().date().isoformat(), file=offered(content, files), system=system_name())
        with answering(200, certificate, news.encode()) as (server, asked):
            pin(monkeypatch, folders / "installed", server)
            assert "Asked last" not in administrator.get("/update").text and asked == []
            assert post(administrator, "/update/question", asks="perhaps").status_code == 422
            assert post(administrator, "/update/ask").status_code == 303
        page = administrator.get("/update").text
        assert "Version 9.0.0 is there" in page and "Asked last: today" in page
        assert "Version 9.0.0" not in administrator.get("/").text, "it was not switched on"
        assert post(administrator, "/update/question", asks="yes").status_code == 303
        assert "Version 9.0.0 is there" in administrator.get("/").text
        assert "Version 9.0.0" not in demo.browser("coordinator").get("/").text
        assert "no fresh news" not in administrator.get("/").text
        with services.store.writing() as session:
            seen = read_check_settings(session).seen
            assert seen is not None
            note_seen(session, replace(seen, until=seen.day - timedelta(days=1)))
        assert "no fresh news" in administrator.get("/").text
        assert "none have come since" in administrator.get("/update").text
        assert post(administrator, "/update/fetch").location == "/update/progress"
        assert "Update to version 9.0.0" in after(administrator, work).text
    refused = post(administrator, "/update/ask")
    assert refused.status_code == 422 and "could not be heard" in refused.text
