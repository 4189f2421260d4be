"""How a language writes numbers, dates and names: Babel's knowledge, looked up once."""

from functools import cache

from babel import Locale


@cache
def locale_of(language: str) -> Locale:
    """The Babel locale of a language as the reader's settings name it (``ro``, ``ro-MD``)."""
    return Locale.parse(language, sep="-")


def language_of(locale: Locale) -> str:
    """The language as the reader's settings name it. A locale as text is another name: ``ro_MD``."""
    return "-".join(filter(None, (locale.language, locale.territory)))
