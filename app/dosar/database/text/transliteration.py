"""Cyrillic words as Romanian writes them: *Штефан* and *Ștefан* are one name.

Russian and the Moldovan spelling used until 1989 are read by one table. What a letter sounds like
depends on the next one, as in Romanian: *ч* is *c* before e and i, *ci* elsewhere.
"""

import re
import unicodedata

LATIN_BY_CYRILLIC = {
    "а": "a",
    "б": "b",
    "в": "v",
    "г": "g",
    "д": "d",
    "е": "e",
    "ё": "io",
    "ж": "j",
    "ӂ": "g",
    "з": "z",
    "и": "i",
    "й": "i",
    "к": "c",
    "л": "l",
    "м": "m",
    "н": "n",
    "о": "o",
    "п": "p",
    "р": "r",
    "с": "s",
    "т": "t",
    "у": "u",
    "ф": "f",
    "х": "h",
    "ц": "ț",
    "ч": "ci",
    "ш": "ș",
    "щ": "șc",
    "ъ": "",
    "ы": "î",
    "ь": "",
    "э": "ă",
    "ю": "iu",
    "я": "ia",
    "і": "i",
    "ї": "i",
    "є": "ie",
    "ґ": "g",
}
BEFORE_E_OR_I = {"г": "gh", "к": "ch", "ч": "c", "дж": "g"}
SPELLING_RULES = [
    *((re.compile(letters + "(?=[еиіїє])"), latin) for letters, latin in BEFORE_E_OR_I.items()),
    (re.compile("дж"), "gi"),
    (re.compile("кс"), "x"),
    (re.compile(r"\bэ"), "e"),
]
CYRILLIC_LETTER = re.compile("[\u0400-\u04ff]")
SIGN_HEARD = re.compile("[ьъЬЪ](?=[еЕ])")
_LATIN_TABLE = str.maketrans(LATIN_BY_CYRILLIC)


def romanise_words(text: str) -> str:
    """The text (small letters) with its Cyrillic words in Romanian spelling."""
    if not CYRILLIC_LETTER.search(text):
        return text
    for pattern, latin in SPELLING_RULES:
        text = pattern.sub(latin, text)
    return text.translate(_LATIN_TABLE)


def cyrillic_readings(word: str) -> tuple[str, ...]:
    """The ways a Cyrillic word is read: *ё* is often written *е*, and a sign before *е* may be heard.

    So *Фёдор* is *Федор*, and *Арсеньев* both *Arsenev* and *Arseniev*.
    """
    if not CYRILLIC_LETTER.search(word):
        return (word,)
    word = unicodedata.normalize("NFC", word)
    plain = word.replace("ё", "е").replace("Ё", "Е")
    return tuple(dict.fromkeys((word, plain, SIGN_HEARD.sub("и", plain))))


def with_soft_ending(word: str) -> str:
    """The word with the last soft sign heard, as Moldovan writes it: *Хынчешть*, Hîncești."""
    return f"{word[:-1]}и" if word.endswith("ь") else word
