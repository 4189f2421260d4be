"""A date that overrules a time rule is asked about when it lies after the limit: once, and of who may know it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from dosar import shipped_folder
from dosar.database.store import Store
from dosar.filing.doubts.late_dates import late_dates
from dosar.filing.opening.submissions import correction, new_submission
from dosar.filing.result import Saved
from dosar.filing.service import Consent, Values, file_sheet, validate
from dosar.filing.submission import Submission
from dosar.language.question import ReadingContext
from dosar.records.scope.row_scope import SYSTEM_SCOPE, Scope, acting_as
from dosar.records.sheets.save import enter_sheet
from tests.organisations import CLERK, Organisation, form, organisation_in

ENGLISH = ReadingContext("en", CLERK.today)
ADULT = {"birth_date": "1996-05-04", "is_minor": False}


@dataclass(frozen=True)
class Late:
    """A sheet whose date is overruled, and the last day that its rule allows."""

    rule: str
    form: str
    typed: str
    answers: Mapping[str, Any]
    limit: date
    before: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What was filed in the case before."""
    case: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.rule


NOTE = {"elaborated_on": date(2026, 10, 20), "decision": "finalise", "reintegrated_on": date(2026, 10, 15)}
MONITORED = {"filled_on": date(2026, 11, 20)}
IPP = {"face": "ipp", "drawn_up_on": date(2025, 11, 30)}
VISITED = {"visit_date": date(2026, 11, 2)}
CLOSED = {"closed_on": date(2026, 10, 21)}
LATE = [
    Late("plan.revision", "plan", "next_revision_on", IPP, date(2026, 2, 28)),
    Late("visit_report.next_visit", "visit_report", "next_visit_on", VISITED, date(2027, 2, 2)),
    Late("monitoring_form.next", "monitoring_form", "next_due", {**MONITORED, "frequency": "weekly"},
         date(2026, 11, 27)),
    Late("final_note.follow_up", "monitoring_form", "next_due", MONITORED, date(2027, 2, 20),
         {"final_note": {**NOTE, "age_then": 30}}, CLOSED),
    Late("final_note.follow_up_child", "monitoring_form", "next_due", MONITORED, date(2027, 2, 20),
         {"final_note": {**NOTE, "age_then": 15}}, CLOSED),
]  # fmt: skip


@pytest.fixture
def shipped(founded_store: Store, tmp_path: Path) -> Iterator[Organisation]:
    with organisation_in(founded_store, tmp_path) as organisation, acting_as(SYSTEM_SCOPE):
        shutil.copytree(shipped_folder("forms"), tmp_path / "forms", dirs_exist_ok=True)
        yield organisation.start()


def doubts(submission: Submission, values: Mapping[str, Any]) -> list[str]:
    """What is asked about the dates among these."""
    given = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    answers = validate(submission, Values(given)).answers
    return [str(issue.message) for issue in late_dates(submission, answers)]


def test_every_shipped_rule_asks_about_a_day_after_its_limit(shipped: Organisation) -> None:
    overruled = {rule.key for rule in shipped.repository.definition.deadlines if rule.typed}
    assert overruled == {late.rule for late in LATE}
    for late in LATE:
        case = shipped.enter("case", opened_on=date(2026, 1, 1), status="open", **{**ADULT, **late.case})
        for before, answers in late.before.items():
            enter_sheet(shipped.repository, shipped.form(before), answers, CLERK, case)
        for days, asked in (-1, 0), (0, 0), (1, 1), (400, 1):
            submission = new_submission(shipped.repository, late.form, CLERK, ENGLISH, case)
            day = late.limit + timedelta(days)
            found = doubts(submission, {**late.answers, late.typed: day})
            assert len(found) == asked, (late.rule, days, found)
            assert all(f"{late.limit:%b}" in told and str(late.limit.day) in told for told in found)


RULES = """
deadlines:
  - {deadline: next, title: {en: Visit, ro: Vizită}, due: visit, after: visited, within: 1 month, typed: next_on}
  - {deadline: answer, title: {en: Answer, ro: Răspuns}, after: steps.asked, within: 10 days, typed: promised,
     done: steps.answered, weight: advice, each: true}
"""
STEPS = ", ".join(
    f"{{name: {name}, type: date, label: {{en: {name.title()}, ro: {name.title()}}}}}"
    for name in ("asked", "promised", "answered")
)
FILES = {
    "case": form("case", "name: name, type: text"),
    "visit": form(
        "visit",
        "name: visited, type: date",
        "name: next_on, type: date",
        "name: said, type: text",
        f"name: steps, type: table, columns: [{STEPS}]",
        head="belongs_to: case",
    )
    + RULES,
    "aid": form("aid", "name: given, type: date", head="belongs_to: case"),
    "menu": "menu: [{title: {en: Work, ro: Lucru}, entries: [case, visit, aid]}]",
    "roles": "roles: [{role: administrator, title: {en: Administrator, ro: Administrator}, pages: [users]}]",
}
VISIT = {"visited": "2026-11-02", "next_on": "2026-12-03"}
NO_DOUBT = Consent()


