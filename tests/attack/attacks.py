"""Bodies and queries that ask for more than a page offers, on every route: another's record, a hidden answer, a role.

The walk (:mod:`tests.attack.ways`) attacks each page with what it reads; here every page is attacked with what others
read, and with methods that no page uses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from json import dumps
from urllib.parse import quote
from zlib import crc32

from dosar.access.web.redirects import local_redirect_url
from tests.attack.bodies import STOLEN
from tests.attack.cells import Cell
from tests.attack.hostile import Attack, Hostile
from tests.attack.oracle import Oracle, Violation, listening
from tests.attack.routes import is_open
from tests.attack.walk import Walk
from tests.photograph import written_tables

ELSEWHERE = (
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "/%0d%0aX-Own:1",
    "\t//e.e",
)
RECORD_BOXES = ("record", "record_id", "id", "sheet", "reverses", "_other")
CASE_BOXES = ("case", "case_id", "belongs_to")
WORKER_BOXES = ("user", "user_id", "owner", "created_by", "changed_by", "worker", "successor", "_worker")
ROLE_BOXES = ("role", "roles", "scope", "clearances", "teams", "pages")
FLAGS = (("deleted", "1"), ("all", "1"), ("with_deleted", "1"), ("break_glass", "1"), ("admin", "true"), ("debug", "1"))
OTHER_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "PROPFIND")
OVERRIDES = ("X-HTTP-Method-Override", "X-Method-Override", "X-Original-URL", "X-Rewrite-URL")


@dataclass
class Attacks:
    """Attacks on every route, as one role after the other."""

    walk: Walk
    share: int = 1
    """Of so many attacks one is asked, chosen by what it is: every run asks the same."""

    def __post_init__(self) -> None:
        self.hostile = Hostile(self.walk)

    @property
    def asked(self) -> int:
        return self.hostile.asked

    def go(self, role: str) -> Oracle:
        """Ask them all, and look where each answer leads."""
        walk = self.walk
        walk.arrive(role)
        oracle = Oracle(walk.planted, walk.photograph)
        with written_tables(walk.engine) as written, listening() as logged:
            for attack in self._of(role):
                if walk.must_arrive(role):
                    walk.arrive(role)
                    oracle.before = walk.photograph
                answer = self.hostile.ask(attack, walk.sessions[role], oracle, written, logged)
                led = [line[10:] for line in answer.headers.splitlines() if line.startswith("Location: ")]
                if any(local_redirect_url(there, "") != there for there in led):
                    oracle.violations.append(Violation(attack.cell, f"leads to {led}"))
        return oracle

    def _of(self, role: str) -> Iterator[Attack]:
        for cell in self._cells(role):
            for attack in self._read(cell) if cell.method == "GET" else self._posted(cell):
                if crc32(str(attack.cell).encode()) % self.share == 0:
                    yield attack

    def _cells(self, role: str) -> Iterator[Cell]:
        """Every route × form × place; one form where the route is closed."""
        for rule in sorted(self.walk.planted.app.url_map.iter_rules(), key=str):
            met = set()
            for form, target, address in self.walk.turns.ways.addresses(role, rule):
                is_hers = is_open(self.walk.planted.policy, role, rule.endpoint, form)
                what = (form, target) if is_hers else (target,)
                if what in met or target not in ("", "own", "shared", "foreign"):
                    continue
                met.add(what)
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield Cell(role, method, rule.endpoint, address, target, form)

    def _read(self, cell: Cell) -> Iterator[Attack]:
        hidden = [name for name in self.walk.planted.policy.hidden(cell.role, cell.form) if "." not in name][:5]
        wishes = [
            ("more in the address", [*self._more(cell), *FLAGS]),
            ("hidden wishes", self._wishes(hidden)),
            *(("elsewhere", [(name, there) for name in ("next", "back", "url", "return")]) for there in ELSEWHERE[:3]),
        ]
        for attack, wanted in wishes:
            query = "&".join(f"{quote(name)}={quote(text)}" for name, text in wanted)
            yield Attack(replace(cell, address=f"{cell.address}?{query}", attack=attack))
        for method in OTHER_METHODS:
            other = replace(cell, method=method, attack="another method", harmless=True)
            yield Attack(other, self._body(cell, self._more(cell)))
        for header in OVERRIDES:
            value = "/users" if "URL" in header else "DELETE"
            asked = replace(cell, attack=f"overridden {header}", harmless=True)
            yield Attack(asked, headers=((header, value),))

    def _posted(self, cell: Cell) -> Iterator[Attack]:
        policy = self.walk.planted.policy
        hidden = [name for name in policy.hidden(cell.role, cell.form) if "." not in name]
        for attack, boxes in (
            ("more in the body", self._more(cell)),
            ("flags", FLAGS),
            ("hidden answers", [(name, STOLEN) for name in hidden]),
            ("hidden wishes", self._wishes(hidden[:5])),
            ("elsewhere", [("next", there) for there in ELSEWHERE]),
            ("overridden", [("_method", "DELETE"), ("_method", "GET")]),
        ):
            aimed = replace(cell, attack=attack)
            yield Attack(aimed, self._body(cell, boxes))
        told = dumps({**dict(self._more(cell)), "csrf_token": self.walk.sessions[cell.role].token}).encode()
        as_data = replace(cell, attack="as data", harmless=True)
        yield Attack(as_data, told, "application/json", (("X-CSRFToken", self.walk.sessions[cell.role].token),))
        twice = replace(cell, address=f"{cell.address}?{self._body(cell, self._more(cell)).decode()}", attack="twice")
        yield Attack(twice, self._body(cell, []))

    def _more(self, cell: Cell) -> list[tuple[str, str]]:
        """Ids of strangers' records before and after those of one's own, another worker, other roles."""
        planted = self.walk.planted
        records = [
            planted.records.get((cell.form or "case", place)) for place in ("foreign", "own", "deleted", "foreign")
        ]
        cases = [planted.cases[place] for place in ("foreign", "own", "foreign")]
        return [
            *((name, str(record)) for name in RECORD_BOXES for record in records if record is not None),
            *((name, str(case)) for name in CASE_BOXES for case in cases),
            *((name, str(planted.users["stranger"])) for name in WORKER_BOXES),
            *((name, "administrator") for name in ROLE_BOXES),
        ]

    @staticmethod
    def _wishes(hidden: list[str]) -> list[tuple[str, str]]:
        """Ordering, narrowing, finding and showing by what one may not see."""
        return [
            *((name, "1") for name in hidden),
            *((wish, name) for name in hidden for wish in ("sort", "columns", "group", "filter", "by", "fields")),
            *(("search", "cnr"), ("q", "cnr"), ("size", "100000"), ("limit", "100000")),
        ]

    def _body(self, cell: Cell, boxes: Sequence[tuple[str, str]]) -> bytes:
        posted = [("csrf_token", self.walk.sessions[cell.role].token), *boxes]
        return "&".join(f"{quote(name)}={quote(text)}" for name, text in posted).encode()
