"""The answer of a choice that asks for words: its code and the words, in one text and in the columns of a table."""

import json
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Dialect
from sqlalchemy import Text as LongText
from sqlalchemy.types import TypeDecorator

from dosar.language.question import Unknown
from dosar.language.text.message import Mistake
from dosar.language.text.spelling import clean_text

MAX_OWN_WORDS = 500
OWN_WORDS_MARK = ": "


class CodeList(TypeDecorator[list[str]]):
    """Codes as ``|food|rent|``, so that one is found with ``LIKE '%|food|%'``."""

    impl = LongText
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> str | None:
        return f"|{'|'.join(value)}|" if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> list[str] | None:
        return value.strip("|").split("|") if value else None


class TextList(TypeDecorator[list[str]]):
    """Texts in order, as JSON."""

    impl = LongText
    cache_ok = True

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
