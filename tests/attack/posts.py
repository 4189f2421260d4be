"""What is posted to each route, well meant and not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from dosar.pages.sheet.section_steps import has_section_steps
from tests.attack.bodies import Bodies
from tests.attack.canaries import Canary
from tests.attack.cells import Body, Cell
from tests.attack.organisation import Planted
from tests.attack.policy import Policy

MISSING = 987_654
TOO_LARGE = 10**25
DRAFT = (("x", "ciornă"),)


@dataclass
class Posts:
    """The posts of an organisation's cells."""

    planted: Planted
    bodies: Bodies

    @property
    def policy(self) -> Policy:
        return self.planted.policy

    def to(self, cell: Cell) -> Iterator[Cell]:
        """The cell with every body for its route."""
        attacks = POSTS.get(cell.endpoint)
        if attacks is not None:
            yield from attacks(self, cell)

    def _search(self, cell: Cell) -> Iterator[Cell]:
        for words in ("cnr", "%", "' OR 1=1 --" + "x" * 300):
            yield _with(cell, "search", (("search", words),), then=cell.address.removesuffix("/search"))
        for words in self._hidden_words(cell.role, cell.form):
            yield _with(
                cell,
                "hidden search",
                (("search", words),),
                then=cell.address.removesuffix("/search"),
                finds_nothing=True,
            )

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

    def _look_up(self, cell: Cell) -> Iterator[Cell]:
        for words in ("parola", "%", "(?:x", "x " * 300):
            yield _with(cell, "search", (("words", words),))

    def _export(self, cell: Cell) -> Iterator[Cell]:
        hidden = "&".join(f"columns={name}&sort={name}" for name in self.policy.hidden(cell.role, cell.form)[:5])
        for kind in ("xlsx", "csv", "nothing"):
            for heads in ("labels", "names"):
                body = (("reason", "raport"), ("kind", kind), ("heads", heads))
                yield _with(replace(cell, address=f"{cell.address}?{hidden}"), f"{kind} {heads}", body)

    def _copy(self, cell: Cell) -> Iterator[Cell]:
        good = (("language", "ro"), ("reason", "ea însăși, cu actul"))
        yield _with(cell, "a copy", good)
        yield _with(cell, "no token", good, harmless=True, token=False)
        yield _with(cell, "in no language", (("language", "../xx"), ("reason", "x")), harmless=True)

    def _erasure(self, cell: Cell) -> Iterator[Cell]:
        """Asked for: nothing happens before a second person confirms, and she finds no request of the walk."""
        for kind, ground in (("erase", "asked"), ("drop", "asked"), ("erase", "x" * 3000)):
            yield _with(cell, "erasure", (("kind", kind), ("ground", ground)), harmless=True)

    def _columns(self, cell: Cell) -> Iterator[Cell]:
        every = [name for form, name in self.policy.asked if form == cell.form and "." not in name]
        for wanted in (self.policy.hidden(cell.role, cell.form), every, ["id", "case_id", "__class__"]):
            body = tuple(("columns", name) for name in wanted)
            yield _with(cell, "columns", body, then=f"/records/{cell.form}")

    def _save_list(self, cell: Cell) -> Iterator[Cell]:
        yield _with(cell, "saved list", (("name", "listă"),), then=f"/records/{cell.form}")

    def _reverse(self, cell: Cell) -> Iterator[Cell]:
        if not self.policy.forms[cell.form].get("append_only"):
            return
        good = (("_once", self.bodies.once(cell.role)), ("reason", "greșeală"))
        yield _with(cell, "reversed", good)
        yield _with(cell, "forged once", (("_once", "forged"), good[1]), harmless=True)
        yield _with(cell, "no token", good, harmless=True, token=False)

    def _delete(self, cell: Cell) -> Iterator[Cell]:
        """What is used elsewhere is deleted once she has said that it is right."""
        yield _with(cell, "sure", (("_confirmed", "1"),))
        yield _with(cell, "no token", (("_confirmed", "1"),), harmless=True, token=False)

    def _return(self, cell: Cell) -> Iterator[Cell]:
        yield _with(cell, "returned", (("reason", "lipsește data"),))
        yield _with(cell, "without a note", (("reason", " "),), harmless=True)
        yield _with(cell, "no token", (("reason", "x"),), harmless=True, token=False)

    def _move(self, cell: Cell) -> Iterator[Cell]:
        move, waive = ("what", "move"), ("what", "waive")
        yield _with(cell, "moved", (move, ("day", "31.12.2027"), ("reason", "e la spital")))
        yield _with(cell, "without a reason", (move, ("day", "31.12.2027"), ("reason", " ")), harmless=True)
        yield _with(cell, "no day", (move, ("day", ""), ("reason", "x")), harmless=True)
        yield _with(cell, "no token", (waive, ("reason", "x")), harmless=True, token=False)

    def _take_back(self, cell: Cell) -> Iterator[Cell]:
        yield _with(cell, "due again", (("reason", ""),))
        yield _with(cell, "no token", (("reason", "x"),), harmless=True, token=False)

    def _merge(self, cell: Cell) -> Iterator[Cell]:
        places = {case: place for place, case in self.planted.cases.items()}
        one, other = (places.get(int(part)) for part in cell.address.split("/")[2::2])
        if one and other:
            tokens = (("_seen", self.bodies.seen("case", one)), ("_other", self.bodies.seen("case", other)))
            yield _with(cell, "merged", (*tokens, ("reason", "aceeași persoană")))
            yield _with(cell, "no token", (*tokens, ("reason", "x")), harmless=True, token=False)
        yield _with(cell, "forged versions", (("_seen", "x"), ("_other", "x"), ("reason", "x")), harmless=True)

    def _reason(self, cell: Cell) -> Iterator[Cell]:
        for words in ("chemată la telefon", " "):
            yield _with(cell, "with a reason", (("reason", words),), harmless=True)

    def _join(self, cell: Cell) -> Iterator[Cell]:
        for who, user in (("she", cell.role), ("stranger", "stranger")):
            for what, role in (("case_manager", "case_manager"), ("she", cell.role), ("nobody", "no_such_role")):
                body = (("user", str(self.planted.users[user])), ("role", role), ("since", ""))
                yield _with(cell, f"{who} joins as {what}", body)

    def _close(self, cell: Cell) -> Iterator[Cell]:
        for successor in ("coordinator", cell.role, "newcomer"):
            body = (("successor", str(self.planted.users[successor])),)
            yield _with(cell, f"handed over to {successor}", body, then="/account-history")
        for odd in ("x", str(TOO_LARGE), "0"):
            yield _with(cell, "handed over to nobody there is", (("successor", odd),))

    def _rename(self, cell: Cell) -> Iterator[Cell]:
        for was, name in (("Cluj", "Cluj-Napoca"), ("Cluj", ""), ("Alba", "Cluj")):
            yield _with(cell, "renamed", (("was", was), ("name", name)), then="/teams")

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
        for place, case in {**self.planted.cases_for(cell.form), "missing": MISSING, "too large": TOO_LARGE}.items():
            address = f"{cell.address}?case={case}"
            aimed = Cell(cell.role, "POST", cell.endpoint, address, place, cell.form)
            yield _with(aimed, "well filled in", self.bodies.new(cell.role, form))
            if place == "own":
                yield from self.bodies.attacks_on_new(aimed, form)

    def _edit(self, cell: Cell) -> Iterator[Cell]:
        form = self.planted.forms[cell.form]
        place: Any = cell.target if cell.target != "missing" else self.planted.places(cell.form)[0]
        yield _with(cell, "well filled in", self.bodies.corrected(cell.role, form, place))
        mine = (
            cell.target in ("own", "shared")
            and "correct" in self.policy.actions(cell.role, cell.form)
            and self.policy.reaches(cell.role, cell.form, place)
        )
        if mine and cell.address.endswith(("/edit/1", "/edit/2") if self._known_in_steps(cell) else "/edit"):
            yield from self.bodies.attacks_on_a_correction(cell, form)
        if mine and any(table.only_added for table in form.row_questions):
            every_question = replace(cell, address=f"{cell.address}?face=all")
            yield _with(every_question, "rows rewritten", self.bodies.rewritten(cell, form))

    def _known_in_steps(self, cell: Cell) -> bool:
        """Whether the role corrects the form section by section; two sections stand for the rest."""
        clearances: Any = frozenset(self.policy.clearances(cell.role))
        return has_section_steps(self.planted.forms[cell.form].seen_with(clearances))

    def _draft(self, cell: Cell) -> Iterator[Cell]:
        for place in self.planted.places(cell.form):
            record = self.planted.records[cell.form, place]
            yield _with(replace(cell, address=f"{cell.address}?record={record}"), f"draft for {place}", DRAFT)
        yield _with(replace(cell, address=f"{cell.address}?case={2**40}"), "draft elsewhere", DRAFT)


