"""The languages of the interface, as those who speak them call them, and the cookie that remembers a choice."""

from dosar.language.text.locales import locale_of
from dosar.language.text.translations import LANGUAGES


def capitalised(words: str) -> str:
    """The words with a capital first letter, and the rest as it is: *Română (Republica Moldova)*."""
    return words[:1].upper() + words[1:]


LANGUAGE_NAMES = {code: capitalised(locale_of(code).get_display_name() or code) for code in LANGUAGES}
"""What those who speak a language call it."""
DEFAULT_LANGUAGE = LANGUAGES[0]
LANGUAGE_COOKIE = "language"
YEAR_IN_SECONDS = 365 * 24 * 3600
