"""Over a raw socket, from the server that runs: whatever it answers, it says what a browser may do with it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from functools import wraps
from typing import Any

import pytest
from flask import Flask

from dosar.access.sealed.vault import Vault
from dosar.access.web.security_headers import DOWNLOAD_HEADERS, SECURITY_HEADERS
from dosar.cli.serving.gate import Gate
from dosar.pages.sealed.sealed_app import create_sealed_app
from tests.databases import KEY, Place
from tests.pages.conftest import demo_on
from tests.rigs.slow import limited_server

HOST = "Host: 127.0.0.1\r\nConnection: close\r\n"
JSON = "Accept: application/json\r\n"
UNKEPT = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
DOWNLOADED = {**UNKEPT, **DOWNLOAD_HEADERS}
SIGNED_IN = "Cookie: {cookie}\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


@dataclass
class Served:
    """Dosar as it is started, and somebody who has signed in."""

    address: tuple[str, int]
    vault: Vault
    app: Flask
    cookie: str

    def ask(self, request: str) -> tuple[int, Message]:
        """Status and headers of what comes back for these bytes."""
        with socket.create_connection(self.address, timeout=60) as connection:
            with suppress(ConnectionError):  # who is refused is sent away before she has said it all
                connection.sendall(request.format(cookie=self.cookie).encode("latin-1"))
            answer = b"".join(pieces(connection))
        head, _, _ = answer.partition(b"\r\n\r\n")
        first, _, headers = head.partition(b"\r\n")
        assert first.startswith(b"HTTP/1."), answer[:200]
        return int(first.split()[1]), BytesParser().parsebytes(headers + b"\r\n\r\n")


def pieces(connection: socket.socket) -> Iterator[bytes]:
    """What comes back, until the server closes the connection."""
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            yield piece


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, filled: Callable[[str], Place]) -> Iterator[Served]:
    with demo_on(tmp_path_factory.mktemp("served"), filled("sqlite")) as demo:
        cookies = demo.browser("coordinator")._cookies.values()
        cookie = "; ".join(f"{cookie.key}={cookie.value}" for cookie in cookies)
        vault = Vault(lambda typed: None, lambda key: demo.app, lambda app: None)
        with limited_server(Gate(vault, create_sealed_app(vault, [], "token"))) as address:
            yield Served(address, vault, demo.app, cookie)


def headers_of(answer: Message, like: dict[str, str]) -> dict[str, str]:
    """What the answer says of all that is to be said, and whether it tells more than it should."""
    telling = {name: answer[name] for name in ("Server", "Via", "X-Powered-By") if name in answer}
    assert all(len(answer.get_all(name, [])) == 1 for name in like), answer.items()
    return {**{name: str(answer[name]) for name in like}, **telling}


REFUSED_BY_THE_SERVER = [
    ("nonsense", "nonsense\r\n\r\n", 400),
    ("a header that is none", f"GET / HTTP/1.1\r\n{HOST}a b c\r\n\r\n", 400),
    ("two lengths", f"POST / HTTP/1.1\r\n{HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
    ("a length that is no number", f"POST / HTTP/1.1\r\n{HOST}Content-Length: -1\r\n\r\n", 400),
    ("a length of 4,301 digits", f"POST / HTTP/1.1\r\n{HOST}Content-Length: {'9' * 4301}\r\n\r\n", 400),
    ("half an address", f"GET http://[::1 HTTP/1.1\r\n{HOST}\r\n", 400),
    ("a body too large", f"POST / HTTP/1.1\r\n{HOST}Content-Length: 99999999\r\n\r\n", 413),
    ("a head too large", f"GET / HTTP/1.1\r\n{HOST}X: {'x' * 300_000}\r\n\r\n", 431),
    ("broken chunks", f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    ("an unknown encoding", f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: gzip\r\n\r\n", 501),
]


@pytest.mark.parametrize(("kind", "request_text", "status"), REFUSED_BY_THE_SERVER, ids=lambda kind: str(kind)[:30])
@pytest.mark.parametrize("state", ["sealed", "open"])
def test_what_the_server_refuses_by_itself(
    served: Served, state: str, kind: str, request_text: str, status: int
) -> None:
    put(served, state)
    answered, headers = served.ask(request_text)
    assert (answered, headers_of(headers, UNKEPT)) == (status, UNKEPT), kind


SEALED = [
    ("/", f"GET / HTTP/1.1\r\n{HOST}\r\n", 503),
    ("a page as data", f"GET / HTTP/1.1\r\n{HOST}{JSON}\r\n", 503),
    ("health", f"GET /health HTTP/1.1\r\n{HOST}\r\n", 200),
    ("whether it can be worked with", f"GET /ready HTTP/1.1\r\n{HOST}\r\n", 503),
    ("no such style", f"GET /static/no.css HTTP/1.1\r\n{HOST}\r\n", 503),
    ("another method", f"DELETE /cases HTTP/1.1\r\n{HOST}\r\n", 503),
    ("a strange host", "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 400),
    ("by way of a proxy", f"GET / HTTP/1.1\r\n{HOST}X-Forwarded-For: 1.2.3.4\r\n\r\n", 421),
    ("a wrong guess", f"POST /unlock HTTP/1.1\r\n{HOST}{FORM}Content-Length: 8\r\n\r\nsecret=x", 401),
    ("HTTP of 1991", "GET /\r\n\r\n", 400),
]


@pytest.mark.parametrize(("kind", "request_text", "status"), SEALED, ids=lambda kind: str(kind)[:30])
def test_while_the_data_are_sealed(served: Served, kind: str, request_text: str, status: int) -> None:
    put(served, "sealed")
    answered, headers = served.ask(request_text)
    assert (answered, headers_of(headers, UNKEPT)) == (status, UNKEPT), kind


OPEN = [
    ("home", "GET / HTTP/1.1\r\n", 200),
    ("only the head", "HEAD / HTTP/1.1\r\n", 200),
    ("what it takes", "OPTIONS /cases HTTP/1.1\r\n", 200),
    ("another method", "PATCH /cases HTTP/1.1\r\n", 405),
    ("no method", "NONSENSE /cases HTTP/1.1\r\n", 405),
    ("nothing there", "GET /nothing HTTP/1.1\r\n", 404),
    ("no style", "GET /static/no.css HTTP/1.1\r\n", 404),
    ("out of the folder", "GET /static/../../pyproject.toml HTTP/1.1\r\n", 404),
    ("a slash too many", "GET //evil.example/%2e%2e HTTP/1.1\r\n", 404),
    ("way on", "GET /unlock HTTP/1.1\r\n", 303),
    ("way on of who has signed in", "GET /sign-in HTTP/1.1\r\n", 303),
    ("not a form", "POST /find HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}", 415),
    ("without a token", f"POST /find HTTP/1.1\r\n{FORM}Content-Length: 0\r\n\r\n", 400),
    ("health", "GET /health HTTP/1.1\r\n", 200),
    ("whether it can be worked with", "GET /ready HTTP/1.1\r\n", 200),
]


@pytest.mark.parametrize(("kind", "request_text", "status"), OPEN, ids=lambda kind: str(kind)[:30])
def test_while_they_are_open(served: Served, kind: str, request_text: str, status: int) -> None:
    put(served, "open")
    answered, headers = served.ask(in_her_name(request_text))
    assert (answered, headers_of(headers, UNKEPT)) == (status, UNKEPT), kind


def test_what_is_downloaded_does_nothing_in_a_browser(served: Served) -> None:
    put(served, "open")
    answered, headers = served.ask(in_her_name("GET /rights/register.xlsx HTTP/1.1\r\n"))
    assert (answered, headers_of(headers, DOWNLOADED)) == (200, DOWNLOADED)


@pytest.mark.parametrize("state", ["sealed", "open"])
def test_a_style_is_kept_as_long_as_its_name(served: Served, state: str) -> None:
    put(served, state)
    versioned = {**SECURITY_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
    plain = {**SECURITY_HEADERS, "Cache-Control": "no-cache"}
    first, headers = served.ask(f"GET /static/css/dosar.css HTTP/1.1\r\n{HOST}\r\n")
    assert (first, headers_of(headers, plain)) == (200, plain)
    same = f"GET /static/css/dosar.css?v=1 HTTP/1.1\r\n{HOST}If-None-Match: {headers['ETag']}\r\n\r\n"
    unchanged, headers = served.ask(same)
    assert (unchanged, headers_of(headers, versioned)) == (304, versioned)


def test_what_fails_in_the_application_is_answered_without_a_word_of_it_in_the_log(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In the tests the application lets its errors through to the server."""

    @wraps(served.app.view_functions["HelpPages.help"])
    def fails(**_: object) -> None:
        raise ValueError("Ana Popescu, str. Lungă 4")

    put(served, "open")
    monkeypatch.setitem(served.app.view_functions, "HelpPages.help", fails)
    answered, headers = served.ask(in_her_name("GET /help HTTP/1.1\r\n"))
    assert (answered, headers_of(headers, UNKEPT)) == (500, UNKEPT)
    assert "ValueError at " in caplog.text and "Popescu" not in caplog.text


def test_what_is_logged_of_a_refusal_has_somewhere_to_go(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Flask writes its log to where the server says; for a refused request too."""
    answers, met = served.app.wsgi_app, []

    def noting(environ: dict[str, Any], start_response: Any) -> Any:
        met.append(callable(environ["wsgi.errors"].write))
        return answers(environ, start_response)

    put(served, "open")
    monkeypatch.setattr(served.app, "wsgi_app", noting)
    assert served.ask(f"POST / HTTP/1.1\r\n{HOST}Content-Length: 99999999\r\n\r\n")[0] == 413
    assert met == [True]


def put(served: Served, state: str) -> None:
    """Open or seal the data, unless they are: what is sealed is looked for in all of the memory."""
    if served.vault.is_open == (state == "open"):
        return
    if state == "open":
        served.vault.open(KEY)
    else:
        served.vault.seal()
        assert served.vault.wait_until_closed()


def in_her_name(request_text: str) -> str:
    """The request with her cookie, from this computer."""
    first, _, rest = request_text.partition("\r\n")
    return f"{first}\r\n{HOST}{SIGNED_IN}{rest or chr(13) + chr(10)}"
