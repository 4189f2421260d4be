"""A month of a year: the month a package was for, a scholarship, a bill."""

from typing import Any, ClassVar, Literal

from sqlalchemy import String

from app.fields.dates import read_partial, written_partial
from app.language.message import Mistake
from app.language.question import Answer, Box, Question, Reading

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

    def parse(self, texts: list[str], reading: Reading) -> Answer:
        known = read_partial(texts[0], reading.today)
        if len(known) < YEAR_AND_MONTH:
            raise Mistake("Write the month and the year, for example 03.2025.")
        return known[:YEAR_AND_MONTH]

    def write(self, answer: Answer, reading: Reading) -> list[str]:
        return [self.shown(answer, reading)]

    def shown(self, answer: Answer, reading: Reading) -> str:
        return written_partial(answer, reading.language)

    def echo(self, answer: Answer, reading: Reading) -> str:
        return self.shown(answer, reading)

    def box(self) -> Box:
        return Box(width=16)
