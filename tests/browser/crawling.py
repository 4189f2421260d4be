"""Every page a worker can reach by links, fetched without a browser."""

import json
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

from dosar.cli.demo import demo_password
from tests.browser.serving import Site
from tests.whole_run import made_once

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"}
SILENT = {"script", "style", "textarea", "kbd"}
SPOKEN = (
    "title",
    "aria-label",
    "placeholder",
    "alt",
    "data-label",
    "data-counter",
    "data-deleted",
    "data-full",
    "data-yes",
    "data-no",
)
"""Attributes that are read out or shown."""


@dataclass(frozen=True)
class CrawledPage:
    """A page as it came over the wire."""

    address: str
    kind: str
    status: int
    html: str

    @cached_property
    def read(self) -> "PageReader":
        """What stands on it."""
        reader = PageReader()
        reader.feed(self.html)
        return reader


class PageReader(HTMLParser):
    """The texts, links and heads of a page, without what is typed and what says itself to be foreign."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()
        self.links: list[str] = []
        self.assets: list[str] = []
        """What comes with the page: styles and scripts."""
        self.language = ""
        self.title = ""
        self.heads = 0
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "html":
            self.language = given.get("lang") or ""
        if tag == "a" and (given.get("href") or "").startswith(("/", "?")):
            self.links.append(str(given["href"]))
        if tag == "script" or (tag == "link" and given.get("rel") in ("stylesheet", "modulepreload")):
            self.assets.append(str(given.get("src") or given.get("href")))
        self.heads += tag == "h1"
        foreign = tag != "html" and "lang" in given
        silent = tag in SILENT or foreign or self._is_silent()
        if not silent:
            self.texts.update(tidy(given[name]) for name in SPOKEN if given.get(name))
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "title":
            self.title = tidy(data)
        if not self._is_silent() and tidy(data):
            self.texts.add(tidy(data))

    def _is_silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def tidy(text: str | None) -> str:
    """A text with single spaces."""
    return " ".join((text or "").split())


def kind_of(address: str) -> str:
    """Pages of one kind differ only in numbers, in the wishes of a list, or in where they lead; the views of what is
    due are kinds of their own."""
    path, _, query = address.partition("?")
    asked = dict(wish.partition("=")[::2] for wish in query.split("&") if wish)
    kept = [f"?{name}{'=' + asked[name] if name == 'view' else ''}" for name in ("case", "view") if name in asked]
    narrowed = set(asked) - {"case", "view", "page", "next"}
    return "".join([re.sub(r"\d+", "N", path), *kept, *(["?sorted or filtered"] if narrowed else [])])


def signed_in(site: Site, role: str, language: str) -> FlaskClient:
    """A browser without a window, in which a worker has signed in and chosen her language."""
    client = site.app.test_client()
    token = _token(client.get("/sign-in").text)
    who = {"user_name": role, "password": demo_password(role)}
    came = client.post("/sign-in", data={**who, "csrf_token": token})
    assert came.status_code == 303, role
    token = _token(client.get("/profile").text)
    client.post("/language", data={"language": language, "next": "/", "csrf_token": token})
    return client


def _token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found, "no form on the page"
    return found[1]


def crawled(site: Site, role: str, language: str, most: int = 1) -> Iterator[CrawledPage]:
    """Every page the worker's links lead to, at most so many of each kind: the first ones in Romanian, and
    in English those that are linked to last."""
    client: Any = signed_in(site, role, language)
    waiting, seen, kinds = deque(["/"]), {"/"}, Counter[str]()
    turn = 1 if language == "ro" else -1
    while waiting:
        address = waiting.popleft()
        answer = client.get(address)
        while answer.status_code in (301, 302, 303):
            answer = client.get(answer.location)
        if "html" not in answer.content_type:
            continue
        page = CrawledPage(address, kind_of(address), answer.status_code, answer.text)
        yield page
        for link in page.read.links[::turn]:
            followed = (link if link.startswith("/") else address.partition("?")[0] + link).partition("#")[0]
            kind = kind_of(followed)
            if followed not in seen and kinds[kind] < most:
                kinds[kind] += 1
                seen.add(followed)
                waiting.append(followed)


def crawled_once(untouched: Site, role: str, language: str) -> list[CrawledPage]:
    """The same, of the demo as it came, by whichever process of the run needs it first."""
    told = made_once(
        f"pages-{role}-{language}",
        lambda: json.dumps([astuple(page) for page in crawled(untouched, role, language)]),
    )
    return [CrawledPage(*page) for page in json.loads(told)]
