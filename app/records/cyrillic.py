"""Cyrillic words as Romanian writes them: *Штефан* and *Ștefан* are one name.

Russian and the Moldovan spelling used until 1989 are read by one table. What a letter sounds like
depends on the next one, as in Romanian: *ч* is *c* before e and i, *ci* elsewhere.
"""

import re
import unicodedata

LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "io", "ж": "j", "ӂ": "g", "з": "z",
    "и": "i", "й": "i", "к": "c", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s",
    "т": "t", "у": "u", "ф": "f", "х": "h", "ц": "ț", "ч": "ci", "ш": "ș", "щ": "șc", "ъ": "", "ы": "î",
    "ь": "", "э": "ă", "ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "ie", "ґ": "g",
}
BEFORE_E_OR_I = {"г": "gh", "к": "ch", "ч": "c", "дж": "g"}
RULES = [
    *((re.compile(letters + "(?=[еиіїє])"), latin) for letters, latin in BEFORE_E_OR_I.items()),
    (re.compile("дж"), "gi"),
    (re.compile("кс"), "x"),
    (re.compile(r"\bэ"), "e"),
]
CYRILLIC = re.compile("[\u0400-\u04ff]")
SIGN_HEARD = re.compile("[ьъЬЪ](?=[еЕ])")
_TABLE = str.maketrans(LETTERS)


def romanised(text: str) -> str:
    """The text (small letters) with its Cyrillic words in Romanian spelling."""
    if not CYRILLIC.search(text):
        return text
    for pattern, latin in RULES:
        text = pattern.sub(latin, text)
    return text.translate(_TABLE)


def readings(word: str) -> tuple[str, ...]:
    """The ways a Cyrillic word is read: *ё* is often written *е*, and a sign before *е* may be heard.

    So *Фёдор* is *Федор*, and *Арсеньев* both *Arsenev* and *Arseniev*.
    """
    if not CYRILLIC.search(word):
        return (word,)
    word = unicodedata.normalize("NFC", word)
    plain = word.replace("ё", "е").replace("Ё", "Е")
    return tuple(dict.fromkeys((word, plain, SIGN_HEARD.sub("и", plain))))


def soft_ended(word: str) -> str:
    """The word with the last soft sign heard, as Moldovan writes it: *Хынчешть*, Hîncești."""
    return f"{word[:-1]}и" if word.endswith("ь") else word
