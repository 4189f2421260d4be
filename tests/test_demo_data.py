"""The invented cases are such as could be: answers that can be typed, days in order, beds and sums that fit."""

import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dosar import shipped_folder
from dosar.database.system_tables import team_table
from dosar.language.answers.validation import validate_answers
from dosar.language.form import CASE_FORM
from dosar.language.question import Answers, Question, ReadingContext, Unknown
from dosar.language.text.message import Mistake
from dosar.overview.case_overview import dating_question
from dosar.records.scope.row_scope import SYSTEM_SCOPE, acting_as
from dosar.records.sheets.stored_answers import answers_of
from tests.applications import opened_app
from tests.databases import KEY, Place
from tests.days import today_here
from tests.pages.conftest import Demo, demo_on

TODAY = today_here()
READING = ReadingContext("ro", TODAY, worker_id=1)
CASES = 10
ENDED = {"monitoring", "closed", "closed_referred", "archived"}


@dataclass(frozen=True)
class Filed:
    """A record of the demo."""

    form: str
    id: int
    case: int | None
    answers: Answers


def opened(data: Path, today: date, forms: Path | None = None) -> Demo:
    app, findings = opened_app(data, KEY, forms=forms, demo=True, today=today)
    assert forms or findings == [], "every record of the demo is filed with the shipped forms"
    return Demo(app)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, filled: Callable[[str], Place]) -> Iterator[Demo]:
    """The demo as it is filled, with every record that is written for it, and nothing else in it."""
    with demo_on(tmp_path_factory.mktemp("demo"), filled("sqlite")) as office:
        yield office


