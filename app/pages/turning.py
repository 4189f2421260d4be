"""What is too long for one page, told page by page, the newest first."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request, url_for

PAGE = 50
"""How many lines a page tells."""
MOST_PAGES = 10**4

Line = TypeVar("Line")


def turned(read: Callable[[int, int], list[Line]], endpoint: str, **address: Any) -> tuple[list[Line], dict[str, str]]:
    """The lines of the page asked for, and the addresses of the pages beside it, empty where there is none.

    ``read`` takes how many lines are wanted, and after how many.
    """
    number = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    found = read(PAGE + 1, (number - 1) * PAGE)
    newer, older = (url_for(endpoint, **address, page=number + step) for step in (-1, 1))
    return found[:PAGE], {"newer": newer if number > 1 else "", "older": older if len(found) > PAGE else ""}
