"""Words: a line of text, and a paragraph as long as the paper's lines."""

import re
import unicodedata
from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sqlalchemy import Text as TextColumn

from app.language.characters import alike, in_lines, visible
from app.language.message import Mistake
from app.language.question import Answer, Box, Question, Reading

LINE = 90
"""Characters on a line of the paper."""
LONGEST_PARAGRAPH = 20_000
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
CEDILLA = str.maketrans("şţŞŢ", "șțȘȚ")
NOT_TOLD_APART = str.maketrans("îâ", "ââ")
"""Old and new spelling of the same sound: *Hîncești*, *Hâncești*."""


def cleaned(text: str) -> str:
    """The text in one spelling of its letters, without characters nobody sees.

    Windows keyboards and old laws write the cedilla letters ``ş ţ``; Romanian has the comma below.
    """
    lines = in_lines(visible(text)).replace("\t", " ")
    letters = unicodedata.normalize("NFC", lines).translate(CEDILLA)
    return CONTROL.sub("", letters).strip()


def folded(text: str) -> str:
    """The text as names typed by hand are compared: no capitals, no diacritics, one spelling of â."""
    letters = unicodedata.normalize("NFC", alike(text)).casefold().translate(NOT_TOLD_APART)
    parts = unicodedata.normalize("NFKD", letters)
    return "".join(part for part in parts if not unicodedata.combining(part))


class Words(Question):
    """What the kinds of free text share."""

    def column_types(self) -> dict[str, Any]:
        return {self.name: TextColumn()}

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
                over=over, limit=self.longest(),
            )
        return text or None

    def widens(self, older: Question) -> bool:
        return older.longest_written is not None and self.longest() >= older.longest_written

    def lies_as(self, older: Question) -> bool:
        return isinstance(older, Words)

    def converted(self, older: Question, answer: Answer) -> Answer:
        return str(older.as_json(answer))


class Line(Words):
    """One line of text."""

    alphabetical: ClassVar[bool] = True
    stands_in: ClassVar[bool] = True
    called_elsewhere: ClassVar[tuple[str, ...]] = ("string",)

    type: Literal["text"] = "text"
    max: Annotated[int, Field(ge=1, le=LONGEST_PARAGRAPH)] = 200
    """The most characters accepted."""

    def longest(self) -> int:
        return self.max

    def parse(self, texts: list[str], reading: Reading) -> Answer:
        return self.fitting(" ".join(cleaned(texts[0]).split()))

    def box(self) -> Box:
        return Box(width=self.max if self.max <= LINE else 0)

    def widens(self, older: Question) -> bool:
        return not older.long and super().widens(older)


class Paragraph(Words):
    """Text of several lines."""

    look: ClassVar[str] = "paragraph"
    long: ClassVar[bool] = True
    sortable: ClassVar[bool] = False
    called_elsewhere: ClassVar[tuple[str, ...]] = ("textarea", "longtext")

    type: Literal["paragraph"] = "paragraph"
    lines: Annotated[int, Field(ge=1, le=200)] | None = None
    """The lines the paper has room for; shown as a hint, never a limit."""

    def longest(self) -> int:
        return LONGEST_PARAGRAPH

    def parse(self, texts: list[str], reading: Reading) -> Answer:
        return self.fitting(cleaned(texts[0]))

    def box(self) -> Box:
        return Box(lines=self.lines or 4)
