"""Every page of every role, in both languages: what no page may do."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app import shipped
from app.demo import accounts
from app.language.reading import read_yaml
from tests.browser.crawling import CrawledPage, crawled
from tests.browser.languages import strangers
from tests.browser.serving import Site

ROLES = [account["role"] for account in accounts(shipped("forms"))]
WITHOUT_NAMES = ("accountant", "volunteer", "administrator")
"""Roles that know people by the code of their case."""
MOST = {"coordinator": 3}


@pytest.fixture(scope="module", params=["ro", "en"])
def language(request: pytest.FixtureRequest) -> str:
    """The language of the pages."""
    code: str = request.param
    return code


@pytest.fixture(scope="module", params=ROLES)
def role(request: pytest.FixtureRequest) -> str:
    """Whose pages they are."""
    key: str = request.param
    return key


@pytest.fixture(scope="module")
def pages(untouched_site: Site, role: str, language: str) -> list[CrawledPage]:
    """The role's pages, every kind of them."""
    return list(crawled(untouched_site, role, language, MOST.get(role, 1)))


def test_every_link_leads_to_a_page(pages: list[CrawledPage]) -> None:
    assert [page.address for page in pages if page.status != 200] == []


def test_every_page_is_in_the_readers_language(pages: list[CrawledPage], language: str) -> None:
    assert {page.read.language for page in pages} == {language}
    where = {text: page.address for page in pages for text in page.read.texts}
    found = strangers(where, language)
    assert not found, "\n".join(f"{where[text]}: {text!r} has {said}" for text, said in found.items())


def test_every_page_has_one_heading_and_a_title(pages: list[CrawledPage]) -> None:
    assert [page.address for page in pages if page.read.heads != 1] == []
    assert [page.address for page in pages if not page.read.title.endswith("Dosar")] == []


def test_no_address_and_no_title_names_anybody(pages: list[CrawledPage]) -> None:
    named = re.compile("|".join(map(re.escape, names())), re.I)
    shown_to_all = [f"{page.address} {page.read.title}" for page in pages]
    assert [text for text in shown_to_all if named.search(text)] == []


def test_some_roles_know_codes_and_no_names(pages: list[CrawledPage], role: str) -> None:
    if role not in WITHOUT_NAMES:
        return
    named = re.compile(r"\b({})\b".format("|".join(map(re.escape, names()))))
    assert [(page.address, found[0]) for page in pages if (found := named.search(page.html))] == []


@cache
def names() -> frozenset[str]:
    """What the people of the demo cases are called."""
    found: set[str] = set()
    for path in sorted((shipped("forms") / "demo").glob("case-*.yaml")):
        found.update(_names(read_yaml(Path(path)).contents))
    return frozenset(found)


def _names(contents: Any) -> Iterator[str]:
    for record in contents["records"]:
        if record["form"] in ("case", "person"):
            parts = (record["answers"].get(part, "") for part in ("last_name", "first_name"))
            yield from (part for part in parts if len(part) > 3 and " " not in part)
