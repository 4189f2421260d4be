"""Every page of every role, in one language or both: what no page may do."""

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from itertools import cycle, product
from pathlib import Path
from typing import Any

import pytest

from dosar import shipped_folder
from dosar.access.services import AccessServices
from dosar.cli.demo import demo_accounts
from dosar.language.load.yaml_reader import read_yaml
from tests.browser.crawling import CrawledPage, crawled, crawled_once
from tests.browser.languages import strangers
from tests.browser.serving import Site

ROLES = [account["role"] for account in demo_accounts(shipped_folder("forms"))]
WITHOUT_NAMES = ("accountant", "volunteer", "administrator", "data_protection_officer")
"""Roles that know people by the code of their case."""
WITH_PAGES_OF_THEIR_OWN = ("coordinator", *WITHOUT_NAMES)
"""Roles with a page that no other has; the others' are the coordinator's with less on them, in the same words."""
OTHERS = [role for role in ROLES if role not in WITH_PAGES_OF_THEIR_OWN]
READERS = [*product(WITH_PAGES_OF_THEIR_OWN, ("ro", "en")), *zip(OTHERS, cycle(("en", "ro")), strict=False)]
"""Who reads in which language: roles without a page of their own in one, the next of them in the other."""
TIME_ZONES = re.compile(r'<select[^>]* name="time_zone".*?</select>', re.DOTALL)
"""Cities may be called as people are."""
HEAVIEST_ASSETS, HEAVIEST_PAGE = 45 * 1024, 20 * 1024
MOST_REQUESTS = 8


@pytest.fixture(scope="module", params=READERS, ids="-".join)
def reader(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Whose pages they are, in which language."""
    pair: tuple[str, str] = request.param
    return pair


@pytest.fixture(scope="module")
def role(reader: tuple[str, str]) -> str:
    """Whose pages they are."""
    return reader[0]


@pytest.fixture(scope="module")
def language(reader: tuple[str, str]) -> str:
    """The language of the pages."""
    return reader[1]


@pytest.fixture(scope="module")
def pages(untouched_site: Site, role: str, language: str) -> list[CrawledPage]:
    """The role's pages, every kind of them."""
    return crawled_once(untouched_site, role, language)


@pytest.fixture(scope="module")
def weight_of(untouched_site: Site) -> Callable[[str], int]:
    """What a style or a script weighs on the line."""
    browser = untouched_site.app.test_client()

    @cache
    def weight(asset: str) -> int:
        with browser.get(asset) as answer:
            return len(gzip.compress(answer.data))

    return weight


def test_every_link_leads_to_a_page(pages: list[CrawledPage]) -> None:
    assert [page.address for page in pages if page.status != 200] == []


def test_every_page_is_in_the_readers_language(pages: list[CrawledPage], language: str) -> None:
    assert {page.read.language for page in pages} == {language}
    where = {text: page.address for page in pages for text in page.read.texts}
    found = strangers(where, language)
    assert not found, "\n".join(f"{where[text]}: {text!r} has {said}" for text, said in found.items())


@pytest.mark.parametrize("role", WITH_PAGES_OF_THEIR_OWN)
def test_every_page_opens_as_moldova_words_it(untouched_site: Site, role: str) -> None:
    with in_country(untouched_site, "MD"):
        pages = list(crawled(untouched_site, role, "ro"))
    assert [page.address for page in pages if page.status != 200] == []
    where = {text: page.address for page in pages for text in page.read.texts}
    found = strangers(where, "ro")
    assert not found, "\n".join(f"{where[text]}: {text!r} has {said}" for text, said in found.items())


@contextmanager
def in_country(site: Site, country: str) -> Iterator[None]:
    """The organisation works in this country meanwhile."""
    services: AccessServices = site.app.extensions["dosar_access"]
    with site.app.app_context():  # not around the pages: they would keep one language between them
        before = services.organisation()
        with services.store.writing():
            services.update_organisation(replace(before, country=country))
    yield
    with site.app.app_context(), services.store.writing():
        services.update_organisation(before)


def test_every_page_has_one_heading_and_a_title(pages: list[CrawledPage]) -> None:
    assert [page.address for page in pages if page.read.heads != 1] == []
    assert [page.address for page in pages if not page.read.title.endswith("Dosar")] == []


def test_no_address_and_no_title_names_anybody(pages: list[CrawledPage]) -> None:
    named = re.compile("|".join(map(re.escape, names() | colleagues())), re.I)
    shown_to_all = [f"{page.address} {page.read.title}" for page in pages]
    assert [text for text in shown_to_all if named.search(text)] == []


def test_some_roles_know_codes_and_no_names(pages: list[CrawledPage], role: str) -> None:
    if role not in WITHOUT_NAMES:
        return
    named = re.compile(r"\b({})\b".format("|".join(map(re.escape, names()))))
    shown = [(page.address, TIME_ZONES.sub("", page.html)) for page in pages]
    assert [(address, found[0]) for address, html in shown if (found := named.search(html))] == []


def test_every_page_is_light(pages: list[CrawledPage], weight_of: Callable[[str], int]) -> None:
    heavy = {page.address for page in pages if len(gzip.compress(page.html.encode())) > HEAVIEST_PAGE}
    heavy |= {page.address for page in pages if sum(map(weight_of, page.read.assets)) > HEAVIEST_ASSETS}
    assert heavy == set()
    assert [page.address for page in pages if 1 + len(page.read.assets) > MOST_REQUESTS] == []


@cache
def names() -> frozenset[str]:
    """What the people of the demo cases are called."""
    found: set[str] = set()
    for path in sorted((shipped_folder("forms") / "demo").glob("case-*.yaml")):
        found.update(_names(read_yaml(Path(path)).contents))
    return frozenset(found)


@cache
def colleagues() -> frozenset[str]:
    """What those who sign in are called."""
    return frozenset(account["last_name"] for account in demo_accounts(shipped_folder("forms")))


def _names(contents: Any) -> Iterator[str]:
    for record in contents["records"]:
        if record["form"] in ("case", "person"):
            answers = record["answers"]
            parts = (answers.get(part, "") for part in ("last_name", "first_name"))
            # the mayor of a village goes by what he is
            yield from (
                part for part in parts if len(part) > 3 and " " not in part and part != answers.get("position_held")
            )
