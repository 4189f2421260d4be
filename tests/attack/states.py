"""What was erased is asked for on every route: it is answered as what never was, and nothing of it is on any page."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from werkzeug.routing import Rule

from tests.attack.canaries import Bird
from tests.attack.cells import Cell
from tests.attack.oracle import Oracle, Violation, listening
from tests.attack.posts import MISSING
from tests.attack.test_erasure import erase, is_hers
from tests.attack.walk import Walk
from tests.attack.ways import fill
from tests.attack.wishes import ENDING
from tests.photograph import written_tables

IDS = {"record_id", "case_id", "file_id", "other_id"}


@dataclass
class Erased:
    """The organisation after the case of everybody's own was erased, with all that stood in it."""

    walk: Walk
    forms: tuple[str, ...] = ()
    """Only these forms; without any, all."""

    def __post_init__(self) -> None:
        planted = self.walk.planted
        self.case = planted.cases["own"]
        kept: list[Bird] = planted.aviary.kept
        self.hers = {
            number
            for number, bird in enumerate(kept)
            if is_hers(planted, bird) and planted.aviary.looks[number] != "day"  # days also follow from others
        }
        self.file = next(number for number, bird in planted.attached.items() if is_hers(planted, bird))
        with planted.app.app_context():
            erase(planted, self.case)
        self.asked = 0

    def go(self, role: str) -> Oracle:
        """Ask for all that was erased, and for what never was; and for every page that might still tell of it."""
        self.walk.arrive(role)
        oracle = Oracle(self.walk.planted, self.walk.photograph)
        with written_tables(self.walk.engine) as written, listening() as logged:
            for erased, missing in self._pairs(role):
                if self.walk.must_arrive(role):
                    self.walk.arrive(role)
                    oracle.before = self.walk.photograph
                self._ask(erased, missing, oracle, written, logged)
        return oracle

    def _ask(self, erased: Cell, missing: Cell | None, oracle: Oracle, written: set[str], logged: list[str]) -> None:
        answers = []
        for cell in (erased, missing) if missing else (erased,):
            written.clear()
            logged.clear()
            answer = self.walk.answer(cell)
            self.asked += 1
            oracle.judge(cell, answer, written, logged)
            if written:
                self.walk.photograph.put_back(sorted(written))
            answers.append(answer)
        planted = self.walk.planted
        shown = planted.aviary.found(f"{answers[0].headers}\n{answers[0].text}") & self.hers
        if shown:
            such = [planted.aviary.kept[one] for one in sorted(shown)[:3]]
            oracle.violations.append(Violation(erased, f"{len(shown)} canaries of what was erased, such as {such}"))
        if missing and answers[0].shape() != answers[1].shape():
            told = f"is told apart from what never was: {answers[0].status} and {answers[1].status}"
            oracle.violations.append(Violation(erased, told))

    def _pairs(self, role: str) -> Iterator[tuple[Cell, Cell | None]]:
        for rule in sorted(self.walk.planted.app.url_map.iter_rules(), key=str):
            ids = rule.arguments & IDS
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                if ids:
                    yield from self._erased_and_missing(role, rule, method)
                elif method == "GET":
                    yield from self._pages(role, rule)

    def _erased_and_missing(self, role: str, rule: Rule, method: str) -> Iterator[tuple[Cell, Cell]]:
        planted = self.walk.planted
        for form in self._forms() if "form" in rule.arguments else [""]:
            record = planted.records.get((form, "own"), self.case)
            values = {"form": form, "record_id": record, "case_id": self.case, "file_id": self.file, "step": 1}
            there = {**values, "other_id": planted.cases["team"]}
            never = {**there, "record_id": MISSING, "case_id": MISSING, "file_id": MISSING}
            rest = {name: 1 for name in rule.arguments - there.keys()}
            cell = Cell(role, method, rule.endpoint, fill(rule, {**rest, **there}), "", form, "erased")
            yield cell, replace(cell, address=fill(rule, {**rest, **never}), attack="missing")

    def _pages(self, role: str, rule: Rule) -> Iterator[tuple[Cell, Cell | None]]:
        for form in self._forms(every=True) if "form" in rule.arguments else [""]:
            values = {name: 1 for name in rule.arguments}
            address = fill(rule, {**values, "form": form, "filename": "css/dosar.css", "word": "forged"})
            cell = Cell(role, "GET", rule.endpoint, address, "", form, "erased")
            yield cell, None
            if rule.endpoint.startswith(ENDING):
                continue
            with_case = replace(cell, address=f"{address}?case={self.case}")
            yield with_case, replace(cell, address=f"{address}?case={MISSING}", attack="missing")

    def _forms(self, every: bool = False) -> list[str]:
        """The forms of a case, of which sheets were erased; or all."""
        planted = self.walk.planted
        return [
            form
            for form in self.forms or planted.forms
            if every or (planted.policy.in_case(form) and (form, "own") in planted.records)
        ]
