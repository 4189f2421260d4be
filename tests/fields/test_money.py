"""Money."""

from datetime import date
from decimal import Decimal

import pytest

from dosar.fields.money import Amount, Money
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake

RO, EN = (ReadingContext(language, date(2026, 9, 5)) for language in ("ro", "en"))
value = Amount(name="value", label={"en": "Value", "ro": "Valoare"})


@pytest.mark.parametrize(
    ("typed", "money"),
    [
        (["1.234,50", "RON"], Money(Decimal("1234.50"), "RON")),
        (["1234.5", "EUR"], Money(Decimal("1234.50"), "EUR")),
        (["100", ""], Money(Decimal("100.00"), "RON")),
        (["100"], Money(Decimal("100.00"), "RON")),
        (["100 mdl", "RON"], Money(Decimal("100.00"), "MDL")),
        (["500 lei", "RON"], Money(Decimal("500.00"), "RON")),
        (["500 lei", "MDL"], Money(Decimal("500.00"), "MDL")),
        (["500 de lei", "EUR"], Money(Decimal("500.00"), "RON")),
        (["1 leu"], Money(Decimal("1.00"), "RON")),
        (["20 €", "RON"], Money(Decimal("20.00"), "EUR")),
        (["€20,50", "RON"], Money(Decimal("20.50"), "EUR")),
        (["20 Euro", "MDL"], Money(Decimal("20.00"), "EUR")),
        (["1.234,5 de euro", ""], Money(Decimal("1234.50"), "EUR")),
        (["20USD", "RON"], Money(Decimal("20.00"), "USD")),
        (["", "RON"], None),
        (["", ""], None),
    ],
)
def test_an_amount_and_its_currency_are_read(typed: list[str], money: Money | None) -> None:
    assert value.read(typed, RO) == money


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (["12,345", "RON"], "at most 2 digits"),
        (["a lot", "RON"], "Write a number"),
        (["12", "XYZ"], "RON, MDL, EUR"),
        (["12 lemn", "RON"], "Write a number"),
        (["€ 12 lei", "RON"], "Write a number"),
        (["lei", "RON"], "Write a number"),
    ],
)
def test_other_amounts_are_refused(typed: list[str], why: str) -> None:
    with pytest.raises(Mistake, match=why):
        value.read(typed, RO)


@pytest.mark.parametrize("reading", [RO, EN])
@pytest.mark.parametrize(
    "money",
    [
        Money(Decimal("0.00"), "RON"),
        Money(Decimal("1234.50"), "MDL"),
        Money(Decimal("-0.01"), "EUR"),
        Money(Decimal("9999999999999.99"), "RON"),
    ],
)
def test_money_reads_back(money: Money, reading: ReadingContext) -> None:
    assert value.read(value.typed(money, reading), reading) == money
    assert value.read([value.shown(money, reading)], reading) == money
    assert value.from_json(value.to_json(money)) == money
    assert value.restore_answer(value.stored(money)) == money


def test_lei_are_those_that_the_question_offers() -> None:
    moldovan = Amount(name="value", label=value.label, currencies=["EUR", "MDL"])
    assert moldovan.read(["500 lei", "EUR"], RO) == Money(Decimal("500.00"), "MDL")
    abroad = Amount(name="value", label=value.label, currencies=["EUR"])
    with pytest.raises(Mistake, match="Choose one of the currencies EUR"):
        abroad.read(["500 lei", "EUR"], RO)


def test_money_always_names_its_currency() -> None:
    assert value.shown(Money(Decimal("1234.50"), "RON"), RO) == "1.234,50 RON"
    assert value.shown(Money(Decimal("1234.50"), "MDL"), EN) == "1,234.50 MDL"
    assert value.to_json(Money(Decimal("1234.50"), "RON")) == ["1234.50", "RON"]
    assert value.plain(Money(Decimal("1234.50"), "RON")) == {"amount": Decimal("1234.50"), "currency": "RON"}


def test_no_answer_empties_both_columns() -> None:
    assert value.stored(None) == {"value": None, "value__currency": None}
    assert value.restore_answer({"value": None, "value__currency": None}) is None


def test_a_currency_no_longer_offered_stays_with_its_answer() -> None:
    old = Money(Decimal("10.00"), "USD")
    assert value.read(value.typed(old, RO), RO) == old
    assert [option.code for option in value.options()] == ["RON", "MDL", "EUR"]
    assert [option.code for option in value.options_with(["10", "USD"])] == ["RON", "MDL", "EUR", "USD"]


def test_currencies_may_be_added_not_taken_away() -> None:
    lei = Amount(name="value", label=value.label, currencies=["RON"])
    assert value.is_wider_than(lei) and not lei.is_wider_than(value)
