"""One cell of the walk: who asks for what, how, and what it is aimed at."""

from collections.abc import Sequence
from dataclasses import dataclass

Body = Sequence[tuple[str, str]]
FOREIGN_LINKS, MISSING_LINKS = "foreign links", "missing links"
"""Bodies that name what is a stranger's, and what is not there: they are answered alike."""


@dataclass(frozen=True)
class Part:
    """A part of the walk: a role's, in some forms, on some routes."""

    role: str = ""
    """Only this role's; without one, every role's."""
    forms: tuple[str, ...] = ()
    """Only these forms; without any, every form and every route without one."""
    endpoint: str = ""
    """Only routes that begin so."""
    method: str = ""

    def holds(self, cell: "Cell") -> bool:
        """Whether the cell is in this part."""
        in_form = not self.forms or cell.form in self.forms
        return in_form and cell.endpoint.startswith(self.endpoint) and self.method in ("", cell.method)


@dataclass(frozen=True)
class Cell:
    """A request of somebody."""

    role: str
    method: str
    endpoint: str
    address: str
    target: str = ""
    """Whose record the address names: own, team, foreign, deleted, shared, missing; or nobody's."""
    form: str = ""
    attack: str = "plain"
    body: Body = ()
    token: bool = True
    """Whether the post carries the token of its form."""
    harmless: bool = False
    """Whether it must change no record, whoever asks."""
    then: str = ""
    """A page to look at afterwards."""
    finds_nothing: bool = False
    """Whether that page must list no record."""

    @property
    def kind(self) -> str:
        """The kind of body or query, whatever question it names."""
        return self.attack.partition(" ")[0] if self.attack.startswith("_") else self.attack

    def __str__(self) -> str:
        return f"{self.role} {self.method} {self.address} [{self.target or '-'}, {self.attack}]"
