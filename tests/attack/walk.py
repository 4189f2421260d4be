"""The walk: every route × method × role × target × body × query, each answer judged.

The requests go straight to the application, with the cookies of sessions opened once. After a request
that changed anything the database is put back, so that every cell meets the same organisation.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import product
from re import search
from typing import Any
from urllib.parse import quote

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app.pages.sheet import in_steps
from tests.attack.bodies import Bodies
from tests.attack.canaries import Canary
from tests.attack.cells import Body, Cell
from tests.attack.oracle import Answer, Oracle, Violation, answer_of, listening
from tests.attack.organisation import CASE_PLACES, PASSWORD, Planted
from tests.attack.photograph import Photograph, written_tables
from tests.attack.policy import ANYBODY, NEWCOMER, Policy
from tests.attack.routes import is_open

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
MISSING = 987_654
TOO_LARGE = 10**25
Chosen = Callable[[Cell], bool]


@dataclass
class Session:
    """Somebody's open session: her cookie, and the token of her forms."""

    cookie: str
    token: str


@dataclass
class Walk:
    """Everything the walk needs at hand."""

    planted: Planted
    sessions: dict[str, Session] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        for role in self.roles:
            self.sessions[role] = _sign_in(self.planted.app, role)
        self.engine = self.planted.cabinet.store.engine
        self.photograph = Photograph(self.engine)
        self.bodies = Bodies(self.planted)
        self.client: FlaskClient = self.planted.app.test_client(use_cookies=False)

    @property
    def policy(self) -> Policy:
        return self.planted.policy

    @property
    def roles(self) -> list[str]:
        return [*self.policy.roles, NEWCOMER, ANYBODY]

    def go(self, chosen: Chosen = lambda cell: True, stop_at: int | None = None) -> Oracle:
        """Ask every chosen cell; stops after so many violations, if told."""
        oracle = Oracle(self.planted, self.photograph)
        with written_tables(self.engine) as written, listening() as logged:
            for cell in self.cells():
                if chosen(cell):
                    self.ask(cell, oracle, written, logged)
                    if stop_at is not None and len(oracle.violations) >= stop_at:
                        break
        return oracle

    def ask(self, cell: Cell, oracle: Oracle, written: set[str], logged: list[str]) -> None:
        """Ask one cell, judge the answer, put back what it changed."""
        written.clear()
        logged.clear()
        answer = self._answer(cell)
        self.asked += 1
        oracle.judge(cell, answer, written, logged)
        if cell.then:
            oracle.judge_page(cell, self._answer(replace(cell, method="GET", address=cell.then, body=())))
        if written:
            self.photograph.put_back(sorted(written))

    def _answer(self, cell: Cell) -> Answer:
        session = self.sessions[cell.role]
        body: dict[str, list[str]] = {}
        for name, text in cell.body:
            body.setdefault(name, []).append(text)
        if cell.method == "POST" and cell.token:
            body["csrf_token"] = [session.token]
        try:
            with self.client.open(
                cell.address, method=cell.method, data=body or None, headers={"Cookie": session.cookie},
            ) as response:
                return answer_of(response)
        except Exception as error:  # with TESTING the application lets its errors through
            return Answer(500, "", f"{type(error).__name__}: {error}")

    # --- the cells ----------------------------------------------------------------------------------

    def cells(self) -> Iterator[Cell]:
        """Every cell, role by role."""
        rules = sorted(self.planted.app.url_map.iter_rules(), key=str)
        for role in self.roles:
            for rule in rules:
                yield from self._of_route(role, rule)

    def _of_route(self, role: str, rule: Rule) -> Iterator[Cell]:
        methods = sorted((rule.methods or set()) & METHODS)
        _, _, first = next(self._addresses(role, rule))
        for method in sorted(METHODS - (rule.methods or set())):
            yield Cell(role, method, rule.endpoint, first, "", "", "other method", harmless=True)
        for form, target, address in self._addresses(role, rule):
            for method in methods:
                cell = Cell(role, method, rule.endpoint, address, target, form)
                yield cell
                if method == "GET":
                    yield from self._queries(cell)
                else:
                    yield from self._posts(cell)

    def _addresses(self, role: str, rule: Rule) -> Iterator[tuple[str, str, str]]:
        """(form, target, address) for whatever stands in the route."""
        names = rule.arguments
        unknown = names - {"form", "record_id", "step", *SIMPLE}
        assert not unknown, f"{rule}: the walk does not know what to put for {unknown}"
        for aimed, values in self._values(sorted(names & set(SIMPLE))):
            if "form" not in names:
                yield "", aimed, _fill(rule, values)
                continue
            for form in [*self.planted.forms, "no_such_form"]:
                for target, record_id in self._records(role, form) if "record_id" in names else [(aimed, 0)]:
                    for step in self._steps(role, form, target) if "step" in names else [0]:
                        yield form, target, _fill(rule, {"form": form, "record_id": record_id, "step": step, **values})

    def _records(self, role: str, form: str) -> Iterator[tuple[str, int]]:
        """Records to aim at; one foreign and one missing are enough where the form itself is closed."""
        if form not in self.planted.forms:
            yield "missing", 1
            return
        is_open = bool(self.policy.actions(role, form))
        for place in self.planted.places(form):
            if is_open or place in ("foreign", "shared"):
                yield place, self.planted.records[form, place]
        yield "missing", MISSING

    def _steps(self, role: str, form: str, target: str) -> Iterable[int]:
        if form not in self.planted.forms or target not in ("own", "shared"):
            return [1]
        known = self.planted.forms[form].seen_with(frozenset(self.policy.clearances(role)))  # type: ignore[arg-type]
        return range(0, len(known.sections) + 2) if in_steps(known) else [1]

    def _values(self, names: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        if not names:
            yield "", {}
            return
        for aimed in product(*(SIMPLE[name](self.planted) for name in names)):
            target = aimed[0][0] if len(names) == 1 else ""
            yield target, {name: value for name, (_, value) in zip(names, aimed, strict=True)}

    def _queries(self, cell: Cell) -> Iterator[Cell]:
        queries: list[tuple[str, str]] = []
        is_open = bool(self.policy.actions(cell.role, cell.form))
        if cell.endpoint == "RecordPages.list" and is_open:
            queries = list(self._list_queries(cell))
        if cell.endpoint == "RecordPages.new" and is_open:
            cases = {**self.planted.cases, "missing": MISSING, "too large": TOO_LARGE}
            queries = [(place, f"case={case}") for place, case in cases.items()]
        for attack, query in queries:
            target = attack if attack in (*CASE_PLACES, "missing") else ""
            yield Cell(cell.role, "GET", f"{cell.endpoint}?case" if target else cell.endpoint,
                       f"{cell.address}?{query}", target, cell.form, "plain" if target else attack)

    def _list_queries(self, cell: Cell) -> Iterator[tuple[str, str]]:
        for place, case in {**self.planted.cases, "missing": MISSING}.items():
            yield place, f"case={case}"
        contents = self.policy.forms[cell.form]
        hidden = [name for name in self.policy.hidden(cell.role, cell.form) if "." not in name]
        for start in ("", "-"):
            wishes = [*(f"{name}=1" for name in hidden), *(f"sort={start}{name}" for name in hidden[:1])]
            yield "hidden", "&".join(wishes)
        for wanted in ("%27%20OR%201=1", TOO_LARGE):
            yield "filters", "&".join(f"{name}={wanted}" for name in contents.get("filters", ()))
        yield "sort", f"sort=-{[*contents.get('list', ()), ''][0]}&page=1000000"
        for query in ("page=abc&case=abc&sort=__class__&deleted=1", f"page={TOO_LARGE}&case=&sort=-id&size=1000000",
                      "page=-1&sort=created_by&face=nothing&page=2", f"case={TOO_LARGE}"):
            yield "odd", query

    def _posts(self, cell: Cell) -> Iterator[Cell]:
        if cell.target in ("", "own", "shared"):
            yield replace(cell, attack="no token", token=False, harmless=True)
        attacks = POSTS.get(cell.endpoint)
        if attacks is None or not is_open(self.policy, cell.role, cell.endpoint, cell.form):
            return
        if not cell.form or cell.form in self.planted.forms:
            yield from attacks(self, cell)

    def _search(self, cell: Cell) -> Iterator[Cell]:
        for words in ("cnr", "%", "' OR 1=1 --" + "x" * 300):
            yield _with(cell, "search", (("search", words),), then=cell.address.removesuffix("/search"))
        for words in self._hidden_words(cell.role, cell.form):
            yield _with(cell, "hidden search", (("search", words),), then=cell.address.removesuffix("/search"),
                        finds_nothing=True)

    def _hidden_words(self, role: str, form: str) -> list[str]:
        """Words that the index holds of answers this role may not see, all kinds of them."""
        found: dict[str, str] = {}
        for word, bird in self.planted.aviary.words():
            hidden = isinstance(bird, Canary) and bird.form == form and not self.planted.aviary.may_see(role, bird)
            if hidden and (form, bird.question) in self.policy.searched:
                found.setdefault(f"{bird.question} {bird.place}", word)
        return list(found.values())

    def _find(self, cell: Cell) -> Iterator[Cell]:
        yield _with(cell, "search", (("words", "cnr"),), then="/find")
        for words in self._hidden_words(cell.role, "case"):
            yield _with(cell, "hidden search", (("words", words),), then="/find", finds_nothing=True)

    def _export(self, cell: Cell) -> Iterator[Cell]:
        hidden = "&".join(f"columns={name}&sort={name}" for name in self.policy.hidden(cell.role, cell.form)[:5])
        for kind in ("xlsx", "csv", "nothing"):
            for heads in ("labels", "names"):
                body = (("reason", "raport"), ("kind", kind), ("heads", heads))
                yield _with(replace(cell, address=f"{cell.address}?{hidden}"), f"{kind} {heads}", body)

    def _columns(self, cell: Cell) -> Iterator[Cell]:
        every = [name for form, name in self.policy.asked if form == cell.form and "." not in name]
        for wanted in (self.policy.hidden(cell.role, cell.form), every, ["id", "case_id", "__class__"]):
            body = tuple(("columns", name) for name in wanted)
            yield _with(cell, "columns", body, then=f"/records/{cell.form}")

    def _save_list(self, cell: Cell) -> Iterator[Cell]:
        yield _with(cell, "saved list", (("name", "listă"),), then=f"/records/{cell.form}")

    def _reverse(self, cell: Cell) -> Iterator[Cell]:
        good = (("_once", self.bodies.once(cell.role)), ("reason", "greșeală"))
        yield _with(cell, "reversed", good)
        yield _with(cell, "forged once", (("_once", "forged"), good[1]), harmless=True)
        yield _with(cell, "no token", good, harmless=True, token=False)

    def _merge(self, cell: Cell) -> Iterator[Cell]:
        places = {case: place for place, case in self.planted.cases.items()}
        one, other = (places.get(int(part)) for part in cell.address.split("/")[2::2])
        if one and other:
            tokens = (("_seen", self.bodies.seen("case", one)), ("_other", self.bodies.seen("case", other)))
            yield _with(cell, "merged", (*tokens, ("reason", "aceeași persoană")))
            yield _with(cell, "no token", (*tokens, ("reason", "x")), harmless=True, token=False)
        yield _with(cell, "forged versions", (("_seen", "x"), ("_other", "x"), ("reason", "x")), harmless=True)

    def _join(self, cell: Cell) -> Iterator[Cell]:
        for user in (cell.role, "stranger"):
            for role in ("case_manager", cell.role, "no_such_role"):
                body = (("user", str(self.planted.users[user])), ("role", role), ("since", ""))
                yield _with(cell, f"{user} joins as {role}", body)

    def _derive(self, cell: Cell) -> Iterator[Cell]:
        form = self.planted.forms[cell.form]
        yield _with(cell, "derived", self.bodies.new(cell.role, form), harmless=True)

    def _new(self, cell: Cell) -> Iterator[Cell]:
        form = self.planted.forms[cell.form]
        if "enter" not in self.policy.actions(cell.role, cell.form):
            yield _with(cell, "well filled in", self.bodies.new(cell.role, form), harmless=True)
            return
        if not form.belongs_to:
            yield _with(cell, "well filled in", self.bodies.new(cell.role, form))
            yield from self.bodies.attacks_on_new(cell, form)
            return
        for place, case in {**self.planted.cases, "missing": MISSING, "too large": TOO_LARGE}.items():
            address = f"{cell.address}?case={case}"
            aimed = Cell(cell.role, "POST", cell.endpoint, address, place, cell.form)
            yield _with(aimed, "well filled in", self.bodies.new(cell.role, form))
            if place == "own":
                yield from self.bodies.attacks_on_new(aimed, form)

    def _edit(self, cell: Cell) -> Iterator[Cell]:
        form = self.planted.forms[cell.form]
        place: Any = cell.target if cell.target != "missing" else self.planted.places(cell.form)[0]
        yield _with(cell, "well filled in", self.bodies.corrected(cell.role, form, place))
        mine = cell.target in ("own", "shared") and "correct" in self.policy.actions(cell.role, cell.form) \
            and self.policy.reaches(cell.role, cell.form, place)
        if mine and cell.address.endswith(("/edit/1", "/edit/2") if self._known_in_steps(cell) else "/edit"):
            yield from self.bodies.attacks_on_a_correction(cell, form)

    def _known_in_steps(self, cell: Cell) -> bool:
        """Whether the role corrects the form section by section; two sections stand for the rest."""
        clearances: Any = frozenset(self.policy.clearances(cell.role))
        return in_steps(self.planted.forms[cell.form].seen_with(clearances))

    def _draft(self, cell: Cell) -> Iterator[Cell]:
        for place in self.planted.places(cell.form):
            page = f"/records/{cell.form}/{self.planted.records[cell.form, place]}/edit"
            yield _with(cell, f"draft for {place}", (("_place", page), ("x", "ciornă")))
        yield _with(cell, "draft elsewhere", (("_place", "/users/1"), ("x", "ciornă")))


def _with(cell: Cell, attack: str, body: Body, **more: Any) -> Cell:
    return replace(cell, attack=attack, body=body, **more)


def _fill(rule: Rule, values: dict[str, Any]) -> str:
    """The route's address with these values in it."""
    address = rule.rule
    for name in rule.arguments:
        found = search(rf"<(?:\w+:)?{name}>", address)
        assert found, f"{rule}: no place for {name}"
        address = address.replace(found[0], quote(str(values[name])))
    return address


SIMPLE: dict[str, Callable[[Planted], list[tuple[str, Any]]]] = {
    "case_id": lambda planted: [*planted.cases.items(), ("missing", MISSING), ("missing", TOO_LARGE)],
    "other_id": lambda planted: [("foreign", planted.cases["foreign"]), ("missing", MISSING)],
    "file_id": lambda planted: [*planted.files.items(), ("missing", MISSING), ("missing", TOO_LARGE)],
    "user_id": lambda planted: [
        *((name, planted.users[name]) for name in ("administrator", "stranger")),
        ("nobody", MISSING), ("nobody", TOO_LARGE),
    ],
    "list_id": lambda planted: [("", 1), ("nobody", MISSING)],
    "word": lambda planted: [("", "forged")],
    "filename": lambda planted: [("", "css/dosar.css"), ("", "../pages/records.py"), ("", "nothing.js")],
}
POSTS: dict[str, Callable[[Walk, Cell], Iterator[Cell]]] = {
    "RecordPages.search": Walk._search, "RecordPages.new": Walk._new, "RecordPages.edit": Walk._edit,
    "RecordPages.edit_section": Walk._edit, "DraftPages.keep": Walk._draft, "FindingPage.ask": Walk._find,
    "TeamPage.team": Walk._join, "ExportPages.take": Walk._export, "ListPages.choose": Walk._columns,
    "ListPages.save": Walk._save_list,
    "ReversingPages.reverse": Walk._reverse, "MergePages.decide": Walk._merge, "DerivingPages.derive": Walk._derive,
}


def _sign_in(app: Flask, role: str) -> Session:
    browser = app.test_client()
    token = _token_on(browser.get("/sign-in").text)
    if role != ANYBODY:
        answers = {"user_name": role, "password": PASSWORD, "csrf_token": token}
        assert browser.post("/sign-in", data=answers).status_code == 303, role
        token = _token_on(browser.get("/profile").text)
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser._cookies.values())
    return Session(cookies, token)


def _token_on(page: str) -> str:
    found = search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "no form on the page"
    return unescape(found[1])


def summary(violations: list[Violation], most: int = 40) -> str:
    """The violations as lines, the first of each kind."""
    return "\n".join(str(one) for one in violations[:most])
