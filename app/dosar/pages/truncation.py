"""Long lists on the first page: cut, never without a word, and with a way to the rest."""

from collections.abc import Sequence
from typing import TypeVar

from flask import request, url_for
from flask_babel import gettext

from dosar.pages.blocks import HomeEntry

ShownItem = TypeVar("ShownItem")


def is_all_asked() -> bool:
    """Whether the page is to cut nothing."""
    return request.args.get("all") == "1"


def truncated_list(found: Sequence[ShownItem], most: int) -> Sequence[ShownItem]:
    """What is shown at first; all of it where all is asked for, or where only one line more is left."""
    return found if is_all_asked() or len(found) == most + 1 else found[:most]


def more_entries(found: Sequence[ShownItem], shown: Sequence[ShownItem], address: str = "") -> list[HomeEntry]:
    """The way to what was cut, if anything was."""
    if len(shown) == len(found):
        return []
    return [HomeEntry(gettext("All (%(num)s)", num=len(found)), address or url_for("HomePage.home", all=1))]
