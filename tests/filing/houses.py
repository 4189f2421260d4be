"""An organisation with a programme, a house of two beds in each phase, and cases; what is filed there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

from dosar.database.store import Store
from dosar.filing.opening.submissions import correction, new_submission
from dosar.filing.result import Saved, ValidationResult
from dosar.filing.service import Consent, Values, file_sheet, save, validate
from dosar.filing.submission import Submission
from dosar.language.question import ReadingContext
from dosar.records.beds.required_beds import NoBed
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from tests.organisations import CLERK, MENU, ROLES, Organisation, form, organisation_in

TODAY = CLERK.today
READING = ReadingContext("ro", TODAY)
PHASES = "choices: [{code: urgent, label: {en: Urgent, ro: De urgență}}, {code: long, label: {en: Long, ro: Lungă}}]"
UNITS = "choices: [{code: days, label: {en: days, ro: zile}}, {code: months, label: {en: months, ro: luni}}]"
KINDS = "choices: [{code: craft, label: {en: Craft, ro: Atelier}}, {code: job, label: {en: Job, ro: Serviciu}}]"
LABEL = "label: {en: Words, ro: Vorbe}"
FILES = {
    "case": form("case", "name: name, type: text"),
    "programme": form(
        "programme",
        "name: phases, type: table, columns: ["
        f"{{name: phase, type: select_one, {LABEL}, {PHASES}}}, {{name: most, type: integer, {LABEL}}}, "
        f"{{name: unit, type: select_one, {LABEL}, {UNITS}}}]",
        "name: windows, type: table, columns: ["
        f"{{name: phase, type: select_one, {LABEL}, {PHASES}}}, "
        f"{{name: kinds, type: select_multiple, {LABEL}, {KINDS}}}, "
        f"{{name: begins, type: integer, {LABEL}}}, {{name: ends, type: integer, {LABEL}}}]",
    ),
    "activity": form(
        "activity",
        "name: day, type: date",
        f"name: kind, type: select_one, {KINDS}",
        f"name: people, type: table, columns: [{{name: case, type: link, to: case, {LABEL}}}, "
        f"{{name: there, type: yes_no, {LABEL}}}]",
    ),
    "house": form(
        "house",
        f"name: phase, type: select_one, {PHASES}",
        "name: beds, type: integer",
        "name: programme, type: link, to: programme",
    ),
    "stay": form(
        "stay",
        "name: house, type: link, to: house",
        f"name: phase, type: select_one, {PHASES}",
        "name: came, type: date",
        "name: most, type: integer, from_programme: most",
        f"name: unit, type: select_one, from_programme: unit, {UNITS}",
        'name: by_days, type: computed, result: date, value: "add_days(came, most)", show_if: unit == "days"',
        'name: by_months, type: computed, result: date, value: "add_months(came, most)", show_if: unit == "months"',
        'name: last, type: computed, result: date, value: "max(by_days, by_months, longer)"',
        "name: longer, type: date",
        "name: went, type: date",
        "name: why, type: text",
        head="belongs_to: case",
    ),
    "menu": MENU.replace("[case]", "[case, stay, house, programme, activity]"),
    "roles": ROLES + "  - {role: head, title: {en: Head, ro: Șefa}}\n  - {role: helper, title: {en: H, ro: H}}\n",
    "stages": """
programme:
  stays: {form: stay, place: house, phase: phase, since: came, last: last, left: went}
  places: {form: house, phase: phase, beds: beds, programme: programme}
  terms: {form: programme, rows: phases, phase: phase}
  windows: {form: programme, rows: windows, phase: phase, kinds: kinds, since: begins, until: ends}
  activities: {form: activity, day: day, kind: kind, rows: people, case: case, present: there}
  overbooked_by: [head]
