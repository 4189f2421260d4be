"""A question nobody answers: its answer follows from the others, each time a sheet is kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from dosar.fields.choices import YesNo
from dosar.fields.dates import Day
from dosar.fields.numbers import MAX_DECIMAL_PLACES, NUMBER_LIMIT, DecimalNumber, WholeNumber, strip_zeros
from dosar.fields.text import TextLine
from dosar.language.question import Answer, ExactValue, Question, ReadingContext
from dosar.language.rules.expressions import Expression
from dosar.language.text.texts import Text, text_in_language

ResultType = Literal["integer", "decimal", "text", "date", "yes_no"]

RESULT_KINDS: dict[ResultType, type[Question]] = {
    "integer": WholeNumber,
    "decimal": DecimalNumber,
    "text": TextLine,
    "date": Day,
    "yes_no": YesNo,
}
"""The kind whose answers a result is kept and shown as."""


def _round_result(value: Any, places: int) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -NUMBER_LIMIT < value < NUMBER_LIMIT:
        return None
    return strip_zeros(Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def _whole_result(value: Any) -> int | None:
    number = _round_result(value, 0)
    return None if number is None else int(number)


def _day_result(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None


ANSWER_MAKERS: dict[ResultType, Callable[[Any], Answer]] = {
    "integer": _whole_result,
    "decimal": lambda value: _round_result(value, MAX_DECIMAL_PLACES),
    "date": _day_result,
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
    result: ResultType
    """What the answer is: integer, decimal, text, date or yes_no."""
    bands: Sequence[Band] = Field(default_factory=tuple)
    """Words beside a score, from the lowest up."""

    @cached_property
    def as_typed_question(self) -> Question:
        """The question as if it were typed in."""
        return RESULT_KINDS[self.result].model_validate({"name": self.name, "label": self.label})

    @property
    def value_type(self) -> str:  # type: ignore[override]  # the other kinds always have the same
        return self.as_typed_question.value_type

    @property
    def rule_sort(self) -> str:
        return self.as_typed_question.rule_sort

    @property
    def result_sort(self) -> str:
        return self.result

    @property
    def dated(self) -> bool:  # type: ignore[override]
        return self.as_typed_question.dated

    @property
    def whole_day(self) -> bool:  # type: ignore[override]
        return self.as_typed_question.whole_day

    @property
    def summable(self) -> bool:  # type: ignore[override]
        return self.as_typed_question.summable

    @property
    def groupable(self) -> bool:  # type: ignore[override]
        return self.as_typed_question.groupable

    @property
    def chosen(self) -> bool:  # type: ignore[override]
        return self.as_typed_question.chosen

    def codes(self) -> Collection[str] | None:
        return self.as_typed_question.codes()

    def column_types(self) -> dict[str, Any]:
        return self.as_typed_question.column_types()

    def sealed_columns(self) -> Collection[str]:
        return self.as_typed_question.sealed_columns()

    def choice_columns(self) -> Collection[str]:
        return self.as_typed_question.choice_columns()

    def compute_answer(self, answers: Mapping[str, Any], today: date) -> Answer:
        return ANSWER_MAKERS[self.result](self.value.value(answers, today))

    def store(self, answer: Answer) -> dict[str, Any]:
        return self.as_typed_question.store(answer)

    def restore(self, columns: Mapping[str, Any]) -> Answer:
        return self.as_typed_question.restore(columns)

    def value_to_json(self, answer: Answer) -> Any:
        return self.as_typed_question.value_to_json(answer)

    def value_from_json(self, value: Any) -> Answer:
        return self.as_typed_question.value_from_json(value)

    def plain(self, answer: Answer) -> Any:
        return self.as_typed_question.plain(answer)

    def matches_choice(self, columns: Mapping[str, Any], code: str) -> Any:
        return self.as_typed_question.matches_choice(columns, code)

    def options(self) -> Any:
        return self.as_typed_question.options()

    def read(self, texts: Sequence[str], reading: ReadingContext) -> Answer:
        """Nothing: whatever a page sends under this name is no answer."""
        return None

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        return None

    def exact(self, answer: Answer) -> ExactValue:
        return self.as_typed_question.exact(answer)

    def write(self, answer: Answer, reading: ReadingContext) -> list[str]:
        return []

    def is_stored_like(self, older: Question) -> bool:
        return self.is_wider_than(older)

    def converted(self, older: Question, answer: Answer) -> Answer:
        """Nothing for a result of another sort: it is computed anew."""
        return answer if self.is_wider_than(older) else None

    def band(self, answer: Answer) -> Band | None:
        """The band of a score."""
        for band in self.bands if isinstance(answer, int | Decimal) else ():
            if band.up_to is None or answer <= band.up_to:
                return band
        return None

    def level(self, answer: Answer) -> str:
        band = self.band(answer)
        return band.level if band else ""

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        text = self.as_typed_question.shown(answer, reading)
        band = self.band(answer)
        return f"{text} – {text_in_language(band.label, reading.language)}" if band else text

    def words(self, answer: Answer) -> str:
        return self.as_typed_question.words(answer)

    def expressions(self) -> dict[str, Expression]:
        return {**super().expressions(), "value": self.value}

    def is_wider_than(self, older: Question) -> bool:
        return isinstance(older, Computed) and self.result == older.result
