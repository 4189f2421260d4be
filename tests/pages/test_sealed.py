"""While the data are sealed: one page on every address, and nothing of what lies behind."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from dosar.access.sealed.vault import Vault
from dosar.access.sealed.vault_use import install_vault
from dosar.cli.serving.gate import Gate
from dosar.cli.serving.sealing import close_application
from dosar.database.sealing.sealed_columns import _keys
from dosar.database.store_errors import StoreClosed
from dosar.pages.sealed.sealed_app import create_sealed_app
from tests.access.test_vault import PASSPHRASE
from tests.applications import opened_app
from tests.databases import KEY
from tests.organisations import CASE, MENU, ROLES
from tests.waiting import is_soon

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
HOME = "http://127.0.0.1:8080"


class Program:
    """Dosar as the server calls it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = Vault(lambda typed: KEY if typed == PASSPHRASE else None, self._open, close_application)
        self.gate = Gate(self.vault, create_sealed_app(self.vault, ["dosar.exemplu.ro"], "the-token"))
        self.app: Flask | None = None

    def _open(self, key: bytes) -> Flask:
        self.app, _ = opened_app(self.folder / "data", key, forms=self.folder / "forms")
        install_vault(self.app, self.vault)
        return self.app

    def ask(self, address: str, method: str = "GET", **more: object) -> TestResponse:
        asked: Any = {"method": method, "base_url": HOME, "buffered": True, **more}
        return Client(self.gate).open(address, **asked)

    def unlock(self, typed: str = PASSPHRASE, **more: object) -> TestResponse:
        return self.ask("/unlock", "POST", data={"secret": typed, "next": "/cases?page=2"}, **more)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    (tmp_path / "forms").mkdir()
    for name, contents in {"case": CASE, "roles": ROLES, "menu": MENU}.items():
        (tmp_path / f"forms/{name}.yaml").write_text(contents, encoding="utf-8")
    made = Program(tmp_path)
    yield made
    made.vault.seal()
    assert made.vault.wait_until_closed()


def test_every_address_of_the_application_shows_the_page_that_opens_it(tmp_path: Path, program: Program) -> None:
    """The walk: every route there is, with every method, as the application knows them when it is open."""
    open_app, _ = opened_app(tmp_path / "other", KEY, forms=tmp_path / "forms")
    addresses = {
        rule.rule.replace("<int:", "<").replace("<", "").replace(">", "") for rule in open_app.url_map.iter_rules()
    }
    open_app.extensions["dosar_repository"].store.close()
    assert len(addresses) > 60
    addresses -= {"/health", "/ready", "/static/path:filename"}
    addresses = {address for address in addresses if not address.startswith("/help")}
    for address in [*sorted(addresses), "/nothing", "/unlock/more", "//x", "/%00"]:
        for method in METHODS:
            answer = program.ask(address, method)
            assert answer.status_code == 503, f"{method} {address}"
            assert "Set-Cookie" not in answer.headers and "Content-Security-Policy" in answer.headers
            assert method == "HEAD" or 'name="secret"' in answer.text, f"{method} {address}"
    assert program.app is None


def test_what_answers_beside_it(program: Program) -> None:
    assert program.ask("/health").text == "the-token"
    assert program.ask("/static/css/page.css").status_code == 200
    assert program.ask("/static/../pages/records.py").status_code in (404, 503)
    missing = program.ask("/static/nothing.js")
    assert missing.status_code == 503 and "<" not in missing.text
    assert program.ask("/still-here", headers={"Accept": "application/json"}).status_code == 503
    assert program.ask("/unlock").status_code == 503


def test_what_watches_over_a_server_is_told_in_a_word(program: Program) -> None:
    def told() -> tuple[int, str]:
        answer = program.ask("/ready", "GET")
        assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"
        return answer.status_code, answer.text

    assert told() == (503, "sealed\n")
    program.vault._opening_since = program.vault.clock()
    assert told() == (503, "starting\n")
    program.vault._opening_since = None
    program.vault.open(KEY)
    assert told() == (200, "ready\n") and program.ask("/ready", "HEAD").status_code == 200
    assert program.ask("/ready", "POST").status_code == 405


def test_it_is_opened_without_a_restart_and_leads_on(program: Program) -> None:
    answer = program.unlock()
    assert (answer.status_code, answer.location) == (303, "/cases?page=2")
    assert is_soon(lambda: program.vault.is_open)
    assert program.ask("/cases?page=2").location == "/set-up"
    assert program.ask("/unlock").location == "/" and program.ask("/unlock", "POST").location == "/"


