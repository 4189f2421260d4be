"""What a page draws of a question: everything decided, nothing left to compute in a template."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


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
class PageQuestion:
    """One question on a page."""

    name: str
    """The name all its inputs share, ``visit_date`` or ``family.3.birth_date``."""
    id: str
    """The id of its (first) input; ``<id>-hint`` and ``<id>-problem`` name its texts."""
    look: str
    """The macro that draws it: text, paragraph, number, money, date, time, datetime, yes_no, radios,
    checkboxes, select, ranked, link, rows, rows_read, file, image, note, computed."""
    label: str
    value_type: str = "text"
    priced: bool = False
    """An amount, with a currency beside it."""
    number: str = ""
    hint: str = ""
    help: str = ""
    typed: list[str] = field(default_factory=list)
    """What stands in the boxes, one text per box."""
    options: Sequence[PageOption] = ()
    """Choices; the currencies of money. Chosen are those whose codes stand in the boxes."""
    unknown: list[PageOption] = field(default_factory=list)
    """"Nu știu", "Nu dorește să răspundă": drawn below the input when the question offers them."""
    problem: str = ""
    """Why it was not accepted; the words of the error summary."""
    doubt: str = ""
    """A soft warning; saved all the same once confirmed."""
    offer: OfferedAnswer | None = None
    """What another answer suggests, while it is empty."""
    echo: str = ""
    """How a lenient reading was understood: "27 martie 1998, 28 de ani"."""
    optional: bool = True
    person: bool = False
    """A day of birth: its echo tells the age."""
    past: bool = False
    """A day of what has happened."""
    fills: str = ""
    """Where to ask what follows from the answer (a CNP)."""
    shown: bool = True
    show_if: str = ""
    """The condition as JSON for the browser (data-show-if); empty when always shown."""
    required_if: str = ""
    value: str = ""
    """The computed value's expression as JSON (data-value)."""
    text: str = ""
    """Shown text: a computed value, a linked record's label, a kept file's name."""
    lines: int = 0
    """The paper's number of lines of a paragraph; a counter shows how full they are."""
    width: int = 0
    """Expected length of the answer in characters; 0 for the whole line."""
    unit: str = ""
    autocomplete: str = "off"
    inputmode: str = ""
    attached: bool = False
    """Whether a file is sent along."""
    url: str = ""
    """Where the kept file is opened."""
    pick: str = ""
    """The address where the records to link to are looked up."""
    columns: list[PageColumn] = field(default_factory=list)
    rows: list["PageRow"] = field(default_factory=list)
    read_rows: list[list[str]] = field(default_factory=list)
    """The cells of a table, or of the rows of it, that this worker only reads."""
    holds_rows: bool = False
    """A table whose rows are filled in here."""
    only_added: bool = False
    """Rows of the table that are kept stay as they are."""
    blank: "PageRow | None" = None
    """The empty row the browser copies; its index is ``__row__``."""
    max_rows: int = 0
    parts: list["PagePart"] = field(default_factory=list)
    """The tables that this paper has the rows in; none where it has one."""
    is_blank: bool = False
    """Not answered, and the same on every page that asks it so."""
    drawn: str = ""
    """A blank one as it was drawn."""

    @property
    def explained(self) -> bool:
        """Whether anything is said about it beside its label."""
        return bool(self.hint or self.help or self.problem or self.doubt)

    def keep(self, drawn: str) -> str:
        """What was drawn; remembered if it is the same for everybody."""
        if self.is_blank:
            self.drawn = drawn
        return drawn


@dataclass(slots=True)
class PageRow:
    """One row of a table of rows."""

    index: str
    id: str
    """The stored row's id, empty for a new one; posted as ``<name>.<index>.id``."""
    cells: list[PageQuestion]


@dataclass(slots=True)
class PagePart:
    """One of the tables that a paper has the rows in; drawn as the table of a question is."""

    place: int
    label: str
    name: str
    id: str
    columns: list[PageColumn]
    rows: list[PageRow]
    read_rows: list[list[str]]
    blank: PageRow
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
    questions: list[PageQuestion] = field(default_factory=list)


class Way(NamedTuple):
    """Where a complaint leads, if not to the question on this page."""

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
class CaseHead:
    """What stands above every sheet of a case."""

    id: int
    code: str
    """The only name of the person that a title, an address or a log ever holds."""
    label: str
    url: str
    header: list[tuple[str, str]]
    name: str = ""
    """The label without the code: empty for who may not know the person."""


@dataclass(slots=True)
class CarriedBoxes:
    """Boxes a page carries along unseen; a name may stand there several times."""

    pairs: list[tuple[str, str]] = field(default_factory=list)

    def items(self) -> list[tuple[str, str]]:
        return self.pairs


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
