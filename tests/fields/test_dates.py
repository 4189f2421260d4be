"""Dates, partial dates, times."""

from datetime import date, datetime, time

import pytest

from dosar.fields.dates import Day, Moment, PartialDay, TimeOfDay
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

TODAY = date(2026, 9, 5)
RO, EN = ReadingContext("ro", TODAY), ReadingContext("en", TODAY)
LABEL = {"en": "Date", "ro": "Data"}
born = Day(name="born", label=LABEL, person=True)
since = PartialDay(name="since", label=LABEL)
at = TimeOfDay(name="at", label=LABEL)
met = Moment(name="met", label=LABEL)


@pytest.mark.parametrize("reading", [RO, EN])
@pytest.mark.parametrize(
    "typed",
    [
        "27.3.98",
        "27/03/1998",
        "27-03-1998",
        "1998-03-27",
        "27 mart 1998",
        "27 martie 1998",
        "27 Mar 1998",
        "27 03 1998",
        "27031998",
        "270398",
        "27 MARTIE 98",
        "27.III.1998",
        "27 mar. 1998",
        "March 27, 1998",
        "1998.03.27",
    ],
)
def test_a_date_is_read_in_many_spellings(typed: str, reading: ReadingContext) -> None:
    assert born.read([typed], reading) == date(1998, 3, 27)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("azi", TODAY),
        ("astăzi", TODAY),
        ("Today", TODAY),
        ("ieri", date(2026, 9, 4)),
        ("yesterday", date(2026, 9, 4)),
        ("1.1.26", date(2026, 1, 1)),
        ("1.1.27", date(1927, 1, 1)),
        ("1.1.28", date(1928, 1, 1)),
        ("1.1.00", date(2000, 1, 1)),
        ("3.4.2020", date(2020, 4, 3)),
        ("29.2.2024", date(2024, 2, 29)),
        ("1 mai 2020", date(2020, 5, 1)),
        ("5 sept. 2020", date(2020, 9, 5)),
        ("1 iun 2020", date(2020, 6, 1)),
        ("1 iulie 2020", date(2020, 7, 1)),
    ],
)
def test_a_date_near_or_in_short(typed: str, day: date) -> None:
    assert born.read([typed], RO) == day
    assert born.read([typed], EN) == day


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("30.02.1998", "calendar has no day 30.02.1998"),
        ("03/27/1998", "calendar has no day 03/27/1998"),
        ("27.13.1998", "calendar has no day"),
        ("29.2.2025", "calendar has no day"),
        ("27.3", "day.month.year, for example 27.03.1998"),
        ("27 ma 1998", "day.month.year"),
        ("27 ju 1998", "day.month.year"),
        ("27.3.998", "day.month.year"),
        ("1998", "day.month.year"),
        ("last week", "day.month.year"),
        ("٢٧.٣.1998", "day.month.year"),
        ("27.3.1798", "between 1900 and 2100"),
    ],
)
def test_other_dates_are_refused(typed: str, why: str) -> None:
    with pytest.raises(Mistake, match=why):
        born.read([typed], RO)


@pytest.mark.parametrize("reading", [RO, EN])
@pytest.mark.parametrize(
    "day",
    [date(2025, month, 28) for month in range(1, 13)]
    + [
        date(1900, 1, 1),
        date(1999, 12, 31),
    ],
)
def test_a_date_reads_back(day: date, reading: ReadingContext) -> None:
    assert born.read(born.typed(day, reading), reading) == day
    assert born.read([born.echo(day, reading).split(",")[0]], reading) == day
    assert born.from_json(born.to_json(day)) == day


@pytest.mark.parametrize(
    ("typed", "of_birth", "of_anything_else"),
    [
        ("27.3.26", 2026, 2026),
        ("27.3.27", 1927, 2027),
        ("27.3.28", 1928, 2028),
        ("27.3.30", 1930, 2030),
        ("270336", 1936, 2036),
        ("27.3.37", 1937, 1937),
        ("27.3.98", 1998, 1998),
    ],
)
def test_a_plan_looks_further_ahead_than_a_birth_date(typed: str, of_birth: int, of_anything_else: int) -> None:
    planned = Day(name="planned", label=LABEL)
    assert born.read([typed], RO) == date(of_birth, 3, 27)
    assert planned.read([typed], RO) == date(of_anything_else, 3, 27)
    assert since.read([typed], RO) == f"{of_anything_else}-03-27"
    assert met.read([typed, "9:30"], RO) == datetime(of_anything_else, 3, 27, 9, 30)
    assert planned.echo(date(of_anything_else, 3, 27), RO) == f"27 martie {of_anything_else}"


