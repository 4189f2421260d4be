"""Blocks of the first page."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(slots=True)
class HomeEntry:
    """One line of a block."""

    label: str
    url: str
    note: str = ""
    whose: str = ""
    """Who is to do it, where that is not the reader."""
    is_late: bool = False
    is_warning: bool = False
    """Whether it is something to look after."""
    done_url: str = ""
    """Where one says in one click that it is done today."""
    id: str = ""
    """By which the page knows the line."""
    back: str = ""
    """Where one goes on once that is said."""


class HomeGroup(NamedTuple):
    """Lines under a heading of their own."""

    heading: str
    in_all: int
    """How many there are, where not all are told."""
    entries: Sequence[HomeEntry]
    most: int
    """How many of them stand open."""


@dataclass(slots=True)
class HomeBlock:
    """One subject of the first page."""

    title: str
    entries: list[HomeEntry] = field(default_factory=list)
    empty: str = ""
    groups: list[HomeGroup] = field(default_factory=list)
    """Lines under headings, before the others."""
    first: list[HomeEntry] = field(default_factory=list)
    """Lines before those of the headings."""
    most: int | None = None
    """How many of the lines stand open, where not all: the others unfold, and the page is short on a phone."""
    is_short: bool = False
    """Whether its lines are a few words each, without notes: two stand beside each other."""
    more: tuple[str, str] = ("", "")
    """Where more of it stands: what that is called, and its address."""


@dataclass(slots=True)
class IntroCard:
    """One of the cards of the first day."""

    title: str
    text: str
