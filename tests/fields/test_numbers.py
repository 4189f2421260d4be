"""Whole and decimal numbers."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Column, MetaData, Table, create_engine, func, insert, select

from dosar.fields.numbers import DecimalNumber, Scaled, WholeNumber
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

TODAY = date(2026, 9, 5)
READINGS = {language: ReadingContext(language, TODAY) for language in ("ro", "en", "ro-MD")}
LABEL = {"en": "Hours", "ro": "Ore"}
hours = DecimalNumber(name="hours", label=LABEL, places=4)
children = WholeNumber(name="children", label=LABEL, min=0, max=5000)


@pytest.mark.parametrize(
    ("typed", "ro", "en"),
    [
        ("1234", "1234", "1234"),
        ("1234,5", "1234.5", "1234.5"),
        ("1234.5", "1234.5", "1234.5"),
        ("1.234,5", "1234.5", "1234.5"),
        ("1,234.5", "1234.5", "1234.5"),
        ("1 234,5", "1234.5", "1234.5"),
        ("1\u00a0234.5", "1234.5", "1234.5"),
        ("1.234.567", "1234567", "1234567"),
        ("1.234", "1234", "1.234"),
        ("1,234", "1.234", "1234"),
        ("12.50", "12.5", "12.5"),
        (",5", "0.5", "0.5"),
        ("-3", "-3", "-3"),
        ("−3,25", "-3.25", "-3.25"),
        ("+7", "7", "7"),
        ("0", "0", "0"),
        ("-0", "0", "0"),
    ],
)
def test_a_number_is_read_as_the_reader_writes_it(typed: str, ro: str, en: str) -> None:
    assert hours.read([typed], READINGS["ro"]) == Decimal(ro)
    assert hours.read([typed], READINGS["ro-MD"]) == Decimal(ro)
    assert hours.read([typed], READINGS["en"]) == Decimal(en)


@pytest.mark.parametrize(
    "typed",
    [
        "twelve",
        "1.2.3",
        "12,",
        "1,23,4",
        "-",
        "1 23",
        "12 34",
        "½",
        "١٢",
        "1e5",
        "NaN",
    ],
)
def test_no_number_is_guessed(typed: str) -> None:
    for reading in READINGS.values():
        with pytest.raises(Mistake, match="Write a number, for example 12"):
            hours.read([typed], reading)


def test_nothing_is_rounded_in_silence() -> None:
    with pytest.raises(Mistake, match="at most 4 digits"):
        hours.read(["0,12345"], READINGS["ro"])
    with pytest.raises(Mistake, match="whole number, for example 12"):
        children.read(["1,5"], READINGS["ro"])
    with pytest.raises(Mistake, match="whole number, for example 12"):
        children.read(["1,234"], READINGS["ro"])


def test_limits_are_said_as_the_reader_writes_numbers() -> None:
    assert children.read(["5.000"], READINGS["ro"]) == 5000
    with pytest.raises(Mistake, match=r"at most 5\.000"):
        children.read(["5001"], READINGS["ro"])
    with pytest.raises(Mistake, match="at least 0"):
        children.read(["-1"], READINGS["en"])
    with pytest.raises(Mistake, match="too large"):
        hours.read(["12345678901234"], READINGS["en"])


@pytest.mark.parametrize("language", ["ro", "en"])
@pytest.mark.parametrize("number", ["0", "0.25", "-12.5", "1234.5678", "9999999999999", "1.001"])
def test_a_decimal_reads_back(number: str, language: str) -> None:
    reading = READINGS[language]
    answer = Decimal(number)
    assert hours.read(hours.typed(answer, reading), reading) == answer
    assert hours.read([hours.shown(answer, reading)], reading) == answer
    assert hours.from_json(hours.to_json(answer)) == answer


@pytest.mark.parametrize("language", ["ro", "en"])
@pytest.mark.parametrize("number", [0, 7, -12, 4321])
def test_a_whole_number_reads_back(number: int, language: str) -> None:
    reading = READINGS[language]
    anything = WholeNumber(name="n", label=LABEL)
    assert anything.read(anything.typed(number, reading), reading) == number
    assert anything.read([anything.shown(number, reading)], reading) == number


def test_a_number_is_shown_with_its_unit() -> None:
    distance = DecimalNumber(name="km", label=LABEL, unit={"en": "km", "ro": "km"})
    assert distance.shown(Decimal("1234.5"), READINGS["ro"]) == "1.234,5 km"
    assert distance.shown(Decimal("1234.5"), READINGS["en"]) == "1,234.5 km"


def test_decimals_are_kept_exactly() -> None:
    engine = create_engine("sqlite://")
    table = Table("sheet", MetaData(), Column("hours", Scaled(4)))
    table.create(engine)
    with engine.begin() as connection:
        given = [Decimal("0.1"), Decimal("0.2"), None]
        connection.execute(insert(table), [{"hours": number} for number in given])
        assert connection.scalar(select(func.sum(table.c.hours))) == Decimal("0.3")
        kept = connection.scalars(select(table.c.hours)).all()
    engine.dispose()
    assert [hours.to_json(hours.restore_answer({"hours": number})) for number in kept] == ["0.1", "0.2", None]


def test_limits_may_be_loosened_only() -> None:
    more = WholeNumber(name="children", label=LABEL, min=0)
    assert more.is_wider_than(children) and not children.is_wider_than(more)
    assert not more.is_wider_than(hours)
