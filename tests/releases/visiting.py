"""A browser without scripts that talks to a Dosar of any release, by its addresses and the names of its boxes."""

import re
import secrets
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from tests.pages.browsing import boxes_on

Typed = dict[str, Any]
"""Box → what is typed: a text, several, or a file as (name, bytes)."""

HIDDEN = re.compile(r'name="(csrf_token|_once)"[^>]* value="([^"]+)"')
"""The tokens of a page, without which nothing is taken."""


@dataclass
class Answer:
    """What came back."""

    status: int
    location: str
    text: str


@dataclass
class Visitor:
    """Somebody at her browser."""

    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> Answer:
        """The page at this address, wherever it leads."""
        answer = self._ask("GET", address)
        return self.get(answer.location) if answer.location else answer

    def send(self, address: str, at: str, **typed: Any) -> Answer:
        """Type into the boxes of the page ``at``, and send them to ``address``."""
        answer = self._ask("POST", address, {**dict(HIDDEN.findall(self.get(at).text)), **typed})
        assert answer.status < 400, f"{address}: {answer.status} {re.findall('class=.problem.*', answer.text)}"
        return answer

    def save(self, address: str, **typed: Any) -> Answer:
        """Type over what stands in the boxes of a sheet, new or not, and save it."""
        standing = boxes_on(self.get(address).text).boxes
        return self.send(address, address, **{**dict(standing.lists()), **typed})

    def _ask(self, method: str, address: str, typed: Typed | None = None) -> Answer:
        there = urlsplit(address)
        kind, body = _encoded(typed or {})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "Content-Type": kind}
        connection = HTTPConnection(self.host, timeout=60)
        connection.request(method, f"{there.path}?{there.query}" if there.query else there.path, body, headers)
        answer = connection.getresponse()
        self._keep_cookies(answer)
        return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())

    def _keep_cookies(self, answer: HTTPResponse) -> None:
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.update({name: kept.value for name, kept in SimpleCookie(line).items()})


def _encoded(typed: Typed) -> tuple[str, bytes]:
    pairs = [
        (name, box_value) for name, told in typed.items() for box_value in (told if isinstance(told, list) else [told])
    ]
    if not any(isinstance(box_value, tuple) for _, box_value in pairs):
        return "application/x-www-form-urlencoded", urlencode(pairs).encode()
    mark = secrets.token_hex(16)
    return f"multipart/form-data; boundary={mark}", b"".join([*(_part(mark, *pair) for pair in pairs), _end(mark)])


def _part(mark: str, name: str, told: str | tuple[str, bytes]) -> bytes:
    file_name, content = ("", told.encode()) if isinstance(told, str) else told
    named = f'; filename="{file_name}"\r\nContent-Type: application/octet-stream' if file_name else ""
    return f'--{mark}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"


def _end(mark: str) -> bytes:
    return f"--{mark}--\r\n".encode()
