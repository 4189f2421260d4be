"""A text as names are looked for in it: letters without marks, one kind of hyphen, nothing that nobody sees.

Every sign of it knows where it came from, so that what is found is taken out of the text as it was written.
"""

import unicodedata
from functools import lru_cache
from typing import Any

from dosar.language.text.characters import HYPHENS, INVISIBLE_CHARACTERS


class PlainText:
    """The plain signs of a text, and the place of each in it."""

    def __init__(self, text: str) -> None:
        self.places: range | list[int] = range(len(text) + 1)
        self.signs = text
        if text.isascii():
            return
        plain: dict[str, Any] = {letter: _plain_sign(letter) for letter in set(text)}
        if all(plain.values()):
            self.signs = text.translate(str.maketrans(plain))
        else:
            kept = [(place, sign) for place, letter in enumerate(text) if (sign := plain[letter])]
            self.places = [*(place for place, _ in kept), len(text)]
            self.signs = "".join(sign for _, sign in kept)

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """Where signs found from ``begin`` to ``end`` stand in the text itself, with the marks after them."""
        return self.places[begin], self.places[end]


@lru_cache(maxsize=2048)
def _plain_sign(letter: str) -> str:
    """One sign, or nothing; letters of other alphabets stay, since they are read together."""
    if letter in HYPHENS or unicodedata.category(letter) == "Pd":
        return "-"
    if INVISIBLE_CHARACTERS.match(letter) or unicodedata.category(letter) in ("Mn", "Cf"):
        return ""
    first, *marks = list(unicodedata.normalize("NFKD", letter))
    return first if first.isascii() and all(map(unicodedata.combining, marks)) else letter
