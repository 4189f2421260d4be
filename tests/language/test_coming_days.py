"""When something comes again is foretold for as long as it may, and no longer."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

import dosar.fields  # noqa: F401 - tells the language its kinds of question
from dosar import shipped_folder
from dosar.language.deadline_rule import DeadlineRule
from dosar.language.deadlines.coming_days import coming_days, is_expected_alone, tells_coming_days
from dosar.language.deadlines.ready_rules import ReadyRule, ready_rules
from dosar.language.durations import Duration
from dosar.language.load.definition import make_definition
from dosar.language.load.folder import read_folder

MAY = date(2026, 5, 1), date(2026, 5, 31)
WEEK, MONTH = Duration(days=7), Duration(months=1)


@pytest.fixture(scope="module")
def rules() -> dict[str, ReadyRule]:
    forms = make_definition(read_folder(shipped_folder("forms")).parts, {}).forms
    return {rule.key: rule for rule in ready_rules(forms)}


def told(rule: ReadyRule, step: Duration, first: date, due: date, end: date | None = None) -> list[int]:
    return [day.day for day in coming_days(rule, step, first, due, end, *MAY)]


def with_rule(rule: ReadyRule, **changes: Any) -> ReadyRule:
    return replace(rule, rule=DeadlineRule.model_validate({**rule.rule.model_dump(), **changes}))


def test_a_task_comes_again_on_its_own_days_until_its_end(rules: dict[str, ReadyRule]) -> None:
    task, first = rules["task.task"], date(2026, 4, 6)
    assert told(task, WEEK, first, date(2026, 4, 13)) == [4, 11, 18, 25]
    assert told(task, WEEK, first, date(2026, 5, 11)) == [18, 25], "the day on which it is due is not one to come"
    assert told(task, WEEK, first, first, end=date(2026, 5, 18)) == [4, 11, 18]
    assert told(task, MONTH, date(2026, 1, 31), date(2026, 4, 30)) == [31], "the last day of a shorter month"
    assert not is_expected_alone(task)


def test_a_period_comes_again_on_its_last_day(rules: dict[str, ReadyRule]) -> None:
    package = rules["study_support.food"]
    assert told(package, MONTH, date(2026, 2, 10), date(2026, 3, 31)) == [31]


def test_what_is_counted_from_the_day_it_is_done_is_but_expected(rules: dict[str, ReadyRule]) -> None:
    monitoring = rules["monitoring_form.next"]
    assert is_expected_alone(monitoring) and tells_coming_days(monitoring)
    assert told(monitoring, WEEK, date(2026, 4, 20), date(2026, 4, 29)) == [6, 13, 20, 27]


def test_nothing_is_foretold_after_the_time_of_a_rule(rules: dict[str, ReadyRule]) -> None:
    short = with_rule(rules["final_note.follow_up"], lasts="1 year")
    assert told(short, WEEK, date(2025, 5, 8), date(2026, 4, 30)) == [7]


def test_what_another_sheet_ends_is_not_foretold(rules: dict[str, ReadyRule]) -> None:
    assert not tells_coming_days(rules["visit_report.next_visit"])
    assert not tells_coming_days(rules["plan.revision"]), "it comes again with a sheet, not by itself"


def test_no_length_goes_on_for_ever(rules: dict[str, ReadyRule]) -> None:
    task = rules["task.task"]
    assert told(task, Duration(), MAY[0], MAY[0]) == []
    days = list(coming_days(task, Duration(days=1), date(1926, 1, 1), date(1926, 1, 2), None, *MAY))
    assert days == [MAY[0] + timedelta(number) for number in range(31)]
