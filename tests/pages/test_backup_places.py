"""A place for back-ups is chosen in the browser: from the drives that are connected, or by its path."""

from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from dosar.backups.places.drives import Drive
from dosar.backups.places.settings import read_places
from dosar.pages.backups import drive_choices
from tests.backups.servers import PASSWORD, USER, webdav
from tests.pages.conftest import Demo, token_on

NAME = "dosar-ffeedd-2026-11-20-080000.dosar"


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Connected, with a back-up on it; and a share that does not answer."""
    folder = tmp_path / "STICK MARE ș"
    folder.mkdir()
    (folder / NAME).write_bytes(bytes(12_000_000))
    drives = [Drive(folder, "stick", folder.name), Drive(tmp_path / "dus", "network", "dus")]
    monkeypatch.setattr(drive_choices, "connected_drives", lambda: drives)
    return folder


def test_a_stick_is_chosen_with_a_click_and_marked(demo: Demo, stick: Path) -> None:
    administrator = demo.browser("administrator")
    page = administrator.get("/backups/new/folder").text
    assert "STICK MARE ș: stick sau disc USB" in page and "liberi, o copie de siguranță" in page and ">dus" not in page
    sent = {"csrf_token": token_on(page), "title": "stickul albastru", "drive": str(stick), "folder": ""}
    assert administrator.post("/backups/new/folder", data=sent).status_code == 303
    (kept,) = read_places(demo.repository.store.session)
    assert kept.address == str(stick) and list((stick / "Dosar").glob(f"dosar-{kept.mark}.place.txt"))
    inside = {**sent, "folder": demo.app.config["DATA"]}
    refused = administrator.post("/backups/new/folder", data=inside)
    assert refused.status_code == 422 and "în afara folderului de date" in refused.text


def test_back_ups_on_drives_are_offered_by_day_size_and_drive(demo: Demo, stick: Path) -> None:
    with demo.app.test_request_context(headers={"Accept-Language": "ro"}):
        ((path, words),) = drive_choices.found_choices()
    assert path == str(stick / NAME)
    assert words.endswith(" · 12 MB · STICK MARE ș") and "2026" in words


def test_a_place_is_changed_and_its_password_stays_without_being_shown(demo: Demo, tmp_path: Path) -> None:
    administrator = demo.browser("administrator")
    session = demo.repository.store.session

    def sent(to: str, **boxes: str) -> TestResponse:
        return administrator.post(to, data={"csrf_token": token_on(administrator.get("/backups").text), **boxes})

    (tmp_path / "other").mkdir()
    with webdav(tmp_path) as url, webdav(tmp_path / "other") as other:
        first = {"title": "nor", "address": url, "folder": "Dosar", "user": USER, "secret": PASSWORD}
        assert sent("/backups/new/webdav", **first).status_code == 303
        kept = read_places(session)[-1]
        page = f"/backups/places/{kept.id}/edit"
        shown = administrator.get(page).text
        assert url in shown and 'value="nor"' in shown and PASSWORD not in shown
        session.remove()
        assert sent(page, **{**first, "title": "norul mare", "secret": ""}).location == f"/backups/places/{kept.id}"
        now = read_places(session)[-1]
        assert (now.id, now.title, now.secret) == (kept.id, "norul mare", PASSWORD)
        session.remove()
        elsewhere = sent(page, **{**first, "address": other, "secret": ""})
        assert elsewhere.status_code == 422 and "parola" in elsewhere.text and other in elsewhere.text
        assert not list((tmp_path / "other").rglob("*")), "the password went nowhere"
        assert sent(page, **{**first, "address": "http://example.org/"}).status_code == 422
        assert sent(page, **{**first, "address": other}).status_code == 303
        assert read_places(session)[-1].address == other
        session.remove()
        assert administrator.get("/backups/places/987654/edit").status_code == 404
