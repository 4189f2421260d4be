"""Long lists: cut, never without a word, and with a way to the rest."""

from collections.abc import Sequence
from typing import TypeVar

from flask import request, url_for
from flask_babel import gettext

from dosar.pages.blocks import HomeEntry

ShownItem = TypeVar("ShownItem")


def is_all_asked() -> bool:
    """Whether the page is to cut nothing."""
    return request.args.get("all") == "1"


def first_ones(found: Sequence[ShownItem], most: int) -> Sequence[ShownItem]:
    """The first ones; all of them where the way to the rest would take the place of the only one left."""
    return found if len(found) <= most + 1 else found[:most]


def truncated_list(found: Sequence[ShownItem], most: int) -> Sequence[ShownItem]:
    """What is shown at first; all of it where all is asked for."""
    return found if is_all_asked() else first_ones(found, most)


def more_entries(found: Sequence[ShownItem], shown: Sequence[ShownItem], address: str = "") -> list[HomeEntry]:
    """The way to what was cut, if anything was."""
    if len(shown) == len(found):
        return []
    return [HomeEntry(gettext("All (%(num)s)", num=len(found)), address or url_for("HomePage.home", all=1))]
