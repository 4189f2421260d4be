"""What an earlier release has kept is all there in this one, for those who go on working with it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from dosar import shipped_folder
from dosar.access.tables import user_table
from dosar.cli.main import main
from dosar.cli.runtime import open_app, prepare_database
from dosar.database.audit.chain import FIRST_ACTION, audit_event_table
from dosar.database.store import Store
from dosar.language.load.folder import ADVICE_CODES, is_only_advice
from dosar.updates.data.kept import kept_folder, read_kept
from tests.databases import KEY, Place
from tests.organisations import opened_answer
from tests.pages.browsing import look
from tests.pages.conftest import token_on
from tests.releases.kept import HERE, RELEASES, Rows, demo_left_behind, forms_of, left_behind, rows_in
from tests.releases.story import LATER_STORY, ORGANISATION, PAPER, PASSWORD, PEOPLE, REASON, STORY, TYPED
from tests.telephones import code_now, connect_telephone, key_on, unused_code


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    """The version that made the database."""
    version: str = request.param
    return version


@pytest.fixture
def kept(release: str, database: str, tmp_path: Path) -> Iterator[Place]:
    """Its database, which nobody has opened since."""
    with left_behind(release, database, tmp_path) as place:
        yield place


def upgrade(place: Place, forms: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """``dosar upgrade`` on it."""
    key = tmp_path / "dosar.key"
    key.touch(mode=0o600)
    key.write_text(KEY.hex())
    monkeypatch.setenv("DATABASE_URL", place.url or "")
    return main(["upgrade", "--data", str(place.data), "--forms", str(forms), "--key-file", str(key)])


@contextmanager
def started(place: Place, forms: Path) -> Iterator[Flask]:
    """Dosar on it, as ``dosar start`` opens it."""
    assert place.data is not None
    app, findings = open_app(place.data, forms, KEY, place.url, TESTING=True)
    try:
        assert is_only_advice(findings), "\n".join(map(str, findings))
        yield app
    finally:
        app.extensions["dosar_repository"].store.close()


LOG = audit_event_table.name


def rows_of(place: Place) -> Rows:
    """What stands in its database, while nobody works on it."""
    store = Place(None if place.url else place.data, place.url, KEY).open()
    try:
        store.open_kept_data_key()
        rows = rows_in(store)
        return rows | opened(answers(rows), store)
    finally:
        store.close()


def opened(rows: Rows, store: Store) -> Rows:
    """What lies sealed, as it reads."""
    return {
        table: sorted(({name: opened_answer(value, store) for name, value in line.items()} for line in lines), key=repr)
        for table, lines in rows.items()
    }


def answers(rows: Rows) -> Rows:
    """Those of the tables of forms."""
    return {table: lines for table, lines in rows.items() if not table.startswith(("ab_", "dosar_", "sqlite_"))}


def known(before: Rows, after: Rows) -> Rows:
    """What stands after, as far as it could stand before."""
    return {
        table: sorted(({name: line[name] for name in lines[0]} for line in after[table]), key=repr)
        for table, lines in before.items()
        if lines
    }


def test_everything_is_there(
    kept: Place, release: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    forms = forms_of(release, tmp_path)
    before = answers(rows_of(kept))
    assert len(before["visit"]) == 1 and len(before["visit__steps"]) == 2 and len(before["expense"]) == 3
    assert upgrade(kept, forms, tmp_path, monkeypatch) == 0, capsys.readouterr()
    it_was_compared(kept, release)
    with started(kept, forms) as app:
        they_go_on(app)
    standing = rows_of(kept)
    assert known(before, standing) == {table: lines for table, lines in before.items() if lines}
    with started(kept, forms):
        pass
    again = rows_of(kept)
    log, log_again = standing.pop(LOG), again.pop(LOG)
    assert again == standing, "the second start changes nothing"
    assert [event["action"] for event in log_again if event not in log] == ["started"]
    assert min(log, key=lambda event: event["seq"])["action"] == FIRST_ACTION
    if release == "0.1.0":  # whose roles could not say who leads a case
        (forms / "roles.yaml").write_text((HERE / "forms" / "roles.yaml").read_text("utf-8"), "utf-8")
        with started(kept, forms) as app:
            assert "Maria Ionescu" in look(browser_of(app, "vera"), "/cases/1/team").text


def it_was_compared(kept: Place, release: str) -> None:
    """The update has kept what the release left, and found the same rows in it; on a server, back-ups do that."""
    assert kept.data is not None
    found = read_kept(kept.data)
    if kept.url:
        assert found is None
        return
    assert found is not None and found.is_good and found.rows["visit"] == 1, found
    left = answers(rows_of(Place(kept_folder(kept.data), None, KEY)))
    assert len(left["expense"]) == 3


@pytest.mark.parametrize(("release", "database"), [("0.1.0", "postgresql")], indirect=True)
def test_the_copy_of_an_upgrade_can_be_started(kept: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the database as the release left it, in tables with fewer columns than the program knows."""
    forms = forms_of("0.1.0", tmp_path)
    before = answers(rows_of(kept))
    assert kept.data is not None and upgrade(kept, forms, tmp_path, monkeypatch) == 0
    (copy,) = (kept.data / "copies").iterdir()
    taken = Place(copy, None, KEY)
    found = answers(rows_of(taken))
    assert {table: len(found[table]) for table in found} == {table: len(before[table]) for table in before}
    with started(taken, forms) as app:
        they_go_on(app)