@pytest.mark.parametrize("typed", ["27.03.2098", "6.9.2026", "mâine", "1.12.26"])
def test_nobody_is_born_in_the_future(typed: str) -> None:
    for question in (born, PartialDay(name="known", label=LABEL, person=True)):
        with pytest.raises(Mistake, match="date of birth cannot be in the future"):
            question.read([typed], RO)
    assert Day(name="planned", label=LABEL).read([typed], RO) > TODAY


@pytest.mark.parametrize("typed", ["2027", "10.2026"])
def test_nobody_is_born_in_a_month_or_year_to_come(typed: str) -> None:
    with pytest.raises(Mistake, match="date of birth cannot be in the future"):
        PartialDay(name="known", label=LABEL, person=True).read([typed], RO)
    assert since.read([typed], RO)


def test_what_has_happened_is_not_in_the_future() -> None:
    questions = (
        Day(name="closed_on", label=LABEL, past=True),
        PartialDay(name="left", label=LABEL, past=True),
        Moment(name="held", label=LABEL, past=True),
    )
    for question, typed in zip(questions, ("10.11.2098", "2062", "6.9.2026 09:30"), strict=True):
        with pytest.raises(Mistake, match="date cannot be in the future"):
            question.read([typed], RO)
    day, partial, moment = (
        question.read(["azi 09:30"[:size]], RO)
        for question, size in zip(
            questions,
            (3, 3, 9),
            strict=True,
        )
    )
    assert (day, partial, moment) == (TODAY, "2026-09-05", datetime(2026, 9, 5, 9, 30))


@pytest.mark.parametrize(
    ("typed", "any_day", "past_day"),
    [
        ("27.11", date(2026, 11, 27), date(2025, 11, 27)),
        ("27 noiembrie", date(2026, 11, 27), date(2025, 11, 27)),
        ("Nov 27", date(2026, 11, 27), date(2025, 11, 27)),
        ("27.XI", date(2026, 11, 27), date(2025, 11, 27)),
        ("5.9", TODAY, TODAY),
        ("31.12", date(2026, 12, 31), date(2025, 12, 31)),
        ("1.1.", date(2027, 1, 1), date(2026, 1, 1)),
        ("1.4", date(2026, 4, 1), date(2026, 4, 1)),
        ("1.2", date(2027, 2, 1), date(2026, 2, 1)),
        ("29.2", date(2028, 2, 29), date(2024, 2, 29)),
    ],
)
def test_a_day_without_a_year_is_the_nearest_one(typed: str, any_day: date, past_day: date) -> None:
    free, happened = Day(name="next", label=LABEL), Day(name="held_on", label=LABEL, past=True)
    assert (free.read([typed], RO), happened.read([typed], RO)) == (any_day, past_day)
    assert since.read([typed], RO) == any_day.isoformat()
    assert met.read([typed, "9:30"], RO) == datetime(any_day.year, any_day.month, any_day.day, 9, 30)
    assert str(any_day.year) in free.echo(any_day, RO)


@pytest.mark.parametrize("typed", ["31.2", "27.13", "98.3", "vara 27", "27"])
def test_a_day_that_is_in_no_year_is_refused(typed: str) -> None:
    with pytest.raises(Mistake):
        Day(name="next", label=LABEL).read([typed], RO)


def test_a_date_is_shown_in_the_readers_way() -> None:
    assert born.shown(date(1998, 3, 7), RO) == "07.03.1998"
    assert born.shown(date(1998, 3, 7), EN) == "7 Mar 1998"
    assert born.plain(date(1998, 3, 7)) == "1998-03-07"


@pytest.mark.parametrize(
    ("year", "age"),
    [
        (1998, "28 de ani"),
        (2007, "19 ani"),
        (2006, "20 de ani"),
        (2025, "1 an"),
        (2024, "2 ani"),
        (1925, "101 ani"),
    ],
)
def test_a_birth_date_echoes_the_age(year: int, age: str) -> None:
    assert born.echo(date(year, 3, 27), RO) == f"27 martie {year}, {age}"


