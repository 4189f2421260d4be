"""Columns whose values lie in the database sealed, each by itself: AES-256-GCM under a key of the organisation.

The same bytes on SQLite and on PostgreSQL, so a copy from one to the other copies rows. A value is bound to its
table and column; whoever changes one, or puts it into another column, makes it unreadable. No SQL can compare or
sort sealed values: only whether there is one. Who needs more looks at them after reading, or at a blind index
(:mod:`dosar.database.sealing.blind_index`).

The key is that of the database a statement runs on, found by its dialect, of which every engine has one of its own.
"""

import json
from functools import cache, cached_property, lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import JSON, LargeBinary, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeEngine

from dosar.database.sealing.choice_codes import ChoiceCodes
from dosar.database.sealing.key_derivation import derive_key
from dosar.database.sealing.sealed_value import open_by_cipher, seal_by_cipher
from dosar.database.store_errors import StoreError

ENVELOPE_VERSION = b"\x01"
"""How an envelope begins: after it nonce, ciphertext and tag."""
ASKABLE = {operators.is_, operators.is_not}
"""What SQL may be asked of a sealed column."""

CHOICE_PURPOSES = ("choices/authentication", "choices/encryption")
KEPT_CHOICES = 8_192
KEPT_OPEN = 100_000
"""So many values that put lists in order stay open in memory: not every list opens all of them anew."""


class SealingKeys:
    """The keys of one organisation's sealed columns, each made once from its data key."""

    def __init__(self, data_key: bytes) -> None:
        @cache
        def key(purpose: str) -> bytes:
            return derive_key(data_key, purpose)

        @cache
        def cipher(purpose: str) -> AESGCM:
            return AESGCM(key(purpose))

        @lru_cache(KEPT_OPEN)
        def open_kept(kind: SealedColumn, envelope: bytes) -> Any:
            return kind.open(envelope, cipher(kind.purpose))

        self.key = key
        self.cipher = cipher
        self.open_kept = open_kept
        """Opens a value of this type as reading it does, and keeps what it found in memory until the keys go."""

        @lru_cache(KEPT_CHOICES)
        def read_kept(kind: KeyedColumn, lying: str) -> Any:
            return kind.read(lying, self.choices)

        self.read_kept = read_kept
        """Reads what lies in a column of choices of this type, and keeps it in memory likewise."""

    @cached_property
    def choices(self) -> ChoiceCodes:
        """The codes of answers by choosing; AES-SIV takes two keys."""
        return ChoiceCodes(self.key(CHOICE_PURPOSES[0]) + self.key(CHOICE_PURPOSES[1]))


_keys: WeakKeyDictionary[Dialect, SealingKeys] = WeakKeyDictionary()


def let_seal(dialect: Dialect, data_key: bytes) -> None:
    """From now on statements of the engine with this dialect seal and open by keys of the ``data_key``."""
    _keys[dialect] = SealingKeys(data_key)


def forget_keys(dialect: Dialect) -> None:
    """The engine with this dialect is used no more."""
    _keys.pop(dialect, None)


def sealing_keys(dialect: Dialect) -> SealingKeys:
    """The keys of the engine with this dialect."""
    found = _keys.get(dialect)
    if found is None:
        raise RuntimeError("The data key is read when the database is made ready (open_forms).")
    return found


def purpose_key(dialect: Dialect, purpose: str) -> bytes:
    """The organisation's key for one purpose, of the engine with this dialect."""
    return sealing_keys(dialect).key(purpose)


def value_changed(place: str) -> StoreError:
    """What is told of a value that Dosar did not put into this place."""
    return StoreError(
        "A value in %(place)s was changed in the database and is not shown. Tell your administrator: the last "
        "back-up may have it whole.",
        place=place,
    )


class KeyedColumn(TypeDecorator[Any]):
    """The type of a column whose values only the organisation's key makes, and which are copied as they lie."""

    impl = LargeBinary
    cache_ok = True
    plain: TypeEngine[Any]
    """What the column was in earlier versions, in clear."""
    lies_as: TypeEngine[Any] = LargeBinary()
    """As what its values are copied."""

    def read(self, lying: str, codes: ChoiceCodes) -> Any:
        """What lies there as codes of choices."""
        raise NotImplementedError


class SealedColumn(KeyedColumn):
    """The type of a sealed column; ``place`` is ``table.column`` for good, even where one of them gets another name."""

    cache_ok = True

    class Comparator(TypeDecorator.Comparator[Any]):
        """Lets nobody compare or sort what is sealed: the answer would be wrong, without a word."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            """Whether there is a value, and nothing else."""
            if op not in ASKABLE:
                raise TypeError(f"A sealed column is not compared or sorted in SQL ({self.expr}).")
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator

    def __init__(self, purpose: str, place: str) -> None:
        super().__init__()
        self.purpose = purpose
        self.place = place
        self.beginning = ENVELOPE_VERSION
        """How the envelopes of this column begin."""
        self.bound_to = place.encode()
        """What they open with alone."""

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """The envelope."""
        if value is None:
            return None
        return self.seal(self.to_bytes(value), dialect)

    def seal(self, content: bytes, dialect: Dialect) -> bytes:
        """The envelope of a value that is bytes already."""
        return self.beginning + seal_by_cipher(self._cipher(dialect), content, self.bound_to)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """What is in it. Raises :class:`StoreError` where it was changed."""
        return None if value is None else self.open(value, self._cipher(dialect))

    def open(self, envelope: bytes, cipher: AESGCM) -> Any:
        """What is in the envelope. Raises :class:`StoreError` where it was changed."""
        try:
            if envelope[: len(self.beginning)] != self.beginning:
                raise InvalidTag
            opened = open_by_cipher(cipher, envelope[len(self.beginning) :], self.bound_to)
        except (InvalidTag, ValueError):
            raise value_changed(self.place) from None
        return self.from_bytes(opened)

    def _cipher(self, dialect: Dialect) -> AESGCM:
        return sealing_keys(dialect).cipher(self.purpose)

    def to_bytes(self, value: Any) -> bytes:
        """What is put into the envelope."""
        raise NotImplementedError

    def from_bytes(self, opened: bytes) -> Any:
        """The opposite."""
        raise NotImplementedError


class SealedText(SealedColumn):
    """A sealed text."""

    plain = Text()
    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        """The text in UTF-8."""
        return str(value).encode()

    def from_bytes(self, opened: bytes) -> str:
        """The text."""
        return opened.decode()


class SealedJson(SealedColumn):
    """A sealed JSON value."""

    plain = JSON()
    cache_ok = True

    def to_bytes(self, value: Any) -> bytes:
        """The value as JSON in UTF-8."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    def from_bytes(self, opened: bytes) -> Any:
        """The value."""
        return json.loads(opened)
