"""The columns in which the answers of a question lie: words of somebody's own sealed, each by itself, and what was
chosen as codes where it is sensitive (:mod:`dosar.database.sealing.sealed_choices`).

Sealed are :meth:`dosar.language.question.Question.sealed_columns`, and what puts such words in order. An envelope is
bound to its table and column, and begins with the mark of both; where a question or form gets another name, an upgrade
seals its answers anew (:mod:`dosar.migrations.convert.bound_answers`). What may be asked of it in SQL is whether there
is one: lists are put in order by what is read (:mod:`dosar.records.lists.list_query`), and words are found by their
codes (:mod:`dosar.records.finding.search`).
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, Dialect, LargeBinary, String
from sqlalchemy.types import TypeDecorator, TypeEngine, to_instance

from dosar.database.sealing.sealed_choices import ChoiceAsItLies, SealedChoice
from dosar.database.sealing.sealed_columns import ENVELOPE_VERSION, SealedColumn, sealing_keys, value_changed
from dosar.database.sealing.sealed_value import PLACE_BYTES, open_by_cipher, place_digest
from dosar.database.text.stored_texts import text_reader, value_from_text
from dosar.language.question import Question

ANSWER_PURPOSE = "answers"
ANSWER_PLACE = "answer"
"""To what an envelope of before format 16 is bound, instead of its column."""
BOUND_VERSION = b"\x02"
"""How an envelope begins that is bound to its column: after it the mark of the place, nonce, ciphertext and tag."""
BEGINNING_BYTES = len(BOUND_VERSION) + PLACE_BYTES
UNKNOWN_TYPE = String(16)
OWN_NAMES: Mapping[str, str] = MappingProxyType({})
TypeOf = Callable[[str, TypeEngine[Any]], TypeEngine[Any]]
"""The type of a column by its name and what it would be in clear."""
CHOSEN = "chosen"
"""The mark of a column (``Column.info``) in which a choice lies, as a code or in clear."""


class StoredBytes(LargeBinary):
    """Bytes as the database gives them, and the text that stands there until the start that seals it."""

    def bind_processor(self, dialect: Dialect) -> None:
        """None: both drivers take bytes."""
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """None: both drivers give bytes."""
        return None


class SealedAnswer(SealedColumn):
    """The type of a column of answers that lie sealed; ``plain`` is what it would be in clear, ``place`` is
    ``table.column``."""

    impl = StoredBytes
    cache_ok = True

    def __init__(self, plain: TypeEngine[Any], place: str) -> None:
        super().__init__(ANSWER_PURPOSE, place)
        self.plain = plain
        self.read_plain = text_reader(plain)(None)
        """Makes the plain column's value of its text."""
        self.beginning = self.bound_to = answer_beginning(place)

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """The envelope of the text that the plain column would hold."""
        if isinstance(self.plain, TypeDecorator):
            value = self.plain.process_bind_param(value, dialect)
        return super().process_bind_param(value, dialect)

    def to_bytes(self, value: Any) -> bytes:
        """The stored text in UTF-8."""
        return str(value).encode()

    def from_bytes(self, opened: bytes) -> Any:
        """The value that the plain column has by this text."""
        return self.read_plain(opened.decode())


class AnswerAsItLies(TypeDecorator[Any]):
    """Reads answers in words whether they lie sealed, of whichever place, or in clear (before format 14); only who
    looks at what an upgrade would do."""

    impl = StoredBytes
    cache_ok = True

    def __init__(self, plain: TypeEngine[Any]) -> None:
        super().__init__()
        self.plain = plain

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Nothing is written without a place."""
        raise TypeError("The envelope of an answer depends on the place of its question.")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The answer."""
        text = value if value is None or isinstance(value, str) else open_answer(value, dialect).decode()
        return value_from_text(self.plain, text)


def answer_beginning(place: str) -> bytes:
    """How the envelopes of the answers in this place (``table.column``) begin."""
    return BOUND_VERSION + place_digest(place)


def open_answer(envelope: bytes, dialect: Dialect) -> bytes:
    """What is in an envelope, of whichever place. Raises :class:`StoreError` where it was changed."""
    if envelope[:1] == ENVELOPE_VERSION:
        beginning, bound_to = ENVELOPE_VERSION, ANSWER_PLACE.encode()
    else:
        beginning = bound_to = envelope[:BEGINNING_BYTES]
    try:
        return open_by_cipher(sealing_keys(dialect).cipher(ANSWER_PURPOSE), envelope[len(beginning) :], bound_to)
    except (InvalidTag, ValueError):
        raise value_changed(ANSWER_PLACE) from None


def answer_columns(question: Question, table: str) -> list[Column[Any]]:
    """The columns of this question's answer in the table; never NOT NULL, a sheet may be half filled."""
    return _columns(question, partial(_bound_to, table), lambda _, plain: choice_type(question, table, plain))


def kept_columns(question: Question, table: str, names: Mapping[str, str] = OWN_NAMES) -> list[Column[Any]]:
    """The same columns as an upgrade reads what it writes elsewhere: what belongs there alone, choices as codes or
    still in clear. ``names`` are those that columns have meanwhile."""
    return _columns(
        question, partial(_bound_to, table), lambda name, plain: ChoiceAsItLies(plain, f"{table}.{name}"), names
    )


def readable_columns(question: Question) -> list[Column[Any]]:
    """The same columns as somebody looks at them who writes nothing: however answers lie, and of whichever place."""
    return _columns(question, lambda _, plain: AnswerAsItLies(plain), lambda _, plain: ChoiceAsItLies(plain))


def choice_type(question: Question, table: str, plain: TypeEngine[Any]) -> TypeEngine[Any]:
    """The type of a column of choices: of codes where the answer asks for a clearance, else what it is in clear."""
    return SealedChoice(plain, f"{table}.{question.name}") if question.clearances else plain


def _bound_to(table: str, name: str, plain: TypeEngine[Any]) -> TypeEngine[Any]:
    return SealedAnswer(plain, f"{table}.{name}")


def _columns(
    question: Question,
    worded: TypeOf,
    chosen: TypeOf,
    names: Mapping[str, str] = OWN_NAMES,
) -> list[Column[Any]]:
    sealed, choices, types = {*question.sealed_columns()}, {*question.choice_columns()}, question.column_types()
    made = []
    for own_name in question.column_names():
        name, plain = names.get(own_name, own_name), to_instance(types.get(own_name, UNKNOWN_TYPE))
        if own_name in choices:
            made.append(Column(name, chosen(name, plain), nullable=True, info={CHOSEN: True}))
        else:
            made.append(Column(name, worded(name, plain) if own_name in sealed else plain, nullable=True))
    return made
