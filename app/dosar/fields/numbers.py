"""Numbers: whole ones, and decimal ones kept exactly.

A number is read as the reader's language writes it; only a text that is no number there is read the
other way round. So ``1234.5`` is understood in Romanian, ``1.234`` is one thousand and more in
Romanian and a little over one in English, and nothing is ever rounded in silence.
"""

import re
from abc import abstractmethod
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator
from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

from dosar.language.question import Answer, BoxSize, ExactValue, Question, ReadingContext
from dosar.language.text.characters import HYPHENS
from dosar.language.text.locales import locale_of
from dosar.language.text.message import Mistake
from dosar.language.text.texts import Text, text_in_language

MAX_DECIMAL_PLACES = 4
MAX_NUMBER_LENGTH = 20
"""Characters of the longest number: sign, 13 digits, mark, 4 digits."""
MAX_WHOLE_DIGITS = 13
NUMBER_LIMIT = 10**MAX_WHOLE_DIGITS
MINUS_SIGNS = str.maketrans(dict.fromkeys(HYPHENS, "-"))
ANY_SPACE = re.compile(r"\s")


class Scaled(TypeDecorator[Decimal]):
    """A decimal number kept as a whole number of its smallest part: exact on every database."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(Decimal(value).scaleb(self.places))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


# --- reading -----------------------------------------------------------------------------------------


@cache
def decimal_mark(language: str) -> str:
    """``,`` or ``.``, as numbers of the language are written."""
    symbols = locale_of(language).number_symbols["latn"]
    return "." if symbols["decimal"] == "." else ","


@cache
def _number_pattern(mark: str) -> re.Pattern[str]:
    group = "." if mark == "," else ","
    whole_part = rf"(?:\d{{1,3}}(?:(?:\{group}\d{{3}})+|(?: \d{{3}})+)|\d+)"
    return re.compile(rf"(?=.*\d)([+-]?)({whole_part}?)(?:\{mark}(\d+))?", re.ASCII)


def read_number(text: str, language: str, places: int) -> Decimal:
    """The number a person typed, with at most ``places`` decimals. Raises :class:`Mistake`."""
    mark = decimal_mark(language)
    plain = ANY_SPACE.sub(" ", text.strip()).translate(MINUS_SIGNS)
    found = _number_pattern(mark).fullmatch(plain) or _number_pattern("." if mark == "," else ",").fullmatch(plain)
    if found is None:
        raise _not_a_number(language, places)
    sign, whole_digits, decimals = found[1], re.sub(r"[., ]", "", found[2]), found[3] or ""
    if len(decimals) > places:
        raise _too_fine(language, places)
    whole_digits = whole_digits.lstrip("0")
    if len(whole_digits) > MAX_WHOLE_DIGITS:
        raise Mistake("The number is too large. Write at most 13 digits before the decimal mark.")
    return Decimal(f"{sign}{whole_digits or 0}.{decimals}")


def _not_a_number(language: str, places: int) -> Mistake:
    if not places:
        return Mistake("Write a whole number, for example 12.")
    return Mistake("Write a number, for example %(example)s.", example=format_number(Decimal("12.5"), language))


def _too_fine(language: str, places: int) -> Mistake:
    if not places:
        return Mistake("Write a whole number, for example 12.")
    return Mistake("Write at most %(places)s digits after the decimal mark.", places=places)


# --- writing -----------------------------------------------------------------------------------------


@cache
def _number_marks(language: str) -> dict[int, str]:
    symbols = locale_of(language).number_symbols["latn"]
    return str.maketrans({",": symbols["group"], ".": symbols["decimal"]})


def format_number(number: Decimal | int, language: str) -> str:
    """The number with all its digits, as people read it: ``1.234,50``."""
    return f"{number:,}".translate(_number_marks(language))


def typed_number(number: Decimal | int, language: str) -> str:
    """The number as it stands in an input box: no thousands apart."""
    return str(number).replace(".", decimal_mark(language))


def strip_zeros(number: Decimal) -> Decimal:
    """The same number without zeros at its end: one form to keep, compare and show."""
    return Decimal(f"{number.normalize():f}") + 0


class Number(Question):
    """What whole and decimal numbers share."""

    look: ClassVar[str] = "number"
    value_type: ClassVar[str] = "number"
    summable: ClassVar[bool] = True
    groupable: ClassVar[bool] = False

    unit: Text | None = None
    """What is counted: kg, days."""

    @abstractmethod
    def number_limits(self) -> tuple[Decimal | int | None, Decimal | int | None]:
        """The smallest and the largest number accepted."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        smallest, largest = self.number_limits()
        if smallest is not None and largest is not None and smallest > largest:
            raise Mistake("The smallest number (min) is larger than the largest (max); change one of them.")
        return self

    def within(self, number: Decimal, reading: ReadingContext) -> Decimal:
        """The number if it is within the limits."""
        smallest, largest = self.number_limits()
        if smallest is not None and number < smallest:
            raise Mistake("Write a number that is at least %(min)s.", min=format_number(smallest, reading.language))
        if largest is not None and number > largest:
            raise Mistake("Write a number that is at most %(max)s.", max=format_number(largest, reading.language))
        return number

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [typed_number(answer, reading.language)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        number = format_number(answer, reading.language)
        return f"{number} {text_in_language(self.unit, reading.language)}" if self.unit else number

    def echo(self, answer: Answer, reading: ReadingContext) -> str:
        return self.shown(answer, reading) if abs(answer) >= 1000 else ""

    def plain(self, answer: Answer) -> Any:
        return answer if isinstance(answer, Decimal | int) else None

    def exact(self, answer: Answer) -> ExactValue:
        number: ExactValue = answer
        return number

    @property
    def longest_written(self) -> int:
        return MAX_NUMBER_LENGTH

    def reversed(self, answer: Answer) -> Answer:
        return -answer

    def is_wider_than(self, older: Question) -> bool:
        return self.type == older.type and isinstance(older, Number) and self.reaches(older)

    def reaches(self, older: "Number") -> bool:
        """Whether the limits leave room for every number the older question accepted."""
        (low, high), (older_low, older_high) = self.number_limits(), older.number_limits()
        return (low is None or (older_low is not None and low <= older_low)) and (
            high is None or (older_high is not None and high >= older_high)
        )


class WholeNumber(Number):
    """A whole number."""

    called_elsewhere: ClassVar[tuple[str, ...]] = ("number", "int")

    type: Literal["integer"] = "integer"
    min: int | None = None
    """The smallest number accepted."""
    max: int | None = None
    """The largest number accepted."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: BigInteger()}

    def number_limits(self) -> tuple[int | None, int | None]:
        return self.min, self.max

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        return int(self.within(read_number(texts[0], reading.language, 0), reading))

    def box(self) -> BoxSize:
        return BoxSize(width=8, inputmode="numeric", unit=self.unit)


class DecimalNumber(Number):
    """A number with decimals, kept exactly; the answer is a Decimal, never a float."""

    called_elsewhere: ClassVar[tuple[str, ...]] = ("float",)

    type: Literal["decimal"] = "decimal"
    min: Decimal | None = None
    """The smallest number accepted."""
    max: Decimal | None = None
    """The largest number accepted."""
    places: Annotated[int, Field(ge=1, le=MAX_DECIMAL_PLACES)] = 2
    """The most digits after the decimal mark."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: Scaled(MAX_DECIMAL_PLACES)}

    def restore(self, columns: Any) -> Answer:
        number = columns.get(self.name)
        return None if number is None else strip_zeros(number)

    def number_limits(self) -> tuple[Decimal | None, Decimal | None]:
        return self.min, self.max

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        return strip_zeros(self.within(read_number(texts[0], reading.language, self.places), reading))

    def is_wider_than(self, older: Question) -> bool:
        return isinstance(older, Number) and self.reaches(older)

    def converted(self, older: Question, answer: Answer) -> Answer:
        return strip_zeros(Decimal(answer))

    def value_to_json(self, answer: Answer) -> Any:
        return f"{answer:f}"

    def value_from_json(self, value: Any) -> Answer:
        return strip_zeros(Decimal(str(value)))

    def box(self) -> BoxSize:
        return BoxSize(width=10, inputmode="decimal", unit=self.unit)