""",
}
NO_DOUBT = Consent()
HELPER, HEAD = frozenset({"helper"}), frozenset({"head"})


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


@dataclass
class Houses:
    """An organisation with a programme, a house of two beds in each phase, and cases."""

    organisation: Organisation
    programme: int
    urgent: int
    long: int

    def case(self) -> int:
        return self.organisation.enter("case", name="Caz")

    def new(self, case: int, roles: frozenset[str] = HELPER) -> Submission:
        return new_submission(self.organisation.repository, "stay", replace(CLERK, roles=roles), READING, case)

    def file(self, case: int, roles: frozenset[str] = HELPER, consent: Consent = NO_DOUBT, **values: Any) -> Any:
        return file_sheet(self.new(case, roles), Values(self.stay(**values)), consent)

    def stay(self, **values: Any) -> dict[str, Any]:
        return {"house": self.urgent, "phase": "urgent", "came": day(0), **values}

    def correct(self, stay: int, roles: frozenset[str] = HELPER, **values: Any) -> Any:
        self.organisation.repository.session.expire_all()
        opened = correction(self.organisation.repository, "stay", stay, replace(CLERK, roles=roles), READING)
        assert opened.record is not None
        kept = {name: question.to_json(opened.saved[name]) for name, question in opened.asked_questions.items()}
        return file_sheet(opened, Values({**kept, **values}), Consent(version=opened.record.version))

    def last_day(self, stay: int) -> date:
        found: date = self.organisation.answers("stay", stay)["last"]
        return found


def kept(filed: Any) -> int:
    assert isinstance(filed, Saved), [str(issue.message) for issue in (*filed.mistakes, *filed.doubtful)]
    return filed.record_id


def refused(filed: Any) -> list[str]:
    assert isinstance(filed, ValidationResult)
    return [f"{issue.question}: {issue.message}" for issue in filed.mistakes]


def doubted(filed: Any) -> list[str]:
    assert isinstance(filed, ValidationResult) and not filed.mistakes
    return [f"{issue.question}: {issue.message}" for issue in filed.doubtful]


Act = Callable[[], object]


def at_once(houses: Houses, *looks: Callable[[], Act]) -> list[str]:
    """Each in a thread of its own: all have seen the beds as they were before any does what it then does."""
    met, outcomes = Barrier(len(looks)), list[str]()
    houses.organisation.store.session.remove()

    def run(look: Callable[[], Act]) -> None:
        with acting_as(SYSTEM_SCOPE):
            act = look()
            met.wait()
            try:
                act()
                outcomes.append("kept")
            except NoBed:
                outcomes.append("no bed")
        houses.organisation.store.session.remove()

    threads = [Thread(target=run, args=(look,)) for look in looks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def placing(houses: Houses, case: int) -> Callable[[], Act]:
    """Somebody looks for a bed for this case, and then takes it."""

    def look() -> Act:
        submission = houses.new(case)
        found = validate(submission, Values(houses.stay()))
        return lambda: save(submission, found, NO_DOUBT)

    return look


@contextmanager
def houses_in(store: Store, folder: Path) -> Iterator[Houses]:
    """The organisation in this database, for who sees all."""
    with organisation_in(store, folder) as organisation, acting_as(SYSTEM_SCOPE):
        organisation.start(**FILES)
        assert not [str(found) for found in organisation.opened.findings if found.code != "F034"]
        rows = [
            {"id": None, "phase": "urgent", "most": 10, "unit": "days"},
            {"id": None, "phase": "long", "most": 9, "unit": "months"},
        ]
        windows = [
            {"id": None, "phase": "long", "kinds": ["craft"], "begins": 0, "ends": 6},
            {"id": None, "phase": "long", "kinds": ["job"], "begins": 6, "ends": 9},
        ]
        programme = organisation.enter("programme", phases=rows, windows=windows)
        urgent, long = (
            organisation.enter("house", phase=phase, beds=2, programme=programme) for phase in ("urgent", "long")
        )
        yield Houses(organisation, programme, urgent, long)
