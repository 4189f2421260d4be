"""Unusual reading is pointed out: many cases of others, on a Sunday or in great number."""

from datetime import date, datetime, timedelta

import pytest

from dosar.records.reading.unusual_reading import (
    FOREIGN_IN_A_DAY,
    FOREIGN_OUTSIDE_HOURS,
    Opening,
    UnusualDay,
    is_outside_hours,
    unusual_days,
)

ANA, VERA = 7, 8
SUNDAY, MONDAY = datetime(2026, 11, 22, 15), datetime(2026, 11, 23, 15)


def opened(worker: int, count: int, at: datetime, first: int = 1) -> list[Opening]:
    return [Opening(worker, case, at) for case in range(first, first + count)]


@pytest.mark.parametrize(
    ("moment", "is_late"),
    [
        (datetime(2026, 11, 23, 7), False),
        (datetime(2026, 11, 23, 6, 59), True),
        (datetime(2026, 11, 23, 19, 59), False),
        (datetime(2026, 11, 23, 20), True),
        (datetime(2026, 11, 21, 12), True),
    ],
)
def test_working_hours_are_those_of_the_week(moment: datetime, is_late: bool) -> None:
    assert is_outside_hours(moment) == is_late


def test_forty_foreign_files_on_a_sunday_are_pointed_out() -> None:
    assert unusual_days(opened(ANA, 40, SUNDAY), {}) == [UnusualDay(ANA, SUNDAY.date(), 40, 40)]


def test_ten_are_enough_outside_working_hours_and_forty_within() -> None:
    assert unusual_days(opened(ANA, FOREIGN_OUTSIDE_HOURS - 1, SUNDAY), {}) == []
    assert len(unusual_days(opened(ANA, FOREIGN_OUTSIDE_HOURS, SUNDAY), {})) == 1
    assert unusual_days(opened(ANA, FOREIGN_IN_A_DAY - 1, MONDAY), {}) == []
    assert unusual_days(opened(ANA, FOREIGN_IN_A_DAY, MONDAY), {}) == [UnusualDay(ANA, MONDAY.date(), 40, 0)]


def test_the_same_file_counts_once_and_two_workers_apart() -> None:
    assert unusual_days(opened(ANA, 9, SUNDAY) * 5, {}) == []
    assert unusual_days(opened(ANA, 6, SUNDAY) + opened(VERA, 6, SUNDAY, 7), {}) == []


def test_her_own_cases_are_her_work_as_long_as_she_is_in_the_team() -> None:
    teams = {(ANA, case): [(date(2026, 1, 1), None)] for case in range(1, 41)}
    assert unusual_days(opened(ANA, 40, SUNDAY), teams) == []
    left = {seat: [(date(2026, 1, 1), SUNDAY.date() - timedelta(days=1))] for seat in teams}
    assert len(unusual_days(opened(ANA, 40, SUNDAY), left)) == 1


def test_the_latest_day_comes_first() -> None:
    days = unusual_days(opened(ANA, 12, SUNDAY) + opened(ANA, 12, SUNDAY + timedelta(days=7)), {})
    assert [day.day.day for day in days] == [29, 22]
