"""The pictures of the handbooks: what ``pictures.yaml`` lists, done by a visitor in a browser, in every language."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from dosar.access.sealed.vault import Vault
from dosar.handbooks.addresses import BOOKS_FOLDER, PICTURES_FOLDER
from dosar.language.text.translations import LANGUAGES, translated_word
from dosar.pages.sealed.sealed_app import create_sealed_app
from tests.browser.serving import answering, served
from tests.browser.visitors import Visitor

SIZES = {"wide": (1280, 800), "narrow": (390, 780)}
CASE_CODE = re.compile(r"\{([A-Z0-9-]+)\}")
NOBODY = "nobody"


@cache
def listed_pictures() -> dict[str, dict[str, Any]]:
    """Name → how it is taken."""
    listed: dict[str, dict[str, Any]] = yaml.safe_load((BOOKS_FOLDER / "pictures.yaml").read_text("utf-8"))
    return listed


@contextmanager
def demo_site(folder: Path) -> Iterator[str]:
    with served(folder) as site:
        yield site.url


@contextmanager
def empty_site(folder: Path) -> Iterator[str]:
    """A first day: nobody is known, and any code is the right one."""
    with served(folder, demo=False) as site:
        yield site.url


@contextmanager
def locked_site(_: Path) -> Iterator[str]:
    """The page before data that nobody has opened."""
    sealed = Vault(lambda typed: None, lambda key: None, lambda app: None)  # type: ignore[arg-type, return-value]
    with answering(create_sealed_app(sealed, [], "pictures")) as url:
        yield url


SITES = {"demo": demo_site, "empty": empty_site, "locked": locked_site}


def said(words: Any, language: str) -> str:
    """The words of a step in this language."""
    return str(words[language]) if isinstance(words, dict) else translated_word(str(words), language)


STEPS: dict[str, Callable[[Visitor, Any, str], None]] = {
    "press": lambda visitor, words, language: visitor.press(said(words, language)),
    "follow": lambda visitor, words, language: visitor.follow(said(words, language)),
    "type": lambda visitor, boxes, language: visitor.type(
        **{name: said(each, language) for name, each in boxes.items()}
    ),
    "click": lambda visitor, selector, _: visitor.click(visitor.page.locator(selector).first),
    "show": lambda visitor, selector, _: visitor.page.locator(selector).first.evaluate("it => it.scrollIntoView()"),
}


class Photographer:
    """Takes pictures of one site; for each reader and size there is one window."""

    def __init__(self, browser: Any, url: str) -> None:
        self.browser, self.url = browser, url
        self.windows: dict[tuple[str, str], Visitor] = {}

    def window(self, account: str, size: str) -> Visitor:
        if (account, size) not in self.windows:
            width, height = SIZES[size]
            context = self.browser.new_context(
                viewport={"width": width, "height": height}, locale="ro-RO", reduced_motion="reduce"
            )
            visitor = self.windows[account, size] = Visitor(context.new_page(), self.url)
            if account != NOBODY:
                visitor.sign_in(account)
        return self.windows[account, size]

    def picture(self, how: dict[str, Any], language: str) -> bytes:
        visitor = self.window(how.get("as", NOBODY), how.get("size", "wide"))
        page = CASE_CODE.sub(lambda code: self._number(visitor, code[1]), how["page"])
        visitor.open(page)
        visitor.speak(language)
        visitor.open(page)
        for step in how.get("steps") or []:
            for name, asked in step.items():
                STEPS[name](visitor, asked, language)
        taken: bytes = (visitor.page.locator(how["only"]).first if "only" in how else visitor.page).screenshot(
            animations="disabled"
        )
        return taken

    def _number(self, visitor: Visitor, code: str) -> str:
        visitor.open("/cases")
        return str(visitor.page.get_by_role("link", name=code).first.get_attribute("href")).rpartition("/")[2]


def take_handbook_pictures(browser: Any, folder: Path, keep: Callable[[bytes, Path], None], *wanted: str) -> None:
    """Every picture that is listed, or those that are wanted."""
    chosen = {name: how for name, how in listed_pictures().items() if not wanted or name in wanted}
    for site, opened in SITES.items():
        of_site = {name: how for name, how in chosen.items() if how.get("site", "demo") == site}
        if not of_site:
            continue
        with opened(folder / site) as url:
            photographer = Photographer(browser, url)
            for language in LANGUAGES:
                for name, how in of_site.items():
                    keep(photographer.picture(how, language), PICTURES_FOLDER / language / f"{name}.png")
