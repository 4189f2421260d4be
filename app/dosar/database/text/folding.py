"""How words are compared: blind to capitals, diacritics and spelling for searching, by the Romanian
alphabet for sorting.

Searching follows one rule. The index keeps every form of :func:`word_variants`, as written and as
:func:`word_as_heard`; what a person types goes through :func:`fold_text`, as written or as heard. So *Hîncești*,
*Hâncești*, *hincesti* and *HANCESTI* find one another, *Олеся* finds *Olesea* and *Olesya*, while
*romana* still finds *română*.
"""

import re
import unicodedata
from itertools import product

from dosar.database.text.transliteration import cyrillic_readings, romanise_words, with_soft_ending
from dosar.language.text.characters import unify_punctuation
from dosar.language.text.collation import UNDECOMPOSED_LETTERS, strip_marks

MAX_OPEN_VARIANTS = 4
"""A word with more â and î than this is a typing mistake; it is not read in every way."""
_LATIN_LETTERS = str.maketrans(UNDECOMPOSED_LETTERS)
SOUND_ALIKES = [
    (re.compile(written), sound)
    for written, sound in (
        (r"w", "v"),
        (r"zh", "j"),
        (r"sh", "s"),
        (r"t[sz]", "t"),
        (r"y", "i"),
        (r"k(?=[ei])", "ch"),
        (r"k", "c"),
        (r"cs", "x"),
        (r"([b-df-hj-np-tv-z])\1+", r"\1"),
        (r"i+", "i"),
        (r"ea", "ia"),
        (r"eo", "io"),
        (r"(?<=[aou])ie", "e"),
        (r"['\"]", ""),
    )
]
"""How foreign and Romanian spellings of one name are made one: *Olesya*, *Olesea*; *Kirill*, *Chiril*; *Ol'ga*."""
FIRST_LETTERS = 3
SHORTEST_MISSPELLED = 5
MISSPELLED_MARK = "~"
"""Before a word that lacks one of its first letters, in the index."""


def fold_text(text: str) -> str:
    """The text without capitals, marks and Cyrillic letters: "Țîrcă" → "tirca"."""
    letters = unicodedata.normalize("NFC", unify_punctuation(text)).casefold()
    return strip_marks(romanise_words(letters).translate(_LATIN_LETTERS))


def word_as_heard(folded: str) -> str:
    """A folded word as it sounds, for comparing names spelled in different ways."""
    for written, sound in SOUND_ALIKES:
        folded = written.sub(sound, folded)
    return folded


def misspelled_forms(heard_word: str) -> tuple[str, ...]:
    """The word without each of its first letters: two words that differ in one of them have such a form in common.

    None for short words, and for numbers.
    """
    if len(heard_word) < SHORTEST_MISSPELLED or not heard_word.isalpha():
        return ()
    return tuple(
        dict.fromkeys(
            f"{MISSPELLED_MARK}{heard_word[:position]}{heard_word[position + 1 :]}" for position in range(FIRST_LETTERS)
        )
    )


def near_misses(heard_word: str) -> tuple[str, ...]:
    """What stands in the index for a word with one letter wrong, too many or too few at its beginning."""
    forms = misspelled_forms(heard_word)
    return (
        (*forms, *(form.removeprefix(MISSPELLED_MARK) for form in forms), MISSPELLED_MARK + heard_word) if forms else ()
    )


def word_variants(word: str) -> tuple[str, ...]:
    """Every folded form a word is found by, its own first."""
    return tuple(dict.fromkeys(form for read in cyrillic_readings(word) for form in _spelled_forms(read)))


def _spelled_forms(word: str) -> tuple[str, ...]:
    """The folded forms of a word in every spelling.

    Until 1993, and in Moldova until 2016, the sound was written î; since then â inside a word and î at
    its ends. An â or î inside is therefore read both as a and as i.
    """
    letters = romanise_words(with_soft_ending(unicodedata.normalize("NFC", unify_punctuation(word).strip()).casefold()))
    inside = [position for position in range(1, len(letters) - 1) if letters[position] in "âî"]
    if not inside or len(inside) > MAX_OPEN_VARIANTS:
        return (fold_text(letters),)
    forms = [fold_text(letters)]
    for read in product("ai", repeat=len(inside)):
        spelled = list(letters)
        for position, letter in zip(inside, read, strict=True):
            spelled[position] = letter
        forms.append(fold_text("".join(spelled)))
    return tuple(dict.fromkeys(forms))
