"""Whether a consent held on a day: told by the days on the sheets of the case."""

from datetime import date, datetime

import pytest

from dosar.records.scope.consent_words import ConsentWord, Lack, missing_on

FILED = datetime(2026, 3, 1)


def day(text: str) -> date:
    return date.fromisoformat(f"2026-{text}")


def given(on: str, until: str = "", sheet: int = 1, waits: bool = False) -> ConsentWord:
    return ConsentWord(True, day(on), day(until) if until else None, waits, "intake", sheet, FILED)


def ended(on: str, sheet: int = 1, form: str = "intake", filed: datetime = FILED) -> ConsentWord:
    return ConsentWord(False, day(on), None, False, form, sheet, filed)


@pytest.mark.parametrize(
    ("words", "asked", "why"),
    [
        ([], "03-10", "none"),
        ([given("03-10")], "03-09", "later"),
        ([given("03-10")], "03-10", None),
        ([given("03-10", waits=True)], "03-10", "waits"),
        ([given("03-10"), ended("05-01")], "04-30", None),
        ([given("03-10"), ended("05-01")], "05-01", "over"),
        ([given("03-10", until="05-01")], "05-01", None),
        ([given("03-10", until="05-01")], "05-02", "over"),
        ([given("03-10", until="05-01"), given("04-01", sheet=2)], "05-02", None),
        ([given("03-10"), ended("05-01"), given("06-01", sheet=2)], "05-15", "over"),
        ([given("03-10"), ended("05-01"), given("06-01", sheet=2)], "06-01", None),
        ([given("03-10"), ended("05-01"), given("04-01", sheet=2)], "05-01", "over"),
        ([given("03-10"), ended("03-10")], "03-10", "over"),
        ([given("03-10"), ended("05-01"), given("05-01", sheet=2)], "05-01", None),
        ([given("03-10"), given("05-01", sheet=2), ended("05-01", sheet=3)], "05-01", "over"),
        ([given("05-01"), ended("05-01", form="data_request")], "05-01", "over"),
        ([given("05-01"), ended("05-01", form="data_request", filed=datetime(2026, 2, 1))], "05-01", None),
    ],
)
def test_the_days_tell_whether_there_is_a_consent(words: list[ConsentWord], asked: str, why: Lack | None) -> None:
    missing = missing_on(day(asked), words)
    assert (missing.why if missing else None) == why


def test_of_what_is_missing_the_day_is_told() -> None:
    early, late = missing_on(day("03-09"), [given("03-10")]), missing_on(day("05-09"), [given("03-10", until="05-01")])
    assert early is not None and early.day == day("03-10")
    assert late is not None and late.day == day("05-02")