def _with(cell: Cell, attack: str, body: Body, **more: Any) -> Cell:
    return replace(cell, attack=attack, body=body, **more)


POSTS: dict[str, Callable[[Posts, Cell], Iterator[Cell]]] = {
    "RecordPages.search": Posts._search,
    "RecordPages.new": Posts._new,
    "RecordPages.edit": Posts._edit,
    "RecordPages.edit_section": Posts._edit,
    "DraftPages.keep": Posts._draft,
    "FindCasePage.search": Posts._find,
    "HelpPages.search": Posts._look_up,
    "AccountClosingPage.close": Posts._close,
    "WorkTeamsPage.rename": Posts._rename,
    "TeamPage.team": Posts._join,
    "ExportPages.take": Posts._export,
    "AccessFilePage.take": Posts._copy,
    "ErasurePage.wish": Posts._erasure,
    "ListPages.choose": Posts._columns,
    "ListPages.save": Posts._save_list,
    "AcceptingPages.send_back": Posts._return,
    "DeadlineMovingPages.move": Posts._move,
    "DeadlineMovingPages.take_back": Posts._take_back,
    "DeadlineMovingPages.take_back_waiver": Posts._take_back,
    "RecordPages.delete": Posts._delete,
    "RecordPages.withdraw": Posts._delete,
    "ReversingPages.reverse": Posts._reverse,
    "MergePages.decide": Posts._merge,
    "NamesPages.show": Posts._reason,
    "DerivedAnswerPages.derive": Posts._derive,
}
