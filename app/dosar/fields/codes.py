"""Numbers the organisation gives out itself: the code of a case, the number of a contract."""

import re
from datetime import date
from string import Formatter
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator
from sqlalchemy import String

from dosar.language.question import Answer, BoxSize, Question, ReadingContext
from dosar.language.question_options import Name
from dosar.language.text.characters import unify_punctuation
from dosar.language.text.message import Mistake

MAX_CODE_LENGTH = 32
PATTERN_PARTS = {"year", "number"}


def _require_pattern(pattern: str) -> str:
    """The pattern, if it makes a code of a year and a running number."""
    wrong = Mistake(
        'The pattern "%(pattern)s" must hold {number} and may hold {year}, as in "D-{year}-{number:04}".',
        pattern=pattern,
    )
    try:
        named = {name for _, name, _, _ in Formatter().parse(pattern) if name is not None}
        example = pattern.format(year=2000, number=1) if named <= PATTERN_PARTS and "number" in named else ""
    except (ValueError, KeyError, IndexError):
        raise wrong from None
    if not _is_code(example):
        raise wrong
    return pattern


def _is_code(text: str) -> bool:
    return re.fullmatch(rf"[A-Za-z0-9./-]{{1,{MAX_CODE_LENGTH}}}", text) is not None


class IssuedCode(Question):
    """A code issued when the record is saved; typed only when the paper already has one. By the first one of the case
    file a case is called everywhere."""

    issued: ClassVar[bool] = True
    identifies: ClassVar[bool] = True

    type: Literal["code"] = "code"
    pattern: Annotated[str, AfterValidator(_require_pattern)] = "D-{year}-{number:04}"
    """How the code is written, with the year and the running number in braces."""
    within: Name | None = None
    """A link of the form: the numbers begin anew for each record that it leads to."""

    @property
    def numbered_within(self) -> str | None:
        return self.within

    def column_types(self) -> dict[str, Any]:
        return {self.name: String(MAX_CODE_LENGTH)}

    def make_code(self, number: int, today: date) -> str:
        """The code of the running ``number``."""
        return self.pattern.format(number=number, year=today.year)

    def parse(self, texts: list[str], reading: ReadingContext) -> Answer:
        code = unify_punctuation(texts[0])
        if not _is_code(code):
            raise Mistake("Write the code with letters, digits, dots, hyphens and slashes only.")
        return code

    def box(self) -> BoxSize:
        return BoxSize(width=16)
