"""The columns in which the answers of a question lie: words of somebody's own sealed, each by itself, and what was
chosen as codes where it is sensitive (:mod:`dosar.database.sealing.sealed_choices`).

Sealed are :meth:`dosar.language.question.Question.sealed_columns`, and what puts such words in order. An envelope is
not bound to its table and column, since questions and forms get other names and their columns go along; it opens as an
answer only. What may be asked of it in SQL is whether there is one: lists are put in order by what is read
(:mod:`dosar.records.lists.list_query`), and words are found by their codes (:mod:`dosar.records.finding.search`).
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Dialect, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine, to_instance

from dosar.database.sealing.sealed_choices import ChoiceAsItLies, SealedChoice
from dosar.database.sealing.sealed_columns import SealedColumn
from dosar.database.text.stored_texts import value_from_text
from dosar.language.question import Question

ANSWER_PURPOSE = "answers"
ANSWER_PLACE = "answer"
UNKNOWN_LENGTH = 16
CHOSEN = "chosen"
"""The mark of a column (``Column.info``) in which a choice lies, as a code or in clear."""


class StoredBytes(LargeBinary):
    """Bytes as the database gives them, and the text that stands there until the start that seals it."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """None: both drivers give bytes."""
        return None


class SealedAnswer(SealedColumn):
    """The type of a column of answers that lie sealed; ``plain`` is what it would be in clear."""

    impl = StoredBytes
    cache_ok = True

    def __init__(self, plain: TypeEngine[Any]) -> None:
        super().__init__(ANSWER_PURPOSE, ANSWER_PLACE)
        self.plain = plain

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """The envelope of the text that the plain column would hold."""
        if isinstance(self.plain, TypeDecorator):
            value = self.plain.process_bind_param(value, dialect)
        return super().process_bind_param(value, dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """What is in it. What a look at a database of before format 14 finds lies there in clear, as a text."""
        if isinstance(value, str):
            return value_from_text(self.plain, value)
        return super().process_result_value(value, dialect)

    def to_bytes(self, value: Any) -> bytes:
        """The stored text in UTF-8."""
        return str(value).encode()

    def from_bytes(self, opened: bytes) -> Any:
        """The value that the plain column has by this text."""
        return value_from_text(self.plain, opened.decode())


def answer_columns(question: Question, table: str) -> list[Column[Any]]:
    """The columns of this question's answer in the table; never NOT NULL, a sheet may be half filled."""
    return [*_value_columns(question, table), *_rest_columns(question)]


def readable_columns(question: Question) -> list[Column[Any]]:
    """The same columns as an upgrade reads them: choices of whichever place, as codes or still in clear."""
    return [*_value_columns(question, None), *_rest_columns(question)]


def choice_type(question: Question, table: str, plain: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a column of choices: of codes where the answer asks for a clearance, else what it is in clear."""
    return SealedChoice(plain, f"{table}.{question.name}") if question.clearances else plain


def _value_columns(question: Question, table: str | None) -> Iterator[Column[Any]]:
    sealed, chosen = {*question.sealed_columns()}, {*question.choice_columns()}
    for name, kind in question.column_types().items():
        plain = to_instance(kind)
        if name in chosen:
            made = ChoiceAsItLies(plain) if table is None else choice_type(question, table, plain)
            yield Column(name, made, nullable=True, info={CHOSEN: True})
        else:
            yield Column(name, SealedAnswer(plain) if name in sealed else kind, nullable=True)


def _rest_columns(question: Question) -> Iterator[Column[Any]]:
    for name in question.column_names()[len(question.column_types()) :]:
        yield Column(name, String(UNKNOWN_LENGTH), nullable=True)
