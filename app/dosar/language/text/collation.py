"""The order of the Romanian alphabet, in which words of other languages keep their place too."""

import unicodedata
from functools import lru_cache

CEDILLA_LETTERS = str.maketrans("şţŞŢ", "șțȘȚ")
UNDECOMPOSED_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"}
SORTED_AFTER = {"ă": "a~", "â": "a~~", "î": "i~", "ș": "s~", "ț": "t~"}
"""A letter of its own comes after every word of the letter it is drawn from: "~" is past "z"."""
_LATIN_LETTERS = str.maketrans(UNDECOMPOSED_LETTERS)


@lru_cache(maxsize=4096)
def sort_key(text: str) -> str:
    """What sorts by code points as the text sorts in the Romanian alphabet: a ă â b … i î … s ș t ț."""
    letters = unicodedata.normalize("NFC", text).translate(CEDILLA_LETTERS).lower().translate(_LATIN_LETTERS)
    return strip_marks("".join(SORTED_AFTER.get(letter, letter) for letter in letters))


def strip_marks(text: str) -> str:
    """The text without marks over and under its letters."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))
