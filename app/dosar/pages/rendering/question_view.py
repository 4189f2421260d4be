"""What a page draws of a question: everything decided, nothing left to compute in a template."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dosar.pages.input.asked_days import AskedDay

MANY_FILTER_OPTIONS = 20
"""Among more records than this one searches for the one meant."""


@dataclass(slots=True)
class PageOption:
    """One choice offered: a radio, a checkbox or a line of a list."""

    code: str
    label: str
    chosen: bool = False
    other: bool = False


class OfferedAnswer(NamedTuple):
    """An answer that another one suggests: a press of the button puts it in."""

    press: str
    """What the button posts: ``county=RO-CJ``."""
    label: str


@dataclass(slots=True)
class PageColumn:
    """The head of one column of a table of rows."""

    name: str
    label: str
    hint: str = ""
    optional: bool = True


@dataclass(slots=True)
class PagePart:
    """One of the tables that a paper has the rows in; drawn as the table of a question is."""

    place: int
    label: str
    name: str
    id: str
    columns: list[PageColumn]
    entries: Sequence[Any]
    read_rows: list[list[str]]
    blank: Any
    max_rows: int
    only_added: bool


@dataclass(slots=True)
class PageSection:
    """One part of the sheet."""

    id: str
    title: str
    number: str = ""
    help: str = ""
    show_if: str = ""
    shown: bool = True
    questions: Sequence[Any] = ()
    """Its fields."""


class Way(NamedTuple):
    """Where an issue leads, if not to the question on this page."""

    label: str = ""
    url: str = ""
    leads: Collection[tuple[str, str]] = ()
    """Where else to look: what it is called, and its address."""


@dataclass(slots=True)
class PageProblem:
    """One line of the error summary."""

    id: str
    """The input it leads to."""
    label: str
    text: str
    leads: Collection[tuple[str, str]] = ()
    """Where else to look: what it is called, and its address."""
    url: str = ""
    """Where it can be put right, if not on this page."""


@dataclass(slots=True)
class CarriedBoxes:
    """Boxes a page carries along unseen; a name may stand there several times."""

    pairs: list[tuple[str, str]] = field(default_factory=list)

    def items(self) -> list[tuple[str, str]]:
        return self.pairs


@dataclass(slots=True)
class ListFilter:
    """What narrows the list: some answers, or days."""

    name: str
    label: str
    options: list[PageOption]
    unfiltered: str
    """What the first option says, which narrows nothing."""
    is_long: bool = False
    """Whether there are so many that one searches among them."""
    days: tuple[AskedDay, AskedDay] | None = None
    """The first and the last day asked for, of a filter by days."""


@dataclass(slots=True)
class SearchBox:
    """A search box; what was typed never stands in the address."""

    action: str
    text: str
    label: str


@dataclass(slots=True)
class SearchResult:
    """A record to choose: a press of a button, or a link."""

    label: str
    id: str = ""
    url: str = ""
    note: str = ""
