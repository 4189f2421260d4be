"""A question that points to a record of another form, or to somebody who signs in."""

import re
from typing import Any, ClassVar, Literal

from sqlalchemy import Integer

from dosar.language.question import Answer, Question, ReadingContext
from dosar.language.question_options import Name
from dosar.language.text.message import Mistake

MYSELF_DEFAULT = "me"
LARGEST_ID = 2**31 - 1
"""The largest number that an id column of PostgreSQL holds."""


class Link(Question):
    """Points to a record of another form, or to somebody who signs in; the answer is its id.

    The label of the record is looked up where records are read: nobody sees one out of reach.
    """

    look: ClassVar[str] = "link"
    chosen: ClassVar[bool] = True
    value_type: ClassVar[str] = "number"
    sortable: ClassVar[bool] = False
    called_elsewhere: ClassVar[tuple[str, ...]] = ("reference",)

    type: Literal["link"] = "link"
    to: Name
    """The key of a form, or ``user``."""
    across_cases: bool = False
    """Sheets of other cases may be chosen too, each told with its case; left out, only those of the same case."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: Integer}

    def link_target(self) -> str:
        return self.to

    @property
    def same_case(self) -> bool:
        return not self.across_cases

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        if not re.fullmatch(r"[1-9]\d{0,8}", texts[0], re.ASCII):
            raise Mistake("Choose a record from the list.")
        return int(texts[0])

    def default_answer(self, reading: ReadingContext) -> Answer:
        """``default: me`` is the worker who fills in the sheet."""
        is_me = self.default_where(reading.country) == MYSELF_DEFAULT and self.to == "user"
        return reading.worker_id if is_me else super().default_answer(reading)

    def shown(self, answer: Answer, reading: ReadingContext) -> str:
        return f"#{answer}"

    def words(self, answer: Answer) -> str:
        return ""

    def value_from_json(self, value: Any) -> Answer:
        return int(value)

    def chosen_alone(self, code: str) -> Answer:
        """Raises :class:`ValueError` for what is the number of no record."""
        number = int(code)
        if abs(number) > LARGEST_ID:
            raise ValueError(code)
        return number

    def number_in(self, answer: Answer) -> int | None:
        return answer if isinstance(answer, int) else None

    @property
    def rule_sort(self) -> str:
        return "link"

    def is_wider_than(self, older: Question) -> bool:
        return isinstance(older, Link) and self.to == older.to