@pytest.fixture(scope="module")
def filed(demo: Demo) -> list[Filed]:
    """Every record as it was filed."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        found = [
            Filed(
                key,
                record.id,
                getattr(record, "case_id", None) if key != CASE_FORM else record.id,
                answers_of(demo.repository, record),
            )
            for key, kept in demo.repository.tables.records.items()
            for record in demo.repository.session.scalars(select(kept).order_by(kept.id))
        ]
        demo.repository.session.remove()
    return found


def of(filed: list[Filed], form: str, case: int | None = None) -> list[Filed]:
    return [record for record in filed if record.form == form and case in (None, record.case)]


def cells(question: Question, answer: Any) -> Iterator[tuple[Question, Any]]:
    """The question with its answer, or each column with each of its cells."""
    for row in answer or () if question.columns_asked() else ():
        for column in question.columns_asked():
            yield column, row.get(column.name)
    if not question.columns_asked():
        yield question, answer


def reads_back(question: Question, answer: Any) -> bool:
    """Whether what stands in the boxes for the answer gives the answer again; ticks come in the order of the list."""
    try:
        read = question.read(question.typed(answer, READING), READING)
        return bool(read == answer or (isinstance(answer, list) and sorted(read) == sorted(answer)))
    except Mistake:
        return False


def test_every_answer_could_have_been_typed(demo: Demo, filed: list[Filed]) -> None:
    wrong = []
    for record in filed:
        for question in demo.forms[record.form].asked_questions():
            for asked, answer in cells(question, record.answers.get(question.name)):
                if answer is None or isinstance(answer, Unknown) or asked.computed or asked.attached:
                    continue
                if asked.link_target() is None and not reads_back(asked, answer):
                    wrong.append((record.form, record.id, asked.name, answer))
    assert wrong == [], "\n".join(map(str, wrong))


def test_no_rule_is_broken_and_no_warning_given(demo: Demo, filed: list[Filed]) -> None:
    found = [
        (record.form, record.id, complaint.where, complaint.message)
        for record in filed
        for complaint in validate_answers(demo.forms[record.form], record.answers, TODAY)
    ]
    assert found == [], "\n".join(str(complaint[:3]) for complaint in found)


def test_sheets_are_of_days_when_the_case_was_open(demo: Demo, filed: list[Filed]) -> None:
    """Or was still followed up."""
    early, late = [], []
    for case in of(filed, CASE_FORM):
        last = case.answers.get("monitoring_until") if case.answers["closed_on"] else None
        for record in filed:
            dated = dating_question(demo.forms[record.form])
            day = (
                record.answers.get(dated.name)
                if dated and record.case == case.id and record.form != CASE_FORM
                else None
            )
            if isinstance(day, date) and day < case.answers["opened_on"] and record.form not in ("repatriation",):
                early.append((case.answers["code"], record.form, record.id, day))
            if isinstance(day, date) and case.answers["closed_on"] and day > (last or case.answers["closed_on"]):
                late.append((case.answers["code"], record.form, record.id, day))
    assert (early, late) == ([], [])


def test_stages_follow_each_other_and_have_their_documents(demo: Demo, filed: list[Filed]) -> None:
    stages = demo.repository.definition.stages.stages
    order = {stage.stage: place for place, stage in enumerate(stages)}
    for case in of(filed, CASE_FORM):
        told = sorted(of(filed, "case_stage", case.id), key=lambda record: order[record.answers["stage"]])
        days = [day for entry in told for day in (entry.answers["entered_on"], entry.answers["finished_on"]) if day]
        assert days == sorted(days), case.answers["code"]
        assert all(entry.answers["finished_on"] for entry in told[:-1]), case.answers["code"]
        finished = {entry.answers["stage"] for entry in told if entry.answers["finished_on"]}
        for stage in stages:
            lacking = [form for form in stage.needs if stage.stage in finished and not of(filed, form, case.id)]
            consented = case.answers["closure_outcome"] != "consent_withdrawn"
            assert lacking == [] or not consented, (case.answers["code"], stage.stage)


def leaving(stay: Filed) -> date:
    """When the bed is free again: whoever is still there past her last day holds it today too."""
    last = stay.answers["last_day"]
    return stay.answers["left_on"] or (date.max if last is None or last < TODAY else last)


def test_nobody_lies_in_two_beds_and_no_bed_holds_two(filed: list[Filed]) -> None:
    rooms = {
        record.id: {row["room"]: row["beds"] for row in record.answers["rooms"]} for record in of(filed, "facility")
    }
    stays = [(record, record.answers["admitted_on"], leaving(record)) for record in of(filed, "stay")]
    for one, since, _ in stays:
        there = [other for other, begun, ended in stays if begun <= since < ended]
        assert [other for other in there if other.case == one.case] == [one]
        place = one.answers["facility"]
        if place is not None:
            room = one.answers["room"].partition(",")[0]
            beside = [other.answers["room"] for other in there if other.answers["facility"] == place]
            assert sum(other.partition(",")[0] == room for other in beside) <= rooms[place][room]
            assert max(Counter(beside).values()) == 1 or rooms[place][room] > 1


def test_what_was_planned_is_what_was_given_where_all_is_over(filed: list[Filed]) -> None:
    """By payer; nobody gave more than was planned."""
    for budget in of(filed, "plan_budget"):
        planned: dict[int, Decimal] = defaultdict(Decimal)
        for row in budget.answers["lines"]:
            parts = [row[f"part_{n}"] for n in range(1, 6) if row[f"part_{n}"]]
            assert sum(parts) == (row["amount"] or 0)
            planned[row["payer"]] += row["amount"] or 0
        given: dict[int, Decimal] = defaultdict(Decimal)
        for form, amount in (("humanitarian_aid", "value"), ("study_ledger", "amount")):
            for record in of(filed, form, budget.case):
                assert record.answers[amount].currency == budget.answers["currency"]
                given[record.answers["funder"]] += record.answers[amount].amount
        over = {payer: given[payer] - planned[payer] for payer in given if given[payer] > planned[payer]}
        [case] = [record for record in of(filed, CASE_FORM) if record.id == budget.case]
        assert over == {}, case.answers["code"]
        if case.answers["status"] in ENDED:
            assert {payer: amount for payer, amount in planned.items() if amount} == dict(given)


def test_the_plan_names_the_sums_of_its_budget(filed: list[Filed]) -> None:
    for budget in of(filed, "plan_budget"):
        [text] = [
            record.answers["resources_financial"] for record in of(filed, "plan") if record.id == budget.answers["plan"]
        ] or [None]
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for row in budget.answers["lines"]:
            sums[row["payer"]] += row["amount"] or 0
        told = [f"{amount:,.0f}".replace(",", ".") for amount in sums.values() if amount]
        assert text is None or [entry for entry in told if entry not in text] == []


def test_who_works_on_a_case_belongs_to_its_team(demo: Demo, filed: list[Filed]) -> None:
    """Those who counsel and meet; whoever keeps the books or approves does not."""
    with demo.app.app_context(), acting_as(SYSTEM_SCOPE):
        members = {(row.case_id, row.user_id) for row in demo.repository.session.execute(select(team_table))}
        demo.repository.session.remove()
    workers = {(record.case, record.answers["worker"]) for record in of(filed, "service_log")}
    workers |= {
        (record.case, row["evaluator"])
        for record in of(filed, "initial_evaluation")
        for row in record.answers["evaluators"] or ()
    }
    assert workers - members == set()


def test_the_demo_can_be_filled_on_any_day(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A computer whose clock stands before the invented cases fills them all the same."""
    office = opened(tmp_path_factory.mktemp("early"), date(2025, 3, 1))
    with office.app.app_context(), acting_as(SYSTEM_SCOPE):
        assert len(list(office.repository.session.scalars(select(office.repository.record_class(CASE_FORM))))) == CASES
        office.repository.session.remove()
    office.repository.store.close()