def test_an_age_counts_whole_years() -> None:
    assert born.echo(date(1998, 9, 6), EN) == "6 September 1998, 27 years"
    assert born.echo(date(1998, 9, 5), EN) == "5 September 1998, 28 years"
    assert born.echo(date(2027, 1, 1), EN) == "1 January 2027"
    assert Day(name="visit", label=LABEL).echo(date(1998, 9, 6), RO) == "6 septembrie 1998"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1998", "1998"),
        ("martie 1998", "1998-03"),
        ("Mar 1998", "1998-03"),
        ("03.1998", "1998-03"),
        ("3/1998", "1998-03"),
        ("1998-03", "1998-03"),
        ("27.3.98", "1998-03-27"),
        ("27 martie 1998", "1998-03-27"),
        ("azi", "2026-09-05"),
    ],
)
def test_a_partial_date_keeps_what_is_known(typed: str, kept: str) -> None:
    assert since.read([typed], RO) == kept
    assert since.read([typed], EN) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "98",
        "13.1998",
        "vara 1998",
        "03.98",
        "1798",
        "30.2.1998",
        "acum doi ani de zile",
    ],
)
def test_other_partial_dates_are_refused(typed: str) -> None:
    with pytest.raises(Mistake):
        since.read([typed], RO)


@pytest.mark.parametrize("reading", [RO, EN])
@pytest.mark.parametrize("kept", ["1998", "1998-03", "1998-12", "1998-03-27"])
def test_a_partial_date_reads_back(kept: str, reading: ReadingContext) -> None:
    assert since.read(since.typed(kept, reading), reading) == kept
    assert since.from_json(since.to_json(kept)) == kept


def test_a_partial_date_is_shown_as_far_as_known() -> None:
    known = ("1998", "1998-03", "1998-03-27")
    assert [since.shown(kept, RO) for kept in known] == ["1998", "martie 1998", "27.03.1998"]
    assert [since.shown(kept, EN) for kept in known] == ["1998", "March 1998", "27 Mar 1998"]


def test_a_partial_birth_date_echoes_the_age_when_the_day_is_known() -> None:
    known = PartialDay(name="born", label=LABEL, person=True)
    assert known.echo("1998-03-27", RO) == "27 martie 1998, 28 de ani"
    assert known.echo("1998-03", RO) == "martie 1998"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9", time(9)),
        ("9:30", time(9, 30)),
        ("0930", time(9, 30)),
        ("930", time(9, 30)),
        ("9.30", time(9, 30)),
        ("9h30", time(9, 30)),
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_is_read_in_many_spellings(typed: str, read: time) -> None:
    assert at.read([typed], RO) == read
    assert at.read(at.typed(read, EN), EN) == read
    assert at.from_json(at.to_json(read)) == read


@pytest.mark.parametrize("typed", ["24:00", "9:60", "noon", "9:3", "12345"])
def test_other_times_are_refused(typed: str) -> None:
    with pytest.raises(Mistake, match="hours:minutes, for example 09:30"):
        at.read([typed], RO)


@pytest.mark.parametrize(
    "typed",
    [
        ["27.3.98", "9:30"],
        ["27.03.1998 09:30"],
        ["27 martie 1998, 9.30"],
        ["1998-03-27T09:30"],
        ["27 Mar 1998 0930"],
    ],
)
def test_a_moment_is_read_from_one_box_or_two(typed: list[str]) -> None:
    assert met.read(typed, RO) == datetime(1998, 3, 27, 9, 30)


@pytest.mark.parametrize(
    "typed",
    [
        ["27.3.98"],
        ["27.3.98", ""],
        ["", "9:30"],
        ["27 martie 1998"],
        ["27.3.98 late"],
    ],
)
def test_a_moment_needs_both(typed: list[str]) -> None:
    with pytest.raises(Mistake):
        met.read(typed, RO)


@pytest.mark.parametrize(("reading", "shown"), [(RO, "27.03.1998, 09:30"), (EN, "27 Mar 1998, 09:30")])
def test_a_moment_reads_back(reading: ReadingContext, shown: str) -> None:
    moment = datetime(1998, 3, 27, 9, 30)
    assert met.shown(moment, reading) == shown
    assert met.read(met.typed(moment, reading), reading) == moment
    assert met.from_json(met.to_json(moment)) == moment
    assert met.plain(moment) == "1998-03-27T09:30"
