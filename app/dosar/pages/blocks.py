"""Blocks of the first page."""

from dataclasses import dataclass, field


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


@dataclass(slots=True)
class HomeBlock:
    """One subject of the first page."""

    title: str
    entries: list[HomeEntry] = field(default_factory=list)
    empty: str = ""
    groups: list[tuple[str, int, list[HomeEntry]]] = field(default_factory=list)
    """Lines under headings of their own, after the others; and how many there are, where not all are told."""
    first: list[HomeEntry] = field(default_factory=list)
    """Lines before those of the headings."""
    more: tuple[str, str] = ("", "")
    """Where more of it stands: what that is called, and its address."""


@dataclass(slots=True)
class IntroCard:
    """One of the cards of the first day."""

    title: str
    text: str
