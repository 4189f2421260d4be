"""The order of the alphabets of all languages, in which the words of others keep their place too."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from dosar.language.text.message import msgid
from dosar.language.text.translations import LANGUAGES, translated_word

CEDILLA_TO_COMMA = str.maketrans("şţŞŢ", "șțȘȚ")
UNDECOMPOSED_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"}
ALPHABET = msgid("a b c d e f g h i j k l m n o p q r s t u v w x y z")
"""The letters in their order; the translation into a language is its own alphabet."""
PAST_Z, PAST_EVERY_LETTER = "~", "\uf8ff"
_LATIN_LETTERS = str.maketrans(UNDECOMPOSED_LETTERS)


@cache
def alphabets() -> Sequence[Sequence[str]]:
    """The alphabet of each language, the one spoken where nobody chose any first."""
    return [translated_word(ALPHABET, language).split() for language in LANGUAGES]


@cache
def sorted_after() -> dict[str, str]:
    """A letter of its own comes after every word of the letter before it: ``ă`` is ``a~``, and ``~`` is past ``z``.

    Where two languages have a letter in different places, the first language counts.
    """
    return {letter: key for alphabet in reversed(alphabets()) for letter, key in _keys_after(alphabet)}


def _keys_after(alphabet: Sequence[str]) -> Iterator[tuple[str, str]]:
    in_order, last, further = _longest_in_order(alphabet), "", 0
    for letter in alphabet:
        if letter in in_order:
            last, further = letter, 0
        elif last:
            further += 1
            yield letter, last + (PAST_Z if last.isascii() else PAST_EVERY_LETTER) * further


def _longest_in_order(alphabet: Sequence[str]) -> set[str]:
    """The most letters whose code points stand in the order of the alphabet, unless they are drawn from others."""
    best: list[list[str]] = []
    for letter in alphabet:
        if len(letter) == 1 and strip_marks(letter) == letter:
            before: list[str] = max((ordered for ordered in best if ordered[-1] < letter), key=len, default=[])
            best.append([*before, letter])
    longest: list[str] = max(best, key=len, default=[])
    return set(longest)


@lru_cache(maxsize=4096)
def sort_key(text: str) -> str:
    """What sorts by code points as the text sorts in its alphabet: a ă â b … i î … s ș t ț."""
    after = sorted_after()
    letters = unicodedata.normalize("NFC", text).translate(CEDILLA_TO_COMMA).lower().translate(_LATIN_LETTERS)
    return strip_marks("".join(after.get(letter, letter) for letter in letters))


def strip_marks(text: str) -> str:
    """The text without marks over and under its letters."""
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))
