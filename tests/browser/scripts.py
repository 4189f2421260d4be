"""An empty page that reaches the static files, to try a single script."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STATIC = Path(__file__).parents[2] / "app/dosar/static"
EMPTY = "<!doctype html><title>Dosar</title>"
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
