"""Words that are searched for, without the words: for each letter four bytes that only the organisation's key makes.

The bytes of a letter are a keyed hash (BLAKE2b) of the word up to it, so words that begin alike have codes that begin
alike: a search by a prefix stays a range of an index. Whoever has the database alone cannot tell a word from its
code; she sees that two records have a word, or its beginning, in common, and how often each occurs.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any

from sqlalchemy.engine import Dialect

from dosar.database.sealing.sealed_columns import KeyedColumn, purpose_key
from dosar.database.text.collation import code_point_string

SEARCH_PURPOSE = "search-words"
LETTER_BYTES = 4
LAST_CHARACTER = "\U0010ffff"
"""No word that begins with another stands after that one with this letter behind it."""
AFTER_EVERY_LETTER = b"\xff" * 3 * LETTER_BYTES
KEPT_BEGINNINGS, KEPT_WORDS = 65_536, 8_192
"""So many are not hashed anew."""


@lru_cache(KEPT_BEGINNINGS)
def _letter_code(key: bytes, beginning: str) -> bytes:
    return blake2b(beginning.encode(), digest_size=LETTER_BYTES, key=key).digest()


@lru_cache(KEPT_WORDS)
def word_code(key: bytes, word: str) -> bytes:
    """The code of a word."""
    return b"".join(_letter_code(key, word[:end]) for end in range(1, len(word) + 1))


def code_maker(dialect: Dialect) -> Callable[[str], bytes]:
    """Makes the codes of words for the database of the engine with this dialect."""
    return partial(word_code, purpose_key(dialect, SEARCH_PURPOSE))


class BlindWord(KeyedColumn):
    """The type of a column that holds the codes of words: compared with a word, or with what follows all its endings
    (the word and :data:`LAST_CHARACTER`). What is read are codes."""

    plain = code_point_string(64)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """The code of a word; one that is a code already stays."""
        if value is None or isinstance(value, bytes):
            return value
        code = code_maker(dialect)(value.removesuffix(LAST_CHARACTER))
        return code + AFTER_EVERY_LETTER if value.endswith(LAST_CHARACTER) else code