def test_it_is_sealed_again_and_forgets(program: Program) -> None:
    program.vault.open(KEY)
    assert program.app is not None
    store = program.app.extensions["dosar_repository"].store
    store.purpose_key("files")
    assert program.vault.seal() and program.vault.wait_until_closed()
    assert store._key is store._data_key is store._seal.key is None and store.engine.dialect not in _keys
    assert program.app.config["SECRET_KEY"] is None
    assert store.engine.pool.checkedin() == 0
    with pytest.raises(StoreClosed):
        store.tell("sealed")  # whoever still works in the background
    assert program.ask("/sign-in").status_code == 503
    program.unlock()
    assert is_soon(lambda: program.vault.is_open) and program.ask("/set-up").status_code == 200


def test_a_wrong_guess_is_told_and_leads_nowhere_else(program: Program) -> None:
    answer = program.unlock("wrong", headers={"Accept-Language": "en"})
    assert answer.status_code == 401 and "This does not open the data" in answer.text
    assert 'name="next" value="/cases?page=2"' in answer.text and "wrong" not in answer.text
    for _ in range(9):
        answer = program.unlock("wrong", headers={"Accept-Language": "en"})
    assert answer.status_code == 429 and "seconds and try again" in answer.text
    evil = program.ask("/unlock", "POST", data={"secret": "x", "next": "//evil.example"})
    assert 'name="next" value="/"' in evil.text


@pytest.mark.parametrize(
    ("base_url", "headers", "status"),
    [
        ("https://dosar.exemplu.ro", {}, 303),
        ("http://dosar.exemplu.ro", {}, 403),
        ("http://localhost", {}, 303),
        ("http://127.0.0.1", {"X-Forwarded-For": "203.0.113.9"}, 421),
        ("http://evil.example", {}, 400),
        ("http://127.0.0.1", {"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_only_over_this_computer_or_https(
    base_url: str, headers: dict[str, str], status: int, program: Program
) -> None:
    assert program.unlock(base_url=base_url, headers=headers).status_code == status


def test_what_somebody_sent_meanwhile_is_shown_to_be_copied(program: Program) -> None:
    sent = {"notes": "Mama a sunat.", "csrf_token": "abc123", "password": "geheim", "_once": "xyz789"}
    answer = program.ask("/records/visit/new", "POST", data=sent, headers={"Accept-Language": "en"})
    assert answer.status_code == 503 and "Mama a sunat." in answer.text and "was not saved" in answer.text
    assert not any(word in answer.text for word in ("abc123", "geheim", "xyz789"))


def test_the_language_is_chosen_before_anybody_is_known(program: Program) -> None:
    answer = program.ask("/unlock?language=en&next=/cases")
    assert '<html lang="en">' in answer.text and "language=en" in answer.headers["Set-Cookie"]
    assert "Datele sunt încuiate" in program.ask("/unlock?language=ro").text
    assert "Set-Cookie" not in program.ask("/cases?language=en").headers


def test_the_page_goes_on_by_itself_while_the_data_are_being_opened(program: Program) -> None:
    program.vault._opening_since = program.vault.clock() - 3
    answer = program.ask("/cases", headers={"Accept-Language": "en"})
    assert answer.headers["Refresh"] == "1" and "being opened" in answer.text and 'name="secret"' not in answer.text
    program.vault._opening_since = None
    assert "Refresh" not in program.ask("/cases").headers


def test_the_handbooks_are_read_while_the_data_are_locked(program: Program) -> None:
    assert 'href="/help"' in program.ask("/cases").text
    assert 'href="/help/worker/about"' in program.ask("/help").text
    page = program.ask("/help/worker/about?language=en")
    assert page.status_code == 200 and "About this handbook" in page.text
    assert "language=en" in page.headers["Set-Cookie"]
    assert "<mark>" in program.ask("/help?language=ro", "POST", data={"words": "diacritice"}).text
    assert program.ask("/help/nothing").location == "/help"
    for method in ("PUT", "DELETE", "OPTIONS"):
        assert program.ask("/help", method).status_code == 503
    assert program.app is None


def test_what_does_not_open_leads_to_the_handbook(program: Program) -> None:
    assert 'href="/help/administrator/keys-lost#passphrase"' in program.unlock("nu e asta").text
