"""Which of all cells are asked, and by whom: roles that stand alike before a question take turns.

The product of role × route × method × record × body × query is too large to be asked whole at every change.
Asked of it are:

* **By somebody of every standing**: every route × method × form × place × body or query. Two roles have the same
  standing if the files of the organisation say the same of both (:meth:`Turns.standing`): shut out of the route, or
  let in but not to this record, or let in to it; and where the answer hangs on it, with the same scope and the same
  answers hidden from them. Whose turn it is, the question itself says, so that no process has to know of another.
* **By every role**, whatever the turns: every record it may see, on every page that shows records; every route ×
  method × place and every route × method × kind of body or query, each of them for every standing it has there;
  every form × right, at the page that stands for the right; and every form it may file, filled in well. The first
  form, place or body that shows such a pair is taken. Who has not signed in stands with those who are shut out.
* What is compared goes together: a stranger's record and the missing one, as the address or a body names them.

The ordinary tests ask a *share* of it. Every role still aims on every route × method at what is hers, a stranger's
and nobody's, and meets every route × method × kind of body or query, for whether it is let in and reaches the record:

* Of bodies, queries, doors that are shut and pages that only lead to a deed, one form in so many stands for the
  others, for each route × method × body another one; and one address in four, where there is no form.
* Every sheet that she may see is read on its own page, in its history and in its list; the other pages that show
  records take turns.
* A right on a form is tried at one of the pages that stand for one, by each role and for each form at another one.
* The other places, as a closed or a deleted case, take turns from role to role and from route to route, but for the
  pages that show records.
* A method that a route does not have is tried by somebody of every standing.

Before a release all of it is asked, by every role::

    .venv/bin/python -m tests.rigs.walk

``test_turns.py`` holds it.
"""

import os
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple
from zlib import crc32

from dosar.pages.sheet.section_steps import has_section_steps
from tests.attack.cells import FOREIGN_LINKS, MISSING_LINKS, Cell, Part
from tests.attack.organisation import Planted
from tests.attack.policy import ANYBODY, NEWCOMER, OWNER
from tests.attack.routes import is_open
from tests.attack.ways import Ways

EVERY_CELL = "DOSAR_EVERY_CELL"
Route = tuple[str, str]
"""Endpoint and method."""

SHOWING = [
    ("CasePages.case", "GET"),
    ("CasePages.cases", "GET"),
    ("CasePages.timeline", "GET"),
    ("FilePages.file", "GET"),
    ("HomePage.home", "GET"),
    ("LedgerPages.ledger", "GET"),
    ("RecordPages.edit", "GET"),
    ("RecordPages.history", "GET"),
    ("RecordPages.list", "GET"),
    ("RecordPages.list?case", "GET"),
    ("RecordPages.new?case", "GET"),
    ("RecordPages.show", "GET"),
]
FILING = [("RecordPages.edit", "POST"), ("RecordPages.new", "POST")]
FILING_IN_STEPS = ("RecordPages.edit_section", "POST")
HANGS_ON_SCOPE: Mapping[Route, set[str]] = {
    **{route: {"plain", "hidden"} for route in SHOWING},
    **{route: {"well filled in", FOREIGN_LINKS, MISSING_LINKS} for route in FILING},
}
"""What is answered with records of a worker's own choice, by route and kind of body."""
DRAWN_AGAIN = {
    "nothing typed",
    "everything at once",
    "foreign rows",
    "rows rewritten",
    "all theirs",
    "old version",
    "hidden picked",
    "_language",
    "_pick",
    "_picked",
    "_row",
}
"""The bodies that a page with answers comes back for."""
HANGS_ON_CLEARANCES: Mapping[Route, set[str]] = {
    **dict.fromkeys(FILING, DRAWN_AGAIN),
    ("RecordPages.edit_section", "GET"): {"plain"},
    ("RecordPages.edit_section", "POST"): DRAWN_AGAIN,
    ("RecordPages.new", "GET"): {"plain"},
    ("RecordPages.search", "POST"): {"search", "hidden search"},
    ("FindingPage.ask", "POST"): {"search", "hidden search"},
    ("ListPages.choose", "POST"): {"columns"},
}
"""What is answered with answers, but the same records for all; or by names of hidden questions."""
STANDS_FOR_A_RIGHT: set[Route] = {
    ("RecordPages.list", "GET"),
    ("RecordPages.show", "GET"),
    ("RecordPages.new", "GET"),
    ("RecordPages.edit", "GET"),
    ("RecordPages.delete", "GET"),
    ("ExportPages.export", "GET"),
}
READ_OF_EVERY_SHEET: set[Route] = {
    ("CasePages.case", "GET"),
    ("CasePages.cases", "GET"),
    ("FilePages.file", "GET"),
    ("LedgerPages.ledger", "GET"),
    ("RecordPages.history", "GET"),
    ("RecordPages.list", "GET"),
    ("RecordPages.show", "GET"),
}
"""What is read in every share; one of so many of the other pages that show records:"""
ONE_PAGE_IN = 4
MAKES_A_COPY = ("AccessFilePage.take", "POST")
"""It writes a whole case on paper: the dearest of all."""
AIMED_BY_EVERY_ROLE = {"", "own", "shared", "foreign", "missing"}
"""The places at which every role aims in every share; and at one of so many others, on each route another one:"""
ONE_PLACE_IN = 3
OTHER_METHOD = "other method"
OPEN_TO_WHO_FILED = ("RecordPages.delete", "RecordPages.withdraw", "ReversingPages.", "TeamPage.")


