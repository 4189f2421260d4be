"""Words: a line of text, and a paragraph as long as the paper's lines."""

from abc import abstractmethod
from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sqlalchemy import Text as TextColumn

from dosar.language.question import Answer, BoxSize, Question, ReadingContext
from dosar.language.text.message import Mistake
from dosar.language.text.spelling import clean_text

LINE_LENGTH = 90
"""Characters on a line of the paper."""
MAX_PARAGRAPH_LENGTH = 20_000


class FreeText(Question):
    """What the kinds of free text share."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: TextColumn()}

    def sealed_columns(self) -> Collection[str]:
        return self.column_types()

    @abstractmethod
    def longest(self) -> int:
        """The most characters that are accepted."""

    @property
    def longest_written(self) -> int:
        return self.longest()

    def fitting(self, text: str) -> str | None:
        """The text if it fits; never cut, the person who wrote it knows what can go."""
        over = len(text) - self.longest()
        if over > 0:
            raise Mistake(
                "The text is too long: %(over)s characters over the limit of %(limit)s. Shorten it.",
                over=over,
                limit=self.longest(),
            )
        return text or None

    def is_wider_than(self, older: Question) -> bool:
        return older.longest_written is not None and self.longest() >= older.longest_written

    def is_stored_like(self, older: Question) -> bool:
        return isinstance(older, FreeText)

    def converted(self, older: Question, answer: Answer) -> Answer:
        return str(older.value_to_json(answer))


class TextLine(FreeText):
    """One line of text."""

    alphabetical: ClassVar[bool] = True
    stands_in: ClassVar[bool] = True
    called_elsewhere: ClassVar[tuple[str, ...]] = ("string",)

    type: Literal["text"] = "text"
    max: Annotated[int, Field(ge=1, le=MAX_PARAGRAPH_LENGTH)] = 200
    """The most characters accepted."""

    def longest(self) -> int:
        return self.max

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        return self.fitting(" ".join(clean_text(texts[0]).split()))

    def box(self) -> BoxSize:
        return BoxSize(width=self.max if self.max <= LINE_LENGTH else 0)

    def is_wider_than(self, older: Question) -> bool:
        return not older.long and super().is_wider_than(older)


class Paragraph(FreeText):
    """Text of several lines."""

    look: ClassVar[str] = "paragraph"
    long: ClassVar[bool] = True
    sortable: ClassVar[bool] = False
    called_elsewhere: ClassVar[tuple[str, ...]] = ("textarea", "longtext")

    type: Literal["paragraph"] = "paragraph"
    lines: Annotated[int, Field(ge=1, le=200)] | None = None
    """The lines the paper has room for; shown as a hint, never a limit."""

    def longest(self) -> int:
        return MAX_PARAGRAPH_LENGTH

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        return self.fitting(clean_text(texts[0]))

    def box(self) -> BoxSize:
        return BoxSize(lines=self.lines or 4)
