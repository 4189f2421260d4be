"""Long lists on the first page: cut, never without a word, and with a way to the rest."""

from collections.abc import Sequence
from typing import TypeVar

from flask import request, url_for
from flask_babel import gettext

from app.pages.blocks import HomeEntry

One = TypeVar("One")


def beginning(found: Sequence[One], most: int) -> Sequence[One]:
    """What is shown at first; all of it where all is asked for."""
    return found if request.args.get("all") == "1" else found[:most]


def the_rest(found: Sequence[One], shown: Sequence[One], address: str = "") -> list[HomeEntry]:
    """The way to what was cut, if anything was."""
    if len(shown) == len(found):
        return []
    return [HomeEntry(gettext("All (%(num)s)", num=len(found)), address or url_for("HomePage.home", all=1))]