def test_the_demo_is_filled_with_the_forms_an_organisation_picked(tmp_path: Path) -> None:
    """What points to records of forms left out points nowhere; their pages are not there."""
    shutil.copytree(shipped_folder("forms"), tmp_path / "forms")
    picked = "forms: [case, intake, plan, monitoring_form, visit_report]"
    (tmp_path / "forms" / "profile.yaml").write_text(picked, encoding="utf-8")
    office = opened(tmp_path / "data", TODAY, tmp_path / "forms")
    found = {
        address: office.browser("coordinator").get(address).status_code
        for address in ("/", "/cases/1", "/records/intake/1", "/records/plan/new?case=1", "/records/project")
    }
    assert found == dict.fromkeys(list(found)[:4], 200) | {"/records/project": 404}
    office.repository.store.close()


def test_a_form_changed_before_the_first_start_leaves_out_what_it_does_not_take(tmp_path: Path) -> None:
    """Another model of the consent sheet, and a referral that asks one more thing that must be answered."""
    shutil.copytree(shipped_folder("forms"), tmp_path / "forms")
    intake, referral = tmp_path / "forms/intake.yaml", tmp_path / "forms/referral.yaml"
    intake.write_text(intake.read_text(encoding="utf-8").replace("consent_on", "agreed_on"), encoding="utf-8")
    asked = "    questions:\n      - {name: urgent, type: yes_no, required: true, label: {en: Urgent, ro: Urgent}}\n"
    changed = referral.read_text(encoding="utf-8").replace("    questions:\n", asked, 1)
    referral.write_text(changed, encoding="utf-8")
    app, findings = opened_app(tmp_path / "data", KEY, forms=tmp_path / "forms", demo=True, today=TODAY)
    left_out = [str(finding) for finding in findings if finding.code == "F047"]
    assert any(finding.startswith("forms/demo/case-demo-001.yaml:") and '"intake"' in finding for finding in left_out)
    assert any('"referral"' in finding for finding in left_out)
    assert Demo(app).browser("coordinator").get("/cases/1").status_code == 200
    Demo(app).repository.store.close()
