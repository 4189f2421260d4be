"""Two worlds that differ in one hidden thing, and nobody from whom it is hidden can tell them apart.

A *secret* is something an organisation may know or not: an answer, a row, a sheet, a case, a sheet put away, a
draft. Each world is made of the planted organisation (:mod:`tests.attack.organisation`) with the secret in one of
its two readings. Somebody from whom it is hidden asks the same in both, everything the walk asks and more (every
order, every filter, words of both readings), and must get the same bytes, but for tokens. Time stands still in both.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from dosar.database.system_tables import stamped_as_of, utc_now
from dosar.records.daily_limit import DailyLimit
from dosar.records.repository import MOST_ASKED_IN_A_DAY
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.attack.cells import Cell
from tests.attack.oracle import Answer
from tests.attack.organisation import Planted
from tests.attack.walk import Walk
from tests.photograph import Photograph, photographed, written_tables

TOKENS = re.compile(
    r'(name="(?:csrf_token|_once|_owner)" value="|name="csrf-token" content=")[^"]*'
    r"|(Set-Cookie: \w+=|Date: )[^\n]*|(dcterms:\w+ [^>]*>)[^<]*"
)
"""What differs in every answer: the token of a form, a cookie, the moment a spreadsheet was written."""
LENGTH = re.compile(r"Content-Length: \d+")


@dataclass(frozen=True)
class Secret:
    """A hidden thing in which two worlds differ."""

    says: str
    hidden_from: frozenset[str]
    happen: Callable[[Planted, bool], None]
    """Let it be known in the first or in the second reading."""
    forms: frozenset[str] = frozenset()
    """The forms whose pages might tell of it; without any, all."""
    counted: bool = False
    """Whether one more record is there: the next one has another number, for whoever files it."""


@dataclass(frozen=True)
class Told:
    """An answer that differs between two worlds."""

    secret: Secret
    cell: Cell
    first: str
    second: str

    def __str__(self) -> str:
        return f"{self.secret.says} is told to {self.cell}: {self.first!r} or {self.second!r}"


@dataclass
class Worlds:
    """Makes worlds, and asks in both."""

    walk: Walk
    compared: int = 0
    told: list[Told] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> "Worlds":
        self._open.enter_context(stamped_as_of(utc_now()))
        self.written: set[str] = self._open.enter_context(written_tables(self.walk.engine))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def planted(self) -> Planted:
        return self.walk.planted

    def compare(self, secret: Secret, role: str, cells: Iterable[Cell]) -> list[Told]:
        """Ask the cells in both worlds; what was answered otherwise."""
        cells = list(cells)
        if role not in self.walk.sessions:
            self.walk.arrive(role)
        first, second = (self._answers(secret, reading, cells) for reading in (False, True))
        found = [
            Told(secret, cell, *parting(one, other))
            for cell, one, other in zip(cells, first, second, strict=True)
            if one != other and not (secret.counted and only_numbers_differ(one, other))
        ]
        self.compared += len(cells)
        self.told += found
        return found

    def _answers(self, secret: Secret, reading: bool, cells: list[Cell]) -> list[str]:
        """Every answer in this world, as it is compared."""
        self.planted.repository.duplicate_checks = DailyLimit(MOST_ASKED_IN_A_DAY)
        self.make(secret, reading)
        world = photographed(self.walk.engine)
        try:
            return [self._answer(cell, world) for cell in cells]
        finally:
            world.close()
            self.walk.photograph.put_back()

    def make(self, secret: Secret, reading: bool) -> None:
        """Let the secret be so."""
        with self.planted.app.app_context(), acting_as(SYSTEM_SCOPE):
            with self.planted.repository.writing():
                secret.happen(self.planted, reading)
            self.planted.repository.session.remove()

    def _answer(self, cell: Cell, world: Photograph) -> str:
        self.written.clear()
        answer = as_compared(self.walk.answer(cell))
        if cell.then:
            answer += as_compared(self.walk.answer(replace(cell, method="GET", address=cell.then, body=())))
        if self.written:
            world.put_back(sorted(self.written))
        return answer


def as_compared(answer: Answer) -> str:
    """Status, headers and body without what differs in every answer."""
    whole = f"{answer.status}\n{answer.headers}\n\n{answer.text}"
    if "spreadsheetml" in answer.headers:
        whole = LENGTH.sub("", whole)
    return TOKENS.sub(lambda found: next(part for part in found.groups() if part is not None), whole)


NUMBERS = re.compile(r"\d+")


def only_numbers_differ(one: str, other: str) -> bool:
    """Whether what was filed got the next number, and is otherwise the same."""
    return one[:3] == "303" and NUMBERS.sub("#", one) == NUMBERS.sub("#", other)


def parting(one: str, other: str) -> tuple[str, str]:
    """The first lines in which two answers part, their lengths aside, from where they do."""
    lines = zip_longest(*(LENGTH.sub("", answer).splitlines() for answer in (one, other)), fillvalue="")
    first, second = next((pair for pair in lines if pair[0] != pair[1]), ("a length", "another"))
    alike = next((at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), 0)
    begins = max(0, alike - 60)
    return first[begins : begins + 160], second[begins : begins + 160]