class Standing(NamedTuple):
    """What the organisation's files say of a role before a question."""

    let_in: bool
    knows_form: bool
    """Whether it may do anything at all with the form."""
    reached: bool | None = None
    """Whether the record is there for it; ``None`` where there is no record."""
    hers: bool = False
    """Whether it filed the record itself, where that opens something."""
    in_steps: bool = False
    """Whether it corrects the form section by section."""
    scope: str = ""
    knows: frozenset[str] = frozenset()
    """The questions of the form that are hidden from it, and whether what is put away is; its clearances, where there
    is no form."""


@dataclass
class Turns:
    """The cells that are asked."""

    planted: Planted
    ways: Ways
    every: bool = field(default_factory=lambda: EVERY_CELL in os.environ)
    """Whether nobody leaves anything to others."""
    share: int = 1
    """Of so many forms one is asked, where the question is no plain reading of what is open to her."""
    _asked: dict[str, list[Cell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.roles = [*self.planted.policy.roles, NEWCOMER, ANYBODY]
        self._standing = cache(self._found)
        self._alike = cache(self._roles_alike)
        self._knows = cache(self._hidden_things)
        self._in_steps = cache(self._has_section_steps)

    def cells(self, part: Part) -> Iterator[Cell]:
        """The cells of this part that are asked, the same ones as in the whole walk."""
        for role in self._of(part):
            yield from filter(part.holds, self.asked_of(role))

    def prepare(self, part: Part) -> None:
        """Fill in what this part posts, as long as everything is as it should be."""
        for role in self._of(part):
            self.asked_of(role)

    def forget(self, role: str) -> None:
        """Let go of the cells of a role that has asked them."""
        self._asked.pop(role, None)

    def _of(self, part: Part) -> list[str]:
        return [part.role] if part.role else self.roles

    def asked_of(self, role: str) -> list[Cell]:
        """Every cell that this role asks."""
        if role not in self._asked:
            self._asked[role] = list(self.ways.cells(role) if self.every else self._chosen(role))
        return self._asked[role]

    def _chosen(self, role: str) -> Iterator[Cell]:
        met: set[Hashable] = set()
        for together in _compared(self.ways.cells(role)):
            pairs = set(self._pairs(together[0]))
            if (self.has_turn(together[0]) and self._in_share(together[0])) or not pairs <= met:
                met |= pairs
                yield from together

    def _in_share(self, cell: Cell) -> bool:
        route, found = (cell.endpoint, cell.method), self.standing(cell)
        read = cell.attack == "plain" and route in READ_OF_EVERY_SHEET and found.let_in and found.reached is not False
        filed = cell.attack == "well filled in" and cell.target in ("own", "shared", "")
        if self.share == 1 or read or filed or cell.kind == OTHER_METHOD:
            return True
        if not cell.form:
            return _turn_of(question_of(cell), self.share if route == MAKES_A_COPY else ONE_PAGE_IN) == 0
        return _turn_of((cell.endpoint, cell.method, cell.form, cell.kind), self.share) == 0

    def has_turn(self, cell: Cell) -> bool:
        """Whether, of all roles that stand like her, it is she who asks this."""
        alike = self._alike(cell.endpoint, cell.method, cell.form, cell.target, cell.kind)
        equals = alike[self.standing(cell)]
        return equals[_turn_of(question_of(cell), len(equals))] == cell.role

    def standing(self, cell: Cell) -> Standing:
        """What the files say of her role here."""
        return self._standing(cell.role, cell.endpoint, cell.method, cell.form, cell.target, cell.kind)

    def _pairs(self, cell: Cell) -> Iterator[Hashable]:
        """What every role meets at least once, with every standing it has there."""
        route, found = (cell.endpoint, cell.method), self.standing(cell)
        stands = Standing(found.let_in, found.knows_form and self.share == 1, found.reached)
        if self._is_aimed(route, cell):
            yield route, "place", cell.target, stands
        if self.share == 1 or cell.kind != OTHER_METHOD:
            yield route, "body", cell.kind, stands
        shown = route in SHOWING and stands.let_in and stands.reached is not False
        if cell.attack == "plain" and (shown or not cell.form) and self._is_read(route, cell):
            yield route, "address", cell.address
        at_home = cell.attack == "well filled in" and cell.target in ("own", "shared", "")
        filed_at_home = at_home and route in FILING
        tried = cell.attack == "plain" and self._is_tried(route, cell)
        if filed_at_home or (route in STANDS_FOR_A_RIGHT and tried):
            yield route, "form", cell.form, stands
        if at_home and route == FILING_IN_STEPS and found.in_steps:
            yield route, "section", cell.address

    def _is_read(self, route: Route, cell: Cell) -> bool:
        """Whether this address is asked for by every role to whom the page shows something."""
        turn = _turn_of((route, cell.form or cell.address, cell.target), ONE_PAGE_IN)
        return self.share == 1 or route in READ_OF_EVERY_SHEET or turn == 0

    def _is_tried(self, route: Route, cell: Cell) -> bool:
        """Whether the page stands for the role's right on the form: in a share one of them does."""
        pages = sorted(STANDS_FOR_A_RIGHT)
        return self.share == 1 or pages[_turn_of((cell.role, cell.form), len(pages))] == route

    def _is_aimed(self, route: Route, cell: Cell) -> bool:
        """Whether the role aims there: in a share at what is hers, a stranger's and nobody's, and elsewhere in turn."""
        if self.share == 1 or cell.kind == OTHER_METHOD or route in SHOWING or cell.target in AIMED_BY_EVERY_ROLE:
            return self.share == 1 or cell.kind != OTHER_METHOD
        alike = self._alike(cell.endpoint, cell.method, cell.form, cell.target, cell.kind)
        roles = [role for found, equals in alike.items() if found.let_in for role in equals] or self.roles
        turns = min(ONE_PLACE_IN, len(roles))
        return cell.role in roles and (roles.index(cell.role) + _turn_of((route, cell.target), turns)) % turns == 0

    # --- who stands alike -------------------------------------------------------------------------------

    def _roles_alike(self, *asked: str) -> dict[Standing, list[str]]:
        alike = defaultdict(list)
        for role in self.roles:
            alike[self._standing(role, *asked)].append(role)
        return alike

    def _found(self, role: str, endpoint: str, method: str, form: str, place: str, kind: str) -> Standing:
        policy = self.planted.policy
        stands = Standing(is_open(policy, role, endpoint, form), bool(policy.actions(role, form)))
        if not stands.let_in:
            return stands
        stands = stands._replace(reached=self._reaches(role, endpoint, form, place))
        if stands.reached is False:
            return stands
        on_scope = kind in HANGS_ON_SCOPE.get((endpoint, method), ())
        on_clearances = on_scope or kind in HANGS_ON_CLEARANCES.get((endpoint, method), ())
        return stands._replace(
            hers=role == OWNER and endpoint.startswith(OPEN_TO_WHO_FILED),
            in_steps=self._corrects_in_steps(role, endpoint, form),
            scope=policy.roles.get(role, {}).get("scope", "") if on_scope else "",
            knows=self._knows(role, form) if on_clearances else frozenset(),
        )

    def _reaches(self, role: str, endpoint: str, form: str, place: Any) -> bool | None:
        policy = self.planted.policy
        if not place or place == "nobody":
            return None
        place = "foreign" if place == "missing" else place
        if endpoint.startswith("RecordPages.new") or endpoint.endswith("?case") or not form:
            return policy.reaches_case(role, "own" if place == "deleted" else place)
        return policy.reaches(role, form, place)

    def _corrects_in_steps(self, role: str, endpoint: str, form: str) -> bool:
        edits = endpoint.startswith("RecordPages.edit") and form in self.planted.forms
        return edits and self._in_steps(form, frozenset(self.planted.policy.clearances(role)))

    def _has_section_steps(self, form: str, clearances: Any) -> bool:
        return has_section_steps(self.planted.forms[form].seen_with(clearances))

    def _hidden_things(self, role: str, form: str) -> frozenset[str]:
        policy = self.planted.policy
        if not form:
            return frozenset(policy.clearances(role))
        return frozenset((*policy.hidden(role, form), *({"delete"} - policy.actions(role, form))))


def _turn_of(what: object, of: int) -> int:
    """Which of so many turns it has: the same one in every process."""
    return crc32(repr(what).encode()) % of


def question_of(cell: Cell) -> tuple[str, ...]:
    """What is asked, whoever asks: she asks it of every section there is for her."""
    place = _stranger_or(cell)
    return cell.endpoint, cell.method, cell.form, place, _attack_or_links(cell), "" if cell.form else cell.address


def _stranger_or(cell: Cell) -> str:
    return "stranger" if cell.attack == "plain" and cell.target in ("foreign", "missing") else cell.target


def _attack_or_links(cell: Cell) -> str:
    return FOREIGN_LINKS if cell.attack == MISSING_LINKS else cell.attack


def _compared(cells: Iterable[Cell]) -> Iterable[list[Cell]]:
    """The cells that are asked together or not at all."""
    found: dict[Hashable, list[Cell]] = defaultdict(list)
    for cell in cells:
        aimed = "stranger" if _stranger_or(cell) == "stranger" else cell.address
        found[cell.endpoint, cell.method, cell.form, _attack_or_links(cell), aimed].append(cell)
    return found.values()
