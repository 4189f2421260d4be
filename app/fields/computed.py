"""A question nobody answers: its answer follows from the others, each time a sheet is kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.fields.choosing import YesNo
from app.fields.dates import Day
from app.fields.numbers import MOST_PLACES, TOO_LARGE, DecimalNumber, WholeNumber, shortest
from app.fields.words import Line
from app.language.expressions import Expression
from app.language.question import Answer, Exact, Question, Reading
from app.language.texts import Text, say

Result = Literal["integer", "decimal", "text", "date", "yes_no"]

KINDS: dict[Result, type[Question]] = {
    "integer": WholeNumber, "decimal": DecimalNumber, "text": Line, "date": Day, "yes_no": YesNo,
}
"""The kind whose answers a result is kept and shown as."""


def _rounded(value: Any, places: int) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -TOO_LARGE < value < TOO_LARGE:
        return None
    return shortest(Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _whole(value: Any) -> int | None:
    number = _rounded(value, 0)
    return None if number is None else int(number)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


ANSWERS: dict[Result, Callable[[Any], Answer]] = {
    "integer": _whole, "decimal": lambda value: _rounded(value, MOST_PLACES), "date": _day,
    "text": lambda value: value if isinstance(value, str) else None,
    "yes_no": lambda value: value if isinstance(value, bool) else None,
}
"""What a rule's value is as an answer; a value of another sort is no answer."""


class Band(BaseModel):
    """A word beside a score: *medium*, up to 11."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    up_to: Decimal | None = None
    """The highest score of the band; left out, the band has no end."""
    label: Text
    """What people read."""
    level: Literal["low", "medium", "high"]
    """How grave it is; decides the colour."""


class Computed(Question):
    """An answer that follows from others by a rule, kept and shown like a typed one.

    What goes with the day, such as an age, is made anew whenever it is read, in lists and exports too; nothing is
    sorted, filtered, searched or counted by it.

    With ``bands`` the score is shown with the word of the first band that reaches it:
    *12 – mediu*.
    """

    look: ClassVar[str] = "computed"
    computed: ClassVar[bool] = True
    called_elsewhere: ClassVar[tuple[str, ...]] = ("calculate",)

    type: Literal["computed"] = "computed"
    value: Expression
    """The rule that makes the answer."""
    result: Result
    """What the answer is: integer, decimal, text, date or yes_no."""
    bands: Sequence[Band] = Field(default_factory=tuple)
    """Words beside a score, from the lowest up."""

    @cached_property
    def as_typed(self) -> Question:
        """The question as if it were typed in."""
        return KINDS[self.result].model_validate({"name": self.name, "label": self.label})

    @property
    def value_type(self) -> str:  # type: ignore[override]  # the other kinds always have the same
        return self.as_typed.value_type

    @property
    def rule_sort(self) -> str:
        return self.as_typed.rule_sort

    @property
    def result_sort(self) -> str:
        return self.result

    @property
    def dated(self) -> bool:  # type: ignore[override]
        return self.as_typed.dated

    @property
    def whole_day(self) -> bool:  # type: ignore[override]
        return self.as_typed.whole_day

    @property
    def summable(self) -> bool:  # type: ignore[override]
        return self.as_typed.summable

    @property
    def groupable(self) -> bool:  # type: ignore[override]
        return self.as_typed.groupable

    @property
    def chosen(self) -> bool:  # type: ignore[override]
        return self.as_typed.chosen

    def codes(self) -> Collection[str] | None:
        return self.as_typed.codes()

    def column_types(self) -> dict[str, Any]:
        return self.as_typed.column_types()

    def compute(self, answers: Mapping[str, Any], today: date) -> Answer:
        return ANSWERS[self.result](self.value.value(answers, today))

    def store(self, answer: Answer) -> dict[str, Any]:
        return self.as_typed.store(answer)

    def restore(self, columns: Mapping[str, Any]) -> Answer:
        return self.as_typed.restore(columns)

    def as_json(self, answer: Answer) -> Any:
        return self.as_typed.as_json(answer)

    def of_json(self, value: Any) -> Answer:
        return self.as_typed.of_json(value)

    def plain(self, answer: Answer) -> Any:
        return self.as_typed.plain(answer)

    def matches(self, columns: Mapping[str, Any], wanted: str) -> Any:
        return self.as_typed.matches(columns, wanted)

    def options(self) -> Any:
        return self.as_typed.options()

    def read(self, typed: Sequence[str], reading: Reading) -> Answer:
        """Nothing: whatever a page sends under this name is no answer."""
        return None

    def parse(self, texts: list[str], reading: Reading) -> Answer:
        return None

    def exact(self, answer: Answer) -> Exact:
        return self.as_typed.exact(answer)

    def write(self, answer: Answer, reading: Reading) -> list[str]:
        return []

    def lies_as(self, older: Question) -> bool:
        return self.widens(older)

    def converted(self, older: Question, answer: Answer) -> Answer:
        """Nothing for a result of another sort: it is computed anew."""
        return answer if self.widens(older) else None

    def band(self, answer: Answer) -> Band | None:
        """The band of a score."""
        for band in self.bands if isinstance(answer, int | Decimal) else ():
            if band.up_to is None or answer <= band.up_to:
                return band
        return None

    def level(self, answer: Answer) -> str:
        band = self.band(answer)
        return band.level if band else ""

    def shown(self, answer: Answer, reading: Reading) -> str:
        text = self.as_typed.shown(answer, reading)
        band = self.band(answer)
        return f"{text} – {say(band.label, reading.language)}" if band else text

    def words(self, answer: Answer) -> str:
        return self.as_typed.words(answer)

    def expressions(self) -> dict[str, Expression]:
        return {**super().expressions(), "value": self.value}

    def widens(self, older: Question) -> bool:
        return isinstance(older, Computed) and self.result == older.result
