"""Days, parts of days and moments: as much of them as is known."""

import re
from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any, ClassVar, Literal

from sqlalchemy import Date, DateTime, String, Time

from dosar.fields.formats.days import (
    LONG_DATE_FORMAT,
    day_in_words,
    first_day_of,
    format_day,
    format_partial_day,
    read_day,
    read_partial,
    read_time,
    require_past,
    searchable_day,
)
from dosar.language.question import Answer, BoxSize, ExactValue, Question, ReadingContext
from dosar.language.text.message import Mistake


class Day(Question):
    """A day, read in many spellings: 27.3.98, 27 martie 1998, azi."""

    look: ClassVar[str] = "date"
    value_type: ClassVar[str] = "date"
    dated: ClassVar[bool] = True
    groupable: ClassVar[bool] = False
    whole_day: ClassVar[bool] = True

    type: Literal["date"] = "date"
    person: bool = False
    """A birth date: never in the future; the age is said with it, and a year of two digits lies behind us."""
    past: bool = False
    """The day of something that has happened: never in the future."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: Date()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        day = read_day(texts[0], reading.today, self.person, self.past)
        require_past(day, reading, self.person, self.past)
        return day

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [format_day(answer, reading.language)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return format_day(answer, reading.language)

    def echo(self, answer: Answer, reading: ReadingContext) -> str:
        return day_in_words(answer, reading, self.person)

    def exact(self, answer: Answer) -> ExactValue:
        day: date = answer
        return day

    def value_to_json(self, answer: Answer) -> Any:
        return answer.isoformat()

    def value_from_json(self, value: Any) -> Answer:
        return date.fromisoformat(value)

    def beginning_of(self, year: int) -> Answer:
        return date(year, 1, 1)

    def words(self, answer: Answer) -> str:
        return f"{answer:%d.%m.%Y} {answer.isoformat()}"

    def box(self) -> BoxSize:
        return BoxSize(width=16, person=self.person, past=self.past)


class PartialDay(Question):
    """A day, a month or a year: as much of a date as is known, as its ISO beginning ("1998-03").

    With ``person: true`` it is a birth date, and the age is echoed when the day is known.
    """

    look: ClassVar[str] = "date"
    value_type: ClassVar[str] = "date"
    dated: ClassVar[bool] = True
    groupable: ClassVar[bool] = False

    type: Literal["partial_date"] = "partial_date"
    person: bool = False
    """A birth date: never in the future; the age is said with it, and a year of two digits lies behind us."""
    past: bool = False
    """The day of something that has happened: never in the future."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(10)}

    def sealed_columns(self) -> Collection[str]:
        """Birth dates: with a name, they tell who somebody is."""
        return self.column_types() if self.person else ()

    def is_stored_like(self, older: Question) -> bool:
        return super().is_stored_like(older) and {*self.sealed_columns()} == {*older.sealed_columns()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        known = read_partial(texts[0], reading.today, self.person, self.past)
        require_past(first_day_of(known), reading, self.person, self.past)
        return known

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [self.shown(answer, reading)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return format_partial_day(answer, reading.language)

    def echo(self, answer: Answer, reading: ReadingContext) -> str:
        if len(answer) < len("1998-03-27"):
            return self.shown(answer, reading)
        return day_in_words(date.fromisoformat(answer), reading, self.person)

    def exact(self, answer: Answer) -> ExactValue:
        return date.fromisoformat(answer) if len(answer) == len("1998-03-27") else None

    def beginning_of(self, year: int) -> Answer:
        return f"{year:04}"

    def words(self, answer: Answer) -> str:
        return f"{searchable_day(answer)} {answer}"

    def is_wider_than(self, older: Question) -> bool:
        return isinstance(older, PartialDay) or (older.whole_day and not older.computed)

    def converted(self, older: Question, answer: Answer) -> Answer:
        return older.value_to_json(answer)

    def box(self) -> BoxSize:
        return BoxSize(width=16, person=self.person, past=self.past)


class TimeOfDay(Question):
    """A time on the 24-hour clock."""

    look: ClassVar[str] = "time"
    by_clock: ClassVar[bool] = True

    type: Literal["time"] = "time"

    def column_types(self) -> dict[str, Any]:
        return {self.name: Time()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        return read_time(texts[0])

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [self.value_to_json(answer)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return f"{answer:%H:%M}"

    def value_to_json(self, answer: Answer) -> Any:
        return f"{answer:%H:%M}"

    def value_from_json(self, value: Any) -> Answer:
        return time.fromisoformat(value)

    def words(self, answer: Answer) -> str:
        return f"{answer:%H:%M}"

    def box(self) -> BoxSize:
        return BoxSize(width=6)


class Moment(Question):
    """A day and a time; typed in one box, or in two under one name."""

    look: ClassVar[str] = "datetime"
    value_type: ClassVar[str] = "date"
    dated: ClassVar[bool] = True
    groupable: ClassVar[bool] = False

    type: Literal["datetime"] = "datetime"
    past: bool = False
    """The moment of something that has happened: never on a day in the future."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: DateTime()}

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        day, time_of_day = self._split_parts(texts)
        if not time_of_day or not day:
            raise Mistake("Write the date and the time, for example 27.03.1998 09:30.")
        moment = datetime.combine(read_day(day, reading.today, past=self.past), read_time(time_of_day))
        require_past(moment.date(), reading, past=self.past)
        return moment

    def _split_parts(self, texts: list[str]) -> tuple[str, str]:
        if len(texts) > 1:
            return texts[0], texts[1]
        text = re.sub(r"^(\d{4}-\d\d-\d\d)T", r"\1 ", texts[0])
        day, _, time_of_day = text.rpartition(" ")
        return day, time_of_day

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return [self.shown(answer, reading)]

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return f"{format_day(answer.date(), reading.language)}, {answer:%H:%M}"

    def echo(self, answer: Answer, reading: ReadingContext) -> str:
        return f"{format_day(answer.date(), reading.language, LONG_DATE_FORMAT)}, {answer:%H:%M}"

    def exact(self, answer: Answer) -> ExactValue:
        day: date = answer
        return day

    def value_to_json(self, answer: Answer) -> Any:
        return answer.isoformat(timespec="minutes")

    def value_from_json(self, value: Any) -> Answer:
        return datetime.fromisoformat(value)

    def beginning_of(self, year: int) -> Answer:
        return datetime(year, 1, 1)

    def words(self, answer: Answer) -> str:
        return f"{answer:%d.%m.%Y %H:%M}"

    def box(self) -> BoxSize:
        return BoxSize(width=22, past=self.past)
