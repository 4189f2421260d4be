"""What only stands on the sheet: a note between the questions."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from dosar.language.question import Answer, Question, ReadingContext


class Note(Question):
    """A text on the sheet; its label is the text. Nothing is asked and nothing is kept."""

    look: ClassVar[str] = "note"
    value_type: ClassVar[str] = "none"
    asks: ClassVar[bool] = False
    groupable: ClassVar[bool] = False
    sortable: ClassVar[bool] = False

    type: Literal["note"] = "note"

    def column_types(self) -> dict[str, Any]:
        return {}

    def stored(self, answer: Answer) -> dict[str, Any]:
        return {}

    @property
    def rule_sort(self) -> str:
        return "nothing"

    def read(self, texts: Sequence[str], reading: ReadingContext) -> Answer:
        return None

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        return None

    def words(self, answer: Answer) -> str:
        return ""
