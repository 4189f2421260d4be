"""A month of a year: the month a package was for, a scholarship, a bill."""

from typing import Any, ClassVar, Literal

from sqlalchemy import String

from dosar.fields.formats.days import format_partial_day, read_partial
from dosar.language.question import Answer, BoxSize, Question, ReadingContext
from dosar.language.text.message import Mistake

YEAR_AND_MONTH = len("1998-03")


class Month(Question):
    """A month, as ``"1998-03"``; a whole date typed into it gives the month it lies in."""

    look: ClassVar[str] = "date"
    value_type: ClassVar[str] = "date"
    dated: ClassVar[bool] = True
    groupable: ClassVar[bool] = False

    type: Literal["month"] = "month"

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(YEAR_AND_MONTH)}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        known = read_partial(texts[0], reading.today)
        if len(known) < YEAR_AND_MONTH:
            raise Mistake("Write the month and the year, for example 03.2025.")
        return known[:YEAR_AND_MONTH]

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [self.shown(answer, reading)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return format_partial_day(answer, reading.language)

    def echo(self, answer: Answer, reading: ReadingContext) -> str:
        return self.shown(answer, reading)

    def beginning_of(self, year: int) -> Answer:
        return f"{year:04}-01"

    def box(self) -> BoxSize:
        return BoxSize(width=16)
