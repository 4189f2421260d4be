"""An empty page that reaches the static files, to try a single script."""

from collections.abc import Iterator
from contextlib import contextmanager
from json import dumps
from pathlib import Path
from typing import Any

from markupsafe import Markup

from dosar.fields.formats.days import days_by_word
from dosar.fields.money import currencies_by_word
from dosar.language.text.translations import LANGUAGES

STATIC = Path(__file__).parents[2] / "app/dosar/static"
EMPTY = Markup(
    '<!doctype html><title>Dosar</title><form data-languages="{}" data-day-words="{}" data-currency-words="{}"></form>'
).format(" ".join(LANGUAGES), dumps(days_by_word()), dumps(currencies_by_word()))
ADDRESS = "http://dosar.test"


@contextmanager
def empty_page(browser: Any) -> Iterator[Any]:
    """The page; its script may ``import("/js/reading.js")``. Nothing goes out to the network."""
    page = browser.new_page()
    page.route(f"{ADDRESS}/", lambda route: route.fulfill(body=EMPTY, content_type="text/html"))
    page.route(
        f"{ADDRESS}/js/*",
        lambda route: route.fulfill(
            path=STATIC / route.request.url.removeprefix(f"{ADDRESS}/"),
            content_type="text/javascript",
        ),
    )
    page.goto(f"{ADDRESS}/")
    try:
        yield page
    finally:
        page.close()
