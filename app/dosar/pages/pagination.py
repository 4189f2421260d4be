"""What is too long for one page, told page by page, the newest first."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request, url_for

LINES_PER_PAGE = 50
"""How many lines a page tells."""
MAX_PAGE_NUMBER = 10**4

PagedLine = TypeVar("PagedLine")


def paginate_lines(
    read: Callable[[int, int], list[PagedLine]], endpoint: str, **address: Any
) -> tuple[list[PagedLine], dict[str, str]]:
    """The lines of the page asked for, and the addresses of the pages beside it, empty where there is none.

    ``read`` takes how many lines are wanted, and after how many.
    """
    number = min(max(request.args.get("page", 1, type=int), 1), MAX_PAGE_NUMBER)
    found = read(LINES_PER_PAGE + 1, (number - 1) * LINES_PER_PAGE)
    newer, older = (url_for(endpoint, **address, page=number + step) for step in (-1, 1))
    return found[:LINES_PER_PAGE], {
        "newer": newer if number > 1 else "",
        "older": older if len(found) > LINES_PER_PAGE else "",
    }
