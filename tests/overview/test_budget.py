"""Months of a study period, and those without their package."""

from datetime import date

from dosar.overview.budget import due_months, join_months

TODAY = date(2026, 3, 15)


def test_a_month_is_due_once_it_is_over() -> None:
    assert due_months([(date(2025, 12, 20), None)], TODAY) == {(2025, 12), (2026, 1), (2026, 2)}


def test_a_period_ends_with_its_last_month() -> None:
    assert due_months([(date(2025, 11, 3), date(2025, 12, 1))], TODAY) == {(2025, 11), (2025, 12)}


def test_two_periods_are_due_together() -> None:
    periods = [(date(2025, 1, 1), date(2025, 1, 31)), (date(2026, 2, 1), None)]
    assert due_months(periods, TODAY) == {(2025, 1), (2026, 2)}


def test_a_period_to_come_owes_nothing() -> None:
    assert due_months([(date(2026, 5, 1), None)], TODAY) == set()


def test_months_in_a_row_are_one_span() -> None:
    assert join_months([(2025, 11), (2025, 12), (2026, 1), (2026, 3)]) == [
        ((2025, 11), (2026, 1)),
        ((2026, 3), (2026, 3)),
    ]
