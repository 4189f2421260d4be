"""Money: an amount and its currency, never one without the other, never added across currencies."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import AfterValidator, Field
from sqlalchemy import String

from dosar.fields.numbers import Scaled, format_number, read_number, typed_number
from dosar.language.choices import Choice
from dosar.language.question import Answer, BoxSize, ExactValue, Question, ReadingContext, Unknown
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake, msgid
from dosar.language.text.translations import LANGUAGES, translated_word

HUNDREDTH = Decimal("0.01")
CURRENCY_WORDS = msgid("EUR: euro")
"""What people call their currencies; a language says in its translation what it calls which: ``RON: lei, leu; …``."""
AMOUNT_WITH_CURRENCY = re.compile(r"(€?)\s*(.*?)\s*(?:\bde )?(€|[^\W\d_]*)", re.DOTALL)


class Money(NamedTuple):
    """An amount with two decimals, in a currency told by its ISO code."""

    amount: Decimal
    currency: str


@cache
def currencies_by_word() -> dict[str, tuple[str, ...]]:
    """The currencies that a word may mean, in any language: the lei are those of Romania or of Moldova."""
    found: dict[str, dict[str, None]] = {"€": {"EUR": None}}
    for language in LANGUAGES:
        for called in translated_word(CURRENCY_WORDS, language).split(";"):
            code, _, words = called.partition(":")
            for word in words.split(","):
                found.setdefault(word.strip().lower(), {})[code.strip()] = None
    return {word: tuple(codes) for word, codes in found.items()}


@cache
def currencies_in(country: str | None) -> tuple[str, ...]:
    """What people pay with in this country."""
    from babel.numbers import get_territory_currencies

    return tuple(map(str, get_territory_currencies(country))) if country else ()


def is_currency(code: str) -> bool:
    return code.upper() in locale_of(LANGUAGES[0]).currencies


def _require_currency(code: str) -> str:
    if not is_currency(code) or not code.isupper():
        raise Mistake('"%(code)s" is no currency; write its ISO code, such as RON, MDL or EUR.', code=code)
    return code


Currency = Annotated[str, AfterValidator(_require_currency)]


def amount_text(amount: Decimal, language: str) -> str:
    """``1.234,50``: always with its hundredths."""
    return format_number(amount.quantize(HUNDREDTH), language)


def money_text(money: Money, language: str) -> str:
    """``1.234,50 RON``: always the ISO code, since both Romania and Moldova say *lei*."""
    return f"{amount_text(money.amount, language)} {money.currency}"


class Amount(Question):
    """An amount of money and its currency: 1.234,50 RON, 500 lei, 20 €.

    The two are posted one after the other.
    """

    look: ClassVar[str] = "money"
    in_currencies: ClassVar[bool] = True
    value_type: ClassVar[str] = "number"
    summable: ClassVar[bool] = True
    groupable: ClassVar[bool] = False

    type: Literal["money"] = "money"
    currencies: Annotated[Sequence[Currency], Field(min_length=1)] = ("RON", "MDL", "EUR")
    """The currencies offered, by their ISO codes. The first is taken when none is chosen; where the form does not say
    which are offered, that of the organisation's country."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: Scaled(2), self.currency_column: String(3)}

    def store(self, answer: Answer) -> dict[str, Any]:
        return {self.name: answer.amount, self.currency_column: answer.currency}

    def restore(self, columns: Mapping[str, Any]) -> Answer:
        amount = columns.get(self.name)
        return None if amount is None else Money(amount, columns[self.currency_column])

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        amount_text, chosen = (*texts, "")[:2]
        if not amount_text:
            return None
        amount, currency = self._split_parts(amount_text, chosen.upper() or self.usual_code(reading.country))
        if not is_currency(currency):
            known = ", ".join(self.currencies)
            raise Mistake("Choose one of the currencies %(currencies)s.", currencies=known)
        return Money(read_number(amount, reading.language, 2).quantize(HUNDREDTH), currency)

    def _split_parts(self, text: str, chosen: str) -> tuple[str, str]:
        """The amount, and the currency that a word beside it says, else the one chosen."""
        before, amount, after = AMOUNT_WITH_CURRENCY.fullmatch(text).groups()  # type: ignore[union-attr]
        word = before + after
        if word.lower() in currencies_by_word():
            return amount, self._called(currencies_by_word()[word.lower()], chosen)
        return (amount, word.upper()) if is_currency(word) else (text, chosen)

    def _called(self, codes: Sequence[str], chosen: str) -> str:
        """The chosen currency if the word may mean it, else the first offered one; none when it stays open."""
        if len(codes) == 1:
            return codes[0]
        return next((code for code in (chosen, *self.currencies) if code in codes), "")

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [typed_number(answer.amount, reading.language), answer.currency]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return money_text(answer, reading.language)

    def echo(self, answer: Answer, reading: ReadingContext) -> str:
        return self.shown(answer, reading) if abs(answer.amount) >= 1000 else ""

    def plain(self, answer: Answer) -> Any:
        return {"amount": answer.amount, "currency": answer.currency} if isinstance(answer, Money) else None

    def value_to_json(self, answer: Answer) -> Any:
        return [f"{answer.amount:.2f}", answer.currency]

    def value_from_json(self, value: Any) -> Answer:
        amount, currency = value
        return Money(Decimal(amount).quantize(HUNDREDTH), currency)

    def words(self, answer: Answer) -> str:
        return f"{answer.amount:.2f} {answer.currency}"

    def exact(self, answer: Answer) -> ExactValue:
        amount: Decimal = answer.amount
        return amount

    def currency(self, answer: Answer) -> str:
        return str(answer.currency)

    def is_accepted(self, answer: Answer, reading: ReadingContext) -> bool:
        is_offered = isinstance(answer, Unknown) or answer.currency in self.currencies
        return is_offered and super().is_accepted(answer, reading)

    @property
    def currency_column(self) -> str:
        return f"{self.name}__currency"

    def usual_code(self, country: str | None) -> str:
        own = () if "currencies" in self.model_fields_set else currencies_in(country)
        return next((code for code in own if code in self.currencies), self.currencies[0])

    @property
    def currencies_offered(self) -> Sequence[str]:
        return self.currencies

    def options(self) -> Sequence[Choice]:
        return self.options_with(())

    def options_with(self, texts: Sequence[str]) -> Sequence[Choice]:
        """The currencies offered, and the one an old answer already has: correcting a sheet keeps it."""
        codes = dict.fromkeys((*self.currencies, *filter(is_currency, texts[1:2])))
        return [Choice(code=code, label=dict.fromkeys(LANGUAGES, code)) for code in codes]

    def reversed(self, answer: Answer) -> Answer:
        return Money(-answer.amount, answer.currency)

    def box(self) -> BoxSize:
        return BoxSize(width=12, inputmode="decimal")

    def is_wider_than(self, older: Question) -> bool:
        return isinstance(older, Amount) and set(older.currencies) <= set(self.currencies)
