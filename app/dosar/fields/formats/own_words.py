"""The answer of a choice that asks for words: its code and the words, in one text and in the columns of a table."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Dialect, type_coerce
from sqlalchemy import Text as LongText
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from dosar.language.question import Unknown
from dosar.language.text.message import Mistake
from dosar.language.text.spelling import clean_text

MAX_OWN_WORDS = 500
OWN_WORDS_MARK = ": "


class SeveralCodes(TypeDecorator[list[str]]):
    """Several codes in one text, in which ``column.contains(code)`` finds one."""

    impl = LongText
    cache_ok = True
    any_order: ClassVar[bool]
    """Whether their order says nothing."""

    class Comparator(TypeDecorator.Comparator[Any]):
        """Looks for whole codes."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Whether the text holds a code."""
            if op is operators.contains_op:
                kind: Any = self.type
                return type_coerce(self.expr, LongText).contains(kind.as_held(other[0]), autoescape=True)
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator

    def as_held(self, code: str) -> str:
        """The code as it stands in such a text."""
        raise NotImplementedError


class CodeList(SeveralCodes):
    """Codes as ``|food|rent|``, so that one is found with ``LIKE '%|food|%'``."""

    cache_ok = True
    any_order: ClassVar[bool] = True

    def as_held(self, code: str) -> str:
        return f"|{code}|"

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return f"|{'|'.join(value)}|" if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return value.strip("|").split("|") if value else None


class TextList(SeveralCodes):
    """Texts in order, as JSON."""

    cache_ok = True
    any_order: ClassVar[bool] = False

    def as_held(self, code: str) -> str:
        return json.dumps(code, ensure_ascii=False)

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return json.dumps(value, ensure_ascii=False) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return json.loads(value) if value else None


def code_in_answer(answer: str) -> str:
    """The code of an answer, without words of one's own."""
    return answer.partition(OWN_WORDS_MARK)[0]


def own_words_in(answer: str) -> str:
    return answer.partition(OWN_WORDS_MARK)[2]


def code_with_words(code: str, words: str | None) -> str:
    return f"{code}{OWN_WORDS_MARK}{words}" if words else code


def recode_answer(answer: str, renamed: Mapping[str, str]) -> str:
    code = code_in_answer(answer)
    return code_with_words(renamed.get(code, code), own_words_in(answer))


def codes_and_words(answers: Iterable[str]) -> Sequence[tuple[str, str]]:
    """The code and the words of each choice; a given answer that is no value has neither."""
    return [(code_in_answer(answer), own_words_in(answer)) for answer in answers if not isinstance(answer, Unknown)]


def quote_words(words: str) -> str:
    """Words of one's own among codes: in quotation marks, so that no program takes them for codes."""
    return json.dumps(words, ensure_ascii=False)


def to_one_line(text: str) -> str:
    """What somebody wrote beside the choices, on one line of the paper."""
    line = " ".join(clean_text(text).split())
    if len(line) > MAX_OWN_WORDS:
        raise Mistake(
            "The text is too long: %(over)s characters over the limit of %(limit)s. Shorten it.",
            over=len(line) - MAX_OWN_WORDS,
            limit=MAX_OWN_WORDS,
        )
    return line
