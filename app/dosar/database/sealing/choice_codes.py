"""Answers by choosing, without the answers: a code for each choice of each question, which only the key makes or reads.

The code of a choice is always the same (AES-SIV, RFC 5297), so the database finds, counts and groups by it; it is
bound to the place of its question, so the same choice of another question has another code. All are equally long,
whatever was chosen. Whoever has the database alone sees which records answer a question alike, and how many do.
"""

from base64 import b64decode, b64encode
from binascii import Error
from functools import cache, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from dosar.database.sealing.sealed_value import place_digest

CODE_MARK = "~"
"""How every code begins; no choice in clear does."""
LONGEST_CHOICE = 48
"""Shorter ones are filled up to as many bytes: no code tells how long its choice is."""
YES, NO = b"\x01", b"\x02"
ORDER_LETTERS = 8
"""So many behind the mark tell the codes of one question apart: where they stand in a list, shorter texts are searched.
"""
KEPT_CODES = 4_096
"""So many are not made or opened anew."""

ChoiceValue = str | bool
"""The code of a list, or yes and no."""


@cache
def place_mark(place: str) -> str:
    """How the codes of the question in this place (``table.column``) begin."""
    return CODE_MARK + b64encode(place_digest(place)).decode()


def apart(code: str) -> str:
    """What tells a code from others of its place."""
    return code[len(place_mark("")) :][:ORDER_LETTERS]


class ChoiceCodes:
    """Makes and opens the codes of one organisation."""

    def __init__(self, key: bytes) -> None:
        cipher = AESSIV(key)

        @lru_cache(KEPT_CODES)
        def code(place: str, value: ChoiceValue) -> str:
            mark = place_mark(place)
            sealed = cipher.encrypt(_filled(value), [mark.encode()])
            return mark + b64encode(sealed).decode().rstrip("=")

        @lru_cache(KEPT_CODES)
        def opened(code: str) -> ChoiceValue:
            mark, text = code[: len(place_mark(""))], code[len(place_mark("")) :]
            try:
                sealed = b64decode(text + "=" * (-len(text) % 4), validate=True)
            except (Error, ValueError):
                raise InvalidTag from None
            return _emptied(cipher.decrypt(sealed, [mark.encode()]))

        self.code = code
        """The code of a choice in this place."""
        self.opened = opened
        """The choice that a code stands for, of whichever place. Raises :class:`InvalidTag` for any other text."""


def _filled(value: ChoiceValue) -> bytes:
    written = (YES if value else NO) if isinstance(value, bool) else value.encode()
    return written.ljust(max(1, -(-len(written) // LONGEST_CHOICE)) * LONGEST_CHOICE, b"\0")


def _emptied(filled: bytes) -> ChoiceValue:
    written = filled.rstrip(b"\0")
    return written == YES if written in (YES, NO) else written.decode()