def they_go_on(app: Flask) -> None:
    """Everybody finds what she left."""
    maria_finds_her_sheet(browser_of(app, "maria"))
    ana_finds_her_draft(browser_of(app, "ana"))
    vera = look(browser_of(app, "vera"), "/records/case")
    address = re.search(r'<a[^>]* href="([^"]+)"[^>]*>Cazuri deschise<', vera.html)
    assert address, "the saved list is gone"
    shown = look(vera.browser, address[1].replace("&amp;", "&")).text
    assert "Crâșmaru Ștefania" in shown and "Popa Irina" not in shown
    users = look(browser_of(app, "teodora"), "/users").text
    assert ORGANISATION in users and [name for name in PEOPLE if name not in users] == []
    assert browser_of(app, "dan").get("/").location.startswith("/sign-in"), "his account is closed"


def maria_finds_her_sheet(browser: FlaskClient) -> None:
    """The answers, what they were before, the file and the case by its name."""
    sheet = look(browser, "/records/visit/1").text
    told = (LATER_STORY, "05.03.2026", "Casa Țarălungă", "Maria Ionescu", "Hrană", "Cărți", "Medic de familie", "3,5")
    assert [entry for entry in told if entry not in sheet] == []
    history = look(browser, "/records/visit/1/history").text
    assert STORY in history and LATER_STORY in history and "Maria Ionescu" in history
    assert browser.get("/files/1").data == PAPER
    token = token_on(browser.get("/records/case").text)
    found = browser.post("/find", data={"csrf_token": token, "words": "crasmaru", "search": "crasmaru"})
    assert "Crâșmaru Ștefania" in found.text or "Crâșmaru Ștefania" in look(browser, found.location).text
    team = look(browser, "/cases/1/team").text
    assert "Ana Șerban" in team and "02.03.2026" in team


def ana_finds_her_draft(browser: FlaskClient) -> None:
    """What she typed and did not save, and the ledger."""
    boxes = look(browser, "/records/visit/new?case=1").boxes
    assert (boxes["visited_on"], boxes["story"]) == ("12.03.2026", TYPED)
    ledger = look(browser, "/records/expense").text
    assert "120,50" in ledger and "Rechizite" in ledger
    assert REASON in look(browser, "/records/expense/3").text, "why it was reversed"


def browser_of(app: Flask, name: str) -> FlaskClient:
    """A browser in which she has signed in, if she may."""
    browser = app.test_client()
    token = token_on(browser.get("/sign-in").text)
    asked = browser.post("/sign-in", data={"user_name": name, "password": PASSWORD, "csrf_token": token}).location
    if asked is not None:
        if asked == "/sign-in/first-code":
            asked = connected_meanwhile(app, name)
        page = browser.get(asked).text
        code = unused_code(app, name) if asked == "/sign-in/code" else code_now(key_on(page))
        browser.post(asked, data={"code": code, "csrf_token": token_on(page)})
    return browser


def connected_meanwhile(app: Flask, name: str) -> str:
    """She had no telephone before the update: an administrator handed a code over, and she connected one."""
    services = app.extensions["dosar_access"]
    with services.store.writing() as session:
        user_id = session.scalar(select(user_table.c.id).where(user_table.c.username == name))
    connect_telephone(services, user_id)
    return "/sign-in/code"


def test_the_shipped_forms_take_what_those_before_kept(release: str, tmp_path: Path) -> None:
    """A shipped form that has to change says what it was (``was``), or asks a new question beside the old one."""
    place = demo_left_behind(release, tmp_path)
    before = answers(rows_of(place))
    store = place.open()
    try:
        found = prepare_database(store, shipped_folder("forms"), converting=True).findings
        after = answers(rows_in(store))
    finally:
        store.close()
    assert [str(one) for one in found if one.code not in ADVICE_CODES] == []
    assert {table: len(after[table]) for table in before} == {table: len(rows) for table, rows in before.items()}


def test_this_release_is_kept() -> None:
    """``python -m tests.releases.make VERSION`` is the step of a release that is easily forgotten."""
    version = installed_version("dosar")
    assert version in RELEASES, f"make what {version} leaves behind: python -m tests.releases.make {version}"
    for file in ("dosar.db", "dosar.sql.gz", "demo.db.xz"):
        assert (HERE / version / file).is_file()
