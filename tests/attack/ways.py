"""The ways there are: every route with everything that may stand in its address, and every query."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from re import search
from typing import Any
from urllib.parse import quote

from werkzeug.routing import Rule

from dosar.handbooks.shelf import shelf
from dosar.language.text.translations import LANGUAGES
from dosar.pages.sheet.section_steps import has_section_steps
from tests.attack.cells import Cell
from tests.attack.organisation import CASE_PLACES, Planted
from tests.attack.policy import Policy
from tests.attack.posts import MISSING, TOO_LARGE, Posts
from tests.attack.routes import DUE
from tests.attack.routes import is_open as is_open_route

ON_PAPER = {"RecordPages.show", "RecordPages.new", "RecordPages.edit"}
"""The pages that ask on which paper."""
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"}


@dataclass
class Ways:
    """All cells of an organisation."""

    planted: Planted
    posts: Posts

    @property
    def policy(self) -> Policy:
        return self.planted.policy

    def cells(self, role: str) -> Iterator[Cell]:
        """Every cell of a role."""
        for rule in sorted(self.planted.app.url_map.iter_rules(), key=str):
            yield from self._of_route(role, rule)

    def _of_route(self, role: str, rule: Rule) -> Iterator[Cell]:
        methods = (rule.methods or set()) & METHODS
        _, _, first = next(self.addresses(role, rule))
        for method in sorted(METHODS - methods):
            yield Cell(role, method, rule.endpoint, first, "", "", "other method", harmless=True)
        for form, target, address in self.addresses(role, rule):
            for method in sorted(methods):
                cell = Cell(role, method, rule.endpoint, address, target, form)
                yield cell
                yield from self._queries(cell) if method == "GET" else self._posts_to(cell)

    def addresses(self, role: str, rule: Rule) -> Iterator[tuple[str, str, str]]:
        """(form, target, address) for whatever stands in the route."""
        names = rule.arguments
        unknown = names - {"form", "record_id", "step", *SIMPLE}
        assert not unknown, f"{rule}: the walk does not know what to put for {unknown}"
        for aimed, values in self._values(sorted(names & set(SIMPLE))):
            if "form" not in names:
                yield "", aimed, fill(rule, values)
                continue
            for form in (*self.planted.forms, "no_such_form"):
                for target, record_id in self._records(role, form) if "record_id" in names else [(aimed, 0)]:
                    for step in self._steps(role, form, target) if "step" in names else [0]:
                        yield form, target, fill(rule, {"form": form, "record_id": record_id, "step": step, **values})

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
        return range(0, len(known.sections) + 2) if has_section_steps(known) else [1]

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
        if not cell.form and is_open_route(self.policy, cell.role, cell.endpoint, ""):
            queries = [("odd", f"page={TOO_LARGE}&search=%27%25"), ("odd", "page=-1"), ("odd", "page=x&page=1")]
        if cell.endpoint == "RecordPages.list" and is_open:
            queries = list(self._list_queries(cell))
        if cell.endpoint == "RecordPages.new" and is_open:
            cases = {**self.planted.cases_for(cell.form), "missing": MISSING, "too large": TOO_LARGE}
            queries = [(place, f"case={case}") for place, case in cases.items()]
        if cell.endpoint in ON_PAPER and is_open and cell.target in ("", "own", "shared", "foreign"):
            queries += [("face", f"face={face}") for face in (*self._faces(), "nothing", TOO_LARGE)]
        if cell.endpoint == DUE and is_open_route(self.policy, cell.role, DUE, ""):
            queries += self._due_queries()
        for attack, query in queries:
            target = attack if attack in (*CASE_PLACES, "missing") else ""
            yield Cell(
                cell.role,
                "GET",
                f"{cell.endpoint}?case" if target else cell.endpoint,
                f"{cell.address}?{query}",
                target,
                cell.form,
                "plain" if target else attack,
            )

    def _faces(self) -> list[str]:
        """A paper of some form: it is foreign to any other."""
        every = self.planted.repository.definition.faces.values()
        return [face.face for faces in every for face in faces][:1]

    def _due_queries(self) -> Iterator[tuple[str, str]]:
        for place, case in {**self.planted.cases_for("case"), "missing": MISSING}.items():
            yield place, f"case={case}"
        every = "worker=0&team=1&partner=1&rule=case.consent&weight=binding"
        for query in (
            "all=1",
            "worker=me",
            "view=month&worker=all",
            f"view=week&day=9999-12-31&worker={TOO_LARGE}",
            f"state=overdue&{every}",
        ):
            yield "filters", query

    def _list_queries(self, cell: Cell) -> Iterator[tuple[str, str]]:
        for place, case in {**self.planted.cases_for(cell.form), "missing": MISSING}.items():
            yield place, f"case={case}"
        contents = self.policy.forms[cell.form]
        hidden = [name for name in self.policy.hidden(cell.role, cell.form) if "." not in name]
        for start in ("", "-"):
            wishes = [*(f"{name}=1" for name in hidden), *(f"sort={start}{name}" for name in hidden[:1])]
            yield "hidden", "&".join(wishes)
        for wanted in ("%27%20OR%201=1", TOO_LARGE):
            yield "filters", "&".join(f"{name}={wanted}" for name in contents.get("filters", ()))
        yield "sort", f"sort=-{[*contents.get('list', ()), ''][0]}&page=1000000"
        for query in (
            "page=abc&case=abc&sort=__class__&deleted=1",
            f"page={TOO_LARGE}&case=&sort=-id&size=1000000",
            "page=-1&sort=created_by&face=nothing&page=2",
            f"case={TOO_LARGE}",
        ):
            yield "odd", query

    def _posts_to(self, cell: Cell) -> Iterator[Cell]:
        opens = is_open_route(self.policy, cell.role, cell.endpoint, cell.form)
        if opens and cell.target in ("", "own", "shared"):
            yield replace(cell, attack="no token", token=False, harmless=True)
        if self.policy.actions(cell.role, cell.form) or (opens and not cell.form):
            # a form one sees but may not change is attacked with a sheet well filled in, too
            yield from self.posts.to(cell)


def fill(rule: Rule, values: dict[str, Any]) -> str:
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
    "file_id": lambda planted: [*planted.unlike_files(), ("missing", MISSING), ("missing", TOO_LARGE)],
    "user_id": lambda planted: [
        *((name, planted.users[name]) for name in ("administrator", "stranger")),
        ("nobody", MISSING),
        ("nobody", TOO_LARGE),
    ],
    "emergency_id": lambda planted: [("", 1), ("nobody", MISSING), ("nobody", TOO_LARGE)],
    "request_id": lambda planted: [("", 1), ("nobody", MISSING), ("nobody", TOO_LARGE)],
    "team_id": lambda planted: [("", 1), ("nobody", MISSING), ("nobody", TOO_LARGE)],
    "unsent_id": lambda planted: [("", 1), ("nobody", MISSING), ("nobody", TOO_LARGE)],
    "kind": lambda planted: [("", "folder"), ("", "webdav"), ("", "s3"), ("nobody", "../folder")],
    "place": lambda planted: [("", 1), ("nobody", MISSING), ("nobody", TOO_LARGE)],
    "deadline_id": lambda planted: [*planted.deadlines().items(), ("missing", MISSING), ("nobody", TOO_LARGE)],
    "move_id": lambda planted: [*planted.waivers().items(), ("missing", MISSING), ("nobody", TOO_LARGE)],
    "list_id": lambda planted: [("", 1), ("nobody", MISSING)],
    "word": lambda planted: [("", "forged")],
    "book": lambda planted: [("", shelf(LANGUAGES[0])[0].key), ("", "..")],
    "chapter": lambda planted: [("", shelf(LANGUAGES[0])[0].chapters[0].key), ("", "nothing")],
    "language": lambda planted: [("", LANGUAGES[0]), ("", "..")],
    "name": lambda planted: [("", "nothing.png"), ("", "books.yaml")],
    "filename": lambda planted: [("", "css/dosar.css"), ("", "../pages/records.py"), ("", "nothing.js")],
}
