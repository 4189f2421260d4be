"""What people type is understood in the browser as on the server."""

from datetime import date

import pytest

from dosar.fields.dates import PartialDay
from dosar.fields.money import Amount
from dosar.fields.numbers import DecimalNumber
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake
from tests.browser.scripts import empty_page

TODAY = date(2026, 3, 27)
DATES = [
    "27.3.98",
    "27/03/1998",
    "27-03-1998",
    "27 martie 1998",
    "27 Mart. 1998",
    "martie 1998",
    "03.1998",
    "1998",
    "1998-03-27",
    "27 III 1998",
    "march 27, 1998",
    "27031998",
    "270398",
    "azi",
    "ieri",
    "mâine",
    "5.1.27",
    "5.1.28",
    "5.1.36",
    "050136",
    "5.1.37",
    "5.1.2028",
    "31.2.2020",
    "29.2.2024",
    "29.2.2023",
    "27.3",
    "27",
    "13.1998",
    "1.1.1899",
    "abc",
    "27.11",
    "27 noiembrie",
    "november 27",
    "1.4",
    "31.12",
    "29.2",
    "31.2",
    "5.XI",
    "27.11.2026",
    "mai 5",
    "3.98",
    "2027",
    "4.2026",
    "27.3.98.4",
    "1 2 3 4",
    "\u200e27.03.\u200b1998\ufeff",
    "27\u201103\u20111998",
    "az\u00adi",
]
NUMBERS = [
    "12",
    "12,5",
    "12.5",
    "1.234",
    "1,234",
    "1.234,5",
    "1,234.5",
    "1 234,50",
    "-3",
    "−3",
    "0",
    "abc",
    ".",
    "1,2,3",
    "\u206612\u2069,5",
    "1\u2007234,5",
    "\u20113",
]

AMOUNTS = [
    "500",
    "500 lei",
    "500 de lei",
    "1 leu",
    "20 €",
    "€20,50",
    "20 Euro",
    "1.234,5 de euro",
    "20USD",
    "100 mdl",
    "12 lemn",
    "€ 12 lei",
    "lei",
    "de lei",
    "a lot",
    "12 abc",
    "-3 lei",
    "5\u200b00 le\u00adi",
    "\u202a20 €\u202c",
]


def read(reading, typed):
    try:
        return reading(typed)
    except Mistake:
        return None


UNDERSTOOD = """
async ([reader, texts, ...rest]) => {
  const scripts = await import("/js/reading.js");
  return texts.map((typed) => scripts[reader](typed, ...rest));
}
"""


def understood(browser, reader, texts, *rest):
    with empty_page(browser) as page:
        return dict(zip(texts, page.evaluate(UNDERSTOOD, [reader, texts, *rest]), strict=True))


@pytest.mark.parametrize(("person", "past"), [(True, False), (False, False), (False, True)])
def test_dates_are_understood_alike(browser, person, past):
    question = PartialDay(name="born", person=person, past=past, label={"en": "Born", "ro": "Născut"})
    reading = ReadingContext("ro", TODAY)

    expected = {typed: read(lambda typed: question.read([typed], reading), typed) for typed in DATES}

    assert understood(browser, "date", DATES, TODAY.isoformat(), person, past) == expected


@pytest.mark.parametrize("language", ["ro", "en"])
def test_amounts_are_understood_alike(browser, language):
    question = Amount(name="value", label={"en": "Value", "ro": "Valoare"})
    reading = ReadingContext(language, TODAY)
    expected = {typed: read(lambda typed: question.read([typed], reading), typed) for typed in AMOUNTS}

    told = understood(browser, "money", AMOUNTS, language)

    assert {typed: one["amount"] for typed, one in told.items()} == {
        typed: None if money is None else float(money.amount) for typed, money in expected.items()
    }
    named = [(one["meant"], expected[typed]) for typed, one in told.items() if one["meant"] and expected[typed]]
    assert all(money.currency in meant for meant, money in named)


@pytest.mark.parametrize("language", ["ro", "en"])
def test_numbers_are_understood_alike(browser, language):
    question = DecimalNumber(name="value", places=4, label={"en": "Value", "ro": "Valoare"})
    reading = ReadingContext(language, TODAY)
    expected = {typed: read(lambda typed: float(question.read([typed], reading)), typed) for typed in NUMBERS}

    assert understood(browser, "number", NUMBERS, language) == expected