@dataclass
class Visits:
    organisation: Organisation
    case: int

    def new(self, form: str = "visit") -> Submission:
        return new_submission(self.organisation.repository, form, CLERK, ENGLISH, self.case)

    def file(self, consent: Consent = NO_DOUBT, **values: Any) -> Any:
        return file_sheet(self.new(), Values(values), consent)

    def correct(self, visit: int, **values: Any) -> Any:
        self.organisation.repository.session.expire_all()
        opened = correction(self.organisation.repository, "visit", visit, CLERK, ENGLISH)
        assert opened.record is not None
        return file_sheet(opened, Values(values), Consent(version=opened.record.version))


@pytest.fixture
def visits(founded_store: Store, tmp_path: Path) -> Iterator[Visits]:
    with organisation_in(founded_store, tmp_path) as organisation, acting_as(SYSTEM_SCOPE):
        organisation.start(**FILES)
        assert not organisation.told("F080")
        yield Visits(organisation, organisation.enter("case", name="Caz"))


def asked(filed: Any) -> list[tuple[tuple[str, ...], str]]:
    return [(issue.where, str(issue.message)) for issue in filed.doubtful]


def test_it_is_asked_with_its_limit_and_its_rule(visits: Visits) -> None:
    [(where, told)] = asked(visits.file(**VISIT))
    assert where == ("next_on",)
    assert told == (
        "“Words”, 3 Dec 2026, lies after the limit of the rule: 2 Dec 2026 (1 month after “Words”, 2 Nov 2026). "
        "Write an earlier day; if it is right as it stands, save."
    )
    assert isinstance(visits.file(**{**VISIT, "next_on": "2026-12-02"}), Saved)
    visit = visits.file(Consent(confirmed=True, reason="Școala e închisă"), **VISIT)
    assert visits.organisation.history("visit", visit.record_id)[0].reason == "Școala e închisă"


def test_what_was_confirmed_is_not_asked_again_while_it_stays(visits: Visits) -> None:
    visit = visits.file(Consent(confirmed=True), **VISIT).record_id
    assert isinstance(visits.correct(visit, said="Bine"), Saved)
    assert [where for where, _ in asked(visits.correct(visit, next_on="2026-12-09"))] == [("next_on",)]
    assert [where for where, _ in asked(visits.correct(visit, visited="2026-11-01"))] == [("next_on",)]
    assert isinstance(visits.correct(visit, next_on=None), Saved)


def test_the_date_of_an_older_sheet_overrules_nothing(visits: Visits) -> None:
    visits.file(visited="2026-11-20")
    assert isinstance(visits.file(**VISIT), Saved)


def test_a_date_in_a_row_is_asked_about_in_its_row(visits: Visits) -> None:
    steps = [{"asked": "2026-11-02", "promised": "2026-11-12"}, {"asked": "2026-11-02", "promised": "2026-11-13"}]
    [(where, told)] = asked(visits.file(steps=steps))
    assert where == ("steps", "1", "promised")
    assert told.startswith("“Promised”, 13 Nov 2026, is later than good practice has it: 12 Nov 2026 (10 days after")


def test_it_is_told_to_nobody_who_may_not_know_the_rule(visits: Visits) -> None:
    entering = Scope(CLERK.user_id, "all", frozenset(), {"case": frozenset({"see"}), "visit": frozenset({"enter"})})
    submission = visits.new()
    with acting_as(entering):
        assert validate(submission, Values(VISIT)).doubtful == []


def test_it_costs_nothing_where_no_such_date_is_written(visits: Visits) -> None:
    aid, visit = visits.new("aid"), visits.new()
    said: list[str] = []
    statements = visits.organisation.store.session.connection().engine
    event.listen(statements, "before_cursor_execute", lambda *heard: said.append(heard[2]))
    for submission, values in (aid, {"given": date(2026, 11, 2)}), (visit, {"visited": date(2026, 11, 2)}):
        assert list(late_dates(submission, values)) == []
    assert said == []
    assert len(list(late_dates(visit, {"visited": date(2026, 11, 2), "next_on": date(2027, 1, 1)}))) == 1
    assert len(said) == 1
