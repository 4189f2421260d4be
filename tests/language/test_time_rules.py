"""The time rules of the papers, T01–T27, each by its small case: the day, and what ends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar.language.deadlines.days import DueDay, days_due
from dosar.language.deadlines.facts import CaseFacts, Move, RowFacts, SheetFacts
from dosar.language.deadlines.ready_rules import ReadyRule
from dosar.language.deadlines.starts import starts_of
from dosar.language.durations import Duration
from dosar.language.form import CASE_FORM
from dosar.language.load.definition import Definition, make_definition
from dosar.language.load.folder import read_folder

FORMS = Path(__file__).parents[2] / "forms"
TODAY = date(2026, 3, 2)
LEADER, DOCTOR = 5, 6
Sheets = Mapping[str, Sequence[Mapping[str, Any]]]


@cache
def shipped() -> Definition:
    return make_definition(read_folder(FORMS).parts, {})


def rule_named(key: str) -> ReadyRule:
    return next(rule for rule in shipped().deadlines if rule.key == key)


def plain(day: Any) -> Any:
    return day.isoformat() if isinstance(day, date) else day


def sheet(number: int, answers: Mapping[str, Any]) -> SheetFacts:
    """A sheet; a list among its answers is a table, ``waits`` says that nobody accepted it, ``returned`` that it was
    returned."""
    rows = {
        name: [RowFacts(100 * number + place, {column: plain(value) for column, value in row.items()})
               for place, row in enumerate(value)]
        for name, value in answers.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    }  # fmt: skip
    said = {name: plain(value) for name, value in answers.items() if name not in rows | {"waits": 0, "returned": 0}}
    return SheetFacts(number, said, bool(answers.get("waits")), rows, bool(answers.get("returned")))


def facts(sheets: Sheets, **options: Any) -> CaseFacts:
    """A case with these sheets; they are numbered in their order."""
    with_case = {CASE_FORM: [{"opened_on": date(2026, 1, 1), "status": "open"}], **sheets}
    numbered = {form: [sheet(number + 1, one) for number, one in enumerate(ones)] for form, ones in with_case.items()}
    return CaseFacts(numbered, ((LEADER, "case_manager", True), (DOCTOR, "doctor", False)), **options)


def due(key: str, sheets: Sheets, today: date = TODAY, **options: Any) -> list[DueDay]:
    return days_due([rule_named(key)], facts(sheets, **options), today)


def days(key: str, sheets: Sheets, today: date = TODAY) -> list[date]:
    return [found.day for found in due(key, sheets, today)]


def on(month: int, day: int, year: int = 2026) -> date:
    return date(year, month, day)


@dataclass(frozen=True)
class Story:
    """A rule at work: from these sheets it is due on this day, and with these too it is not, or on another day."""

    paper: str
    rule: str
    sheets: Sheets
    day: date | None
    then: Sheets = field(default_factory=dict)
    """What is filed after."""
    next_day: date | None = None

    def __str__(self) -> str:
        return f"{self.paper} {self.rule}"


STAY = {"stay": [{"admitted_on": on(2, 1), "phase": "phase_2", "last_day": on(11, 1)}]}
PLAN: dict[str, Any] = {"drawn_up_on": on(1, 31), "face": "ipp"}
CHILD, ADULT = {"age_then": 15}, {"age_then": 30}
NOTE = {"elaborated_on": on(1, 20), "decision": "finalise", "reintegrated_on": on(1, 15)}
STUDY = {"study_from": on(1, 10), "study_until": on(6, 15)}

STORIES = [
    Story("T01", "stay.evaluated_before", STAY, on(2, 1), {"initial_evaluation": [{"evaluated_on": on(1, 30)}]}),
    Story("T02", "stay.detailed_after", STAY, on(2, 15), {"detailed_evaluation": [{"evaluated_on": on(2, 10)}]}),
    Story("T03", "referral.plan_begun", {"referral": [{"registered_on": on(2, 3), "decision": "accepted"}]}, on(2, 3),
          {"plan": [{"drawn_up_on": on(2, 4)}]}),
    Story("T04", "detailed_evaluation.plan", {"detailed_evaluation": [{"evaluated_on": on(2, 10)}]}, on(3, 2),
          {"plan": [{"drawn_up_on": on(3, 1)}]}),
    Story("T05", "plan.revision", {"plan": [PLAN]}, on(4, 30),
          {"plan": [PLAN, {"drawn_up_on": on(4, 2)}]}, on(7, 2)),
    Story("T06", "stay.last_day", {"stay": [{"admitted_on": on(2, 1), "phase": "centre", "last_day": on(2, 1, 2027)}]},
          on(2, 1, 2027), {"stay": [{"admitted_on": on(2, 1), "last_day": on(2, 1, 2027), "left_on": on(3, 1)}]}),
    Story("T07", "repatriation.preliminary_plan", {"repatriation": [{"returned_on": on(3, 4)}]}, on(3, 4),
          {"plan": [{"drawn_up_on": on(2, 4), "face": "irp", "version_kind": "preliminary"}]}),
    Story("T07", "repatriation.final_plan", {"repatriation": [{"returned_on": on(3, 4)}]}, on(3, 24),
          {"plan": [{"drawn_up_on": on(3, 20), "face": "irp", "version_kind": "final"}]}),
    Story("T07", "repatriation.reevaluated",
          {CASE_FORM: [{"is_minor": True}], "repatriation": [{"returned_on": on(3, 4)}]}, on(3, 4),
          {"repatriation": [{"returned_on": on(3, 4), "reevaluated_on": on(3, 5)}]}),
    Story("T08", "plan.first_visit", {"plan": [{**PLAN, "first_assessment_on": on(3, 1)}]}, on(3, 1),
          {"visit_report": [{"visit_date": on(2, 27)}]}),
    Story("T08", "visit_report.next_visit", {"visit_report": [{"visit_date": on(11, 30, 2025)}]}, on(2, 28),
          {"visit_report": [{"visit_date": on(11, 30, 2025)}, {"visit_date": on(2, 20)}]}, on(5, 20)),
    Story("T09", "visit_report.corrections", {"visit_report": [{"visit_date": on(2, 1), "risk_change": "higher"}]},
          on(2, 15), {"plan_amendment": [{"amended_on": on(2, 9)}]}),
    Story("T10", "plan.final_note", {"plan": [{**PLAN, "ends_on": on(2, 20)}]}, on(2, 20),
          {"final_note": [{"elaborated_on": on(2, 21)}]}),
    Story("T11", "plan.longest", {"plan": [{**PLAN, "starts_on": on(2, 28, 2025), "age": 30}]}, on(2, 28),
          {"final_note": [{"elaborated_on": on(2, 21)}]}),
    Story("T12", "plan.discussed", {"plan": [PLAN]}, on(2, 14), {"plan": [{**PLAN, "discussed_on": on(2, 10)}]}),
    Story("T12", "plan.approved", {"plan": [{**PLAN, "discussed_on": on(2, 10)}]}, on(2, 24),
          {"plan": [{**PLAN, "discussed_on": on(2, 10), "approved_on": on(2, 11)}]}),
    Story("T13", "monitoring_form.next", {"monitoring_form": [{"filled_on": on(2, 23), "frequency": "weekly"}]},
          on(3, 2),
          {"monitoring_form": [{"filled_on": on(2, 23)}, {"filled_on": on(3, 2), "frequency": "twice_monthly"}]},
          on(3, 16)),
    Story("T14", "final_note.follow_up", {"final_note": [{**NOTE, **ADULT}]}, on(4, 15),
          {"monitoring_form": [{"filled_on": on(4, 10)}]}, on(7, 10)),
    Story("T14", "final_note.follow_up_child", {"final_note": [{**NOTE, **CHILD}]}, on(4, 15),
          {"monitoring_form": [{"filled_on": on(4, 10)}]}, on(7, 10)),
    Story("T15", "plan.child_consulted", {"plan": [{**PLAN, "age": 10}]}, on(1, 31),
          {"plan": [{**PLAN, "age": 10, "child_consulted": True}]}),
    Story("T16", "case.risk_at_inclusion", {}, on(1, 15), {"risk_assessment": [{"assessed_on": on(1, 4)}]}),
    Story("T16", "plan.risk_of_plan", {"plan": [PLAN]}, on(1, 31), {"risk_assessment": [{"assessed_on": on(1, 20)}]}),
    Story("T17", "plan.job_kept", {"plan": [{**PLAN, "job_from": on(1, 31)}]}, on(3, 31),
          {"plan": [{**PLAN, "job_from": on(1, 31), "job_until": on(2, 2)}]}),
    Story("T18", "stay.last_day", STAY, on(11, 1), {"stay": [{**STAY["stay"][0], "left_on": on(5, 1)}]}),
    Story("T20", "study_support.food", {"study_support": [STUDY]}, on(1, 31),
          {"study_ledger": [{"section": "food", "month": "2026-01"}]}, on(2, 28)),
    Story("T20", "study_support.hygiene", {"study_support": [STUDY]}, on(1, 31),
          {"study_ledger": [{"section": "food", "month": "2026-01"}]}, on(1, 31)),
    Story("T21", "case.first_aid", {CASE_FORM: [{"opened_on": on(2, 20), "status": "open"}]}, on(3, 6),
          {"humanitarian_aid": [{"given_on": on(2, 21)}]}),
    Story("T22", "case.consent", {}, on(1, 1),
          {"intake": [{"informed_on": on(1, 2), "consent_on": on(1, 2), "consent_assistance": True}]}),
    Story("T23", "form_revision.yearly", {"form_revision": [{"valid_from": on(2, 29, 2024)}]}, on(2, 28, 2025),
          {"form_revision": [{"valid_from": on(2, 29, 2024)}, {"valid_from": on(2, 20, 2026)}]}, on(2, 20, 2027)),
    Story("T24", "plan.activity", {"plan": [{**PLAN, "rows": [{"deadline": on(3, 9), "status": "in_progress"}]}]},
          on(3, 9), {"plan": [{**PLAN, "rows": [{"deadline": on(3, 9), "status": "achieved"}]}]}),
    Story("T25", "plan.allocation_ends", {"plan": [{**PLAN, "allocations": [{"ends_on": on(3, 9)}]}]}, on(3, 9),
          {"plan": [{**PLAN, "allocations": [{"ends_on": on(1, 9)}]}]}),
    Story("T26", "project.report", {"project": [{"starts_on": on(1, 1), "periods": [{"period_until": on(1, 31)}]}]},
          on(2, 28),
          {"project": [{"starts_on": on(1, 1), "periods": [{"period_until": on(1, 31), "sent_on": on(2, 9)}]}]}),
    Story("T27", "intake.reflection_information", {"intake": [{"informed_on": on(2, 9), "categories": ["victim"]}]},
          on(2, 9), {"intake": [{"informed_on": on(2, 9), "categories": ["victim"], "reflection_informed": True}]}),
    Story("law", "data_request.answer", {"data_request": [{"received_on": on(1, 31), "due_on": on(2, 28)}]}, on(2, 28),
          {"data_request": [{"received_on": on(1, 31), "due_on": on(2, 28), "answered_on": on(2, 3)}]}),
    Story("court", "court_support.hearing",
          {"court_support": [{"evaluated_on": on(2, 1), "sessions": [{"next_on": on(3, 9)}]}]}, on(3, 9),
          {"court_support": [{"evaluated_on": on(2, 1), "sessions": [{"next_on": on(2, 9)}]}]}),
    Story("agreement", "responsibility_agreement.obligation",
          {"responsibility_agreement": [{"signed_on": on(2, 1), "obligations": [{"deadline": on(3, 9)}]}]}, on(3, 9)),
    Story("agreement", "service_agreement.renewal", {"service_agreement": [{"renew_on": on(3, 9)}]}, on(3, 9)),
    Story("agreement", "service_request.response",
          {"service_agreement": [{"response_hours": 48}],
           "service_request": [{"requested_on": on(2, 27), "agreement": 1}]}, on(3, 1)),
    Story("consent", "intake.sharing_ends",
          {"intake": [{"informed_on": on(2, 1), "consent_sharing": [{"valid_until": on(3, 9)}]}]}, on(3, 9),
          {"intake": [{"informed_on": on(2, 1),
                       "consent_sharing": [{"valid_until": on(3, 9), "withdrawn_on": on(2, 9)}]}]}),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_rule_of_the_papers(story: Story) -> None:
    assert days(story.rule, story.sheets) == [story.day]
    if story.then:
        then = days(story.rule, {**story.sheets, **story.then})
        assert then == ([story.next_day] if story.next_day else [])


def test_every_rule_of_the_papers_has_its_case() -> None:
    """T19, the windows of therapy, is a doubt on the sheet of the activity and no day."""
    told = {paper for story in STORIES for paper in [story.paper] if paper.startswith("T")}
    assert told == {f"T{number:02}" for number in range(1, 28)} - {"T19"}
    sources = " ".join(rule.rule.source or "" for rule in shipped().deadlines)
    assert {number for number in range(1, 28) if f"T{number:02}" not in sources} <= {19}


TASK = {"kind": "task", "due_on": on(3, 31), "responsible": 8}


def test_a_task_is_due_until_it_is_done() -> None:
    (found,) = due("task.task", {"task": [{**TASK, "at": "14:30"}]})
    assert (found.day, found.user_id, found.time) == (on(3, 31), 8, "14:30")
    assert days("task.task", {"task": [{**TASK, "done_on": on(3, 1)}]}) == []
    assert days("task.task", {"task": [{**TASK, "cancelled": True}]}) == []
    assert days("task.task", {"task": [{**TASK, "kind": "appointment"}]}) == []


@pytest.mark.parametrize(
    ("repeats", "done_on", "day"),
    [
        ("monthly", None, on(3, 31)),
        ("monthly", on(3, 31), on(4, 30)),
        ("monthly", on(5, 2), on(5, 31)),
        ("daily", on(4, 3), on(4, 4)),
        ("yearly", on(3, 31), on(3, 31, 2027)),
        ("monthly", on(3, 29), on(4, 30)),  # two days early
        ("monthly", on(4, 28), on(5, 31)),
        ("monthly", on(4, 22), on(4, 30)),  # before it was announced
        ("weekly", on(4, 2), on(4, 7)),  # two days late
        ("weekly", on(4, 5), on(4, 14)),  # two days early
        ("daily", on(3, 31), on(4, 1)),
        (None, on(3, 31), None),
    ],
)
def test_a_repeated_task_comes_again_on_its_own_days(
    repeats: str | None, done_on: date | None, day: date | None
) -> None:
    tasks = {"task": [{**TASK, "repeats": repeats, "done_on": done_on}]}
    assert days("task.task", tasks) == ([day] if day else [])
    ends = {"task": [{**TASK, "repeats": repeats, "done_on": done_on, "repeats_until": on(3, 31)}]}
    for today in (on(3, 31), on(4, 1)):
        assert days("task.task", ends, today) == ([on(3, 31)] if done_on is None else []), "who waits has not done it"


def test_a_day_of_long_before_the_first_one_ends_nothing() -> None:
    assert days("task.task", {"task": [{**TASK, "repeats": "monthly", "done_on": on(3, 1)}]}) == [on(3, 31)]


def test_what_comes_again_comes_again_after_it_was_waived() -> None:
    weekly = {"task": [{**TASK, "repeats": "weekly", "done_on": on(3, 31)}]}
    waived = [Move(on(4, 7), None), Move(on(4, 14), None), Move(on(4, 20), None)]
    (found,) = due("task.task", weekly, moves={("task.task", 1, 0): waived})
    assert (found.day, found.is_waived) == (on(4, 21), False), "what was said of another day counts no more"
    once = {"task": [TASK]}
    (found,) = due("task.task", once, moves={("task.task", 1, 0): [Move(on(3, 31), None)]})
    assert found.is_waived


def test_what_was_whose_account_is_closed_is_the_leaders() -> None:
    (found,) = due("task.task", {"task": [TASK]}, passed_over=frozenset({8}))
    assert found.user_id == LEADER


@pytest.mark.parametrize(
    ("start", "time", "day"),
    [
        (on(11, 30, 2025), "3 months", on(2, 28)),
        (on(11, 29, 2027), "3 months", on(2, 29, 2028)),
        (on(2, 29, 2024), "1 year", on(2, 28, 2025)),
        (on(2, 29, 2024), "4 years", on(2, 29, 2028)),
        (on(3, 20), "20 days", on(4, 9)),  # the clocks change between them
        (on(10, 20), "2 weeks", on(11, 3)),
        (on(12, 31), "1 day", on(1, 1, 2027)),
        (on(1, 31), "0 days", on(1, 31)),
    ],
)
def test_time_is_counted_over_the_ends_of_months(start: date, time: str, day: date) -> None:
    assert Duration.parse(time).after(start) == day


def test_a_month_after_the_31st_is_none_shorter_for_the_months_after() -> None:
    assert [Duration(months=1).after(on(1, 31), times) for times in (1, 2, 3)] == [on(2, 28), on(3, 31), on(4, 30)]


def test_a_typed_day_goes_before_the_rule_and_the_rule_is_still_told() -> None:
    typed = {"visit_report": [{"visit_date": on(2, 1), "next_visit_on": on(3, 1)}]}
    (found,) = due("visit_report.next_visit", typed)
    assert (found.day, found.limit, found.is_typed) == (on(3, 1), on(5, 1), True)


def test_a_day_typed_after_the_end_takes_nothing_away() -> None:
    note = {"final_note": [{**NOTE, **ADULT}]}
    later = {**note, "monitoring_form": [{"filled_on": on(4, 10), "next_due": on(3, 1, 2027)}]}
    (found,) = due("final_note.follow_up", later)
    assert (found.day, found.limit) == (on(3, 1, 2027), on(7, 10)), "the follow-up ends on 15.01.2027"
    assert days("final_note.follow_up", later, on(1, 16, 2027)) == []


REQUEST: dict[str, Any] = {"requested_on": on(2, 27), "agreement": 2, "provider": 7}


@pytest.mark.parametrize(
    ("hours", "day"),
    [(48, on(3, 1)), (24, on(2, 28)), (25, on(3, 1)), (4, on(2, 28)), (0, on(2, 27)), (72, on(3, 2)), (None, None)],
)
def test_the_response_time_of_the_agreement_is_counted_from_the_request(hours: int | None, day: date | None) -> None:
    agreements = [{"response_hours": 1}, {"response_hours": hours}]
    asked = {"service_agreement": agreements, "service_request": [REQUEST]}
    for today in (on(3, 1), on(3, 2), on(3, 3)):
        assert days("service_request.response", asked, today) == ([day] if day else [])


def test_a_request_is_answered_delivered_or_not_needed_any_more() -> None:
    agreement = {"service_agreement": [{}, {"response_hours": 48}]}
    (found,) = due("service_request.response", {**agreement, "service_request": [REQUEST]})
    assert (found.day, found.partner_id, found.since) == (on(3, 1), 7, on(2, 27))
    for said in ({"answered_on": on(3, 5)}, {"delivered_on": on(2, 28)}, {"cancelled": True}):
        assert days("service_request.response", {**agreement, "service_request": [{**REQUEST, **said}]}) == []
    without = {**agreement, "service_request": [{**REQUEST, "agreement": None}]}
    assert days("service_request.response", without) == [], "nobody promised how soon"


def test_children_are_followed_for_three_years_and_adults_for_one() -> None:
    until = {True: on(1, 15, 2029), False: on(1, 15, 2027)}
    for is_child, last in until.items():
        rule = "final_note.follow_up_child" if is_child else "final_note.follow_up"
        note = {"final_note": [{**NOTE, **(CHILD if is_child else ADULT)}]}
        late = {**note, "monitoring_form": [{"filled_on": last - timedelta(80)}]}
        assert days(rule, late, last) == [], "the next one would be after the end"
        assert days(rule, note, last) == [on(4, 15)]
        assert days(rule, note, last + timedelta(1)) == [], "the day after, nobody is asked any more"


def test_whose_age_is_not_known_is_followed_as_an_adult() -> None:
    assert days("final_note.follow_up", {"final_note": [NOTE]}) == [on(4, 15)]
    assert days("final_note.follow_up_child", {"final_note": [NOTE]}) == []


def test_an_adults_year_is_none_of_a_minor() -> None:
    assert days("plan.longest", {"plan": [{**PLAN, "starts_on": on(2, 28, 2025), "age": 17}]}) == []


def test_the_day_before_the_day_and_the_day_after() -> None:
    plan = {"detailed_evaluation": [{"evaluated_on": on(2, 10)}]}
    for today in (on(3, 1), on(3, 2), on(3, 3)):
        (found,) = due("detailed_evaluation.plan", plan, today)
        assert found.day == on(3, 2) and found.announced_on == on(2, 16)


def test_what_waits_for_acceptance_ends_nothing_and_is_told() -> None:
    waiting = {
        "detailed_evaluation": [{"evaluated_on": on(2, 10)}],
        "plan": [{"drawn_up_on": on(2, 20), "waits": True}],
    }
    (found,) = due("detailed_evaluation.plan", waiting)
    assert found.waits
    typed = {"risk_assessment": [{"assessed_on": on(2, 1), "next_review_on": on(3, 1), "waits": True}]}
    assert [each.waits for each in due("risk_assessment.review", typed)] == [True]


DONE_BY_HER = [
    ("task.task", {"task": [{"kind": "task", "due_on": on(2, 1), "done_on": on(2, 3)}]}),
    ("office_task.task", {"office_task": [{"kind": "task", "due_on": on(2, 1), "done_on": on(2, 3)}]}),
    (
        "service_request.response",
        {
            "service_request": [{"requested_on": on(2, 1), "agreement": 1, "answered_on": on(2, 3)}],
            "service_agreement": [{"response_hours": 48}],
        },
    ),
]


@pytest.mark.parametrize(("rule", "sheets"), DONE_BY_HER, ids=[rule for rule, _ in DONE_BY_HER])
def test_what_ends_it_on_its_own_sheet_ends_nothing_until_it_is_accepted(rule: str, sheets: Sheets) -> None:
    (form, (answers,)) = next(iter(sheets.items()))
    assert due(rule, sheets) == []
    assert [each.waits for each in due(rule, {**sheets, form: [{**answers, "waits": True}]})] == [True]
    returned = due(rule, {**sheets, form: [{**answers, "waits": True, "returned": True}]})
    assert [each.waits for each in returned] == [False], "nobody is asked to accept it: it is due as before"


def test_of_a_sheet_that_was_accepted_a_change_takes_nothing_and_adds_what_is_new() -> None:
    """Its rows, too: one that was there is told once, as it was accepted; one that came with the change waits."""
    rule = next(rule for rule in shipped().deadlines if rule.source.table and rule.rule.on)
    table, day = rule.source.table, rule.source.question
    held = sheet(1, {table: [{day: on(2, 5)}]})
    later = [RowFacts(100, {day: on(3, 5).isoformat()}), RowFacts(101, {day: on(4, 5).isoformat()})]
    change = SheetFacts(1, {}, waits=True, rows={table: later})
    starts = starts_of(rule, CaseFacts({rule.source.form: [replace(held, change=change)]}))
    assert [(start.row_id, start.day) for start in starts] == [(100, on(2, 5)), (101, on(4, 5))]


def test_of_what_comes_again_the_time_that_was_done_waits_for_acceptance() -> None:
    weekly = {"kind": "task", "due_on": on(2, 2), "repeats": "weekly", "done_on": on(2, 17)}
    found = due("task.task", {"task": [{**weekly, "waits": True}]})
    assert [(each.day, each.waits) for each in found] == [(on(2, 16), True)]
    assert days("task.task", {"task": [weekly]}) == [on(2, 23)]
    first = {**weekly, "done_on": on(2, 1), "waits": True}
    assert days("task.task", {"task": [first]}) == [on(2, 2)]


def test_a_sheet_that_was_returned_ends_nothing_and_waits_for_nobody() -> None:
    sheet = {"evaluated_on": on(1, 30), "waits": True}
    assert [each.waits for each in due("stay.evaluated_before", {**STAY, "initial_evaluation": [sheet]})] == [True]
    returned = {**STAY, "initial_evaluation": [{**sheet, "returned": True}]}
    assert [each.waits for each in due("stay.evaluated_before", returned)] == [False]


def test_a_newer_sheet_without_a_day_ends_a_day_that_was_typed() -> None:
    first = {"assessed_on": on(2, 1), "next_review_on": on(3, 1)}
    assert days("risk_assessment.review", {"risk_assessment": [first]}) == [on(3, 1)]
    assert days("risk_assessment.review", {"risk_assessment": [first, {"assessed_on": on(2, 9)}]}) == []
    older = {"assessed_on": on(1, 9)}
    assert days("risk_assessment.review", {"risk_assessment": [first, older]}) == [on(3, 1)], "typed in late"


def test_a_restricted_case_asks_only_for_what_is_still_written() -> None:
    sheets = {"visit_report": [{"visit_date": on(2, 1), "risk_change": "higher"}]}
    both = [rule_named("visit_report.next_visit"), rule_named("visit_report.corrections")]
    assert len(days_due(both, facts(sheets), TODAY)) == 2
    held = facts(sheets, written=frozenset({"visit_report"}))
    assert [found.rule.key for found in days_due(both, held, TODAY)] == ["visit_report.next_visit"]


def test_a_day_is_put_off_once() -> None:
    sheets = {"visit_report": [{"visit_date": on(2, 1)}]}
    moves = {("visit_report.next_visit", 1, 0): [Move(on(5, 1), on(5, 20))]}
    (found,) = due("visit_report.next_visit", sheets, moves=moves)
    assert (found.day, found.of_day) == (on(5, 20), on(5, 1))
    later = {"visit_report": [*sheets["visit_report"], {"visit_date": on(5, 20)}]}
    (found,) = due("visit_report.next_visit", later, moves=moves)
    assert (found.day, found.of_day) == (on(8, 20), None)
    (found,) = due("visit_report.next_visit", sheets, moves={("visit_report.next_visit", 1, 0): [Move(on(5, 1), None)]})
    assert found.is_waived


def test_it_is_due_from_who_is_named_or_has_the_role_or_leads() -> None:
    named = {"risk_assessment": [{"assessed_on": on(2, 1), "risks": [
        {"deadline": on(3, 9), "responsible": 9}, {"deadline": on(3, 10), "responsible": None}]}]}  # fmt: skip
    assert [found.user_id for found in due("risk_assessment.measure", named)] == [9, LEADER]
