"""How long something takes in a time rule: "20 days", "2 weeks", "3 months", "1 year"."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, date
from fractions import Fraction
from math import ceil
from typing import Any, Literal

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from dosar.language.rules.evaluation import day_in_month, is_number
from dosar.language.text.message import Mistake

DURATION_PATTERN = r"^\d{1,4} (day|days|week|weeks|month|months|year|years)$"
DAYS_IN = {"day": 1, "week": 7}
MONTHS_IN = {"month": 1, "year": 12}
LengthUnit = Literal["hours", "days", "weeks", "months"]
"""Of what an answered number says how many."""


@dataclass(frozen=True)
class Duration:
    """A number of months and a number of days; one of them is 0."""

    months: int = 0
    days: int = 0

    @classmethod
    def parse(cls, text: str) -> "Duration":
        """Raises :class:`Mistake` for other texts."""
        if not re.fullmatch(DURATION_PATTERN, text, re.ASCII):
            raise Mistake(
                "“%(given)s” is no length of time; write it like 20 days, 2 weeks, 3 months or 1 year.", given=text
            )
        number, unit = text.split(" ")
        unit = unit.removesuffix("s")
        return cls(int(number) * MONTHS_IN.get(unit, 0), int(number) * DAYS_IN.get(unit, 0))

    @classmethod
    def of(cls, number: Any, unit: LengthUnit) -> "Duration | None":
        """This many of the unit, a day that is begun as a whole one; ``None`` for what is no number, or less than 0."""
        if not is_number(number) or number < 0:
            return None
        if unit == "months":
            return cls(months=ceil(number))
        days_in = {"hours": Fraction(1, 24), "days": Fraction(1), "weeks": Fraction(7)}
        return cls(days=ceil(Fraction(number) * days_in[unit]))

    def after(self, day: date, times: int = 1) -> date:
        """The day this much later, ``times`` over: a month after 31 January is the last day of February, two are
        31 March. The last day there is, where the calendar ends."""
        return add_days(add_months(day, self.months * times), self.days * times)

    def before(self, day: date) -> date:
        """The day this much earlier."""
        return self.after(day, -1)

    @property
    def is_nothing(self) -> bool:
        """Whether it is no time at all."""
        return not self.months and not self.days

    @property
    def amount(self) -> tuple[int, str]:
        """How many of which unit: days, months or years."""
        if not self.months:
            return self.days, "day"
        return (self.months, "month") if self.months % 12 else (self.months // 12, "year")

    def __str__(self) -> str:
        number, unit = self.amount
        return f"{number} {unit}{'' if number == 1 else 's'}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(
            lambda value, as_text: value if isinstance(value, cls) else cls.parse(as_text(value)),
            core_schema.str_schema(min_length=1),
            serialization=core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema()),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": DURATION_PATTERN}


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    return day_in_month(max(year, 1), month + 1, day.day)


def add_days(day: date, days: int) -> date:
    """Days later, or earlier."""
    ordinal = day.toordinal() + days
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal())) if days else day
