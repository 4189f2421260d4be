"""The languages that Dosar speaks, and its own words in each: the folder ``translations``.

A language is a folder with a ``messages.po``; a wording is the same for one country, ``ro_MD``. Its header may say
where the language stands among the others (``X-Dosar-Place``): the first one is spoken where nobody chose any, the last
one is that of the sentences themselves.
"""

import re
from functools import cache, lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

from dosar.language.text.catalogs import refresh_catalogs

PACKAGE_FOLDER = Path(__file__).parents[2]
PLACES = {"first": 0, "last": 2}
PLACE = re.compile(r'^"X-Dosar-Place: (\w+)\\n"$', re.MULTILINE)
HEADER_LENGTH = 2000
MOST_PLURALS = 6
"""No language has more."""


@cache
def translations_folder() -> Path:
    """Inside the code when installed; at the top of a checkout, where changed texts are compiled first."""
    inside = PACKAGE_FOLDER / "_translations"
    if inside.is_dir():
        return inside
    folder = PACKAGE_FOLDER.parents[1] / "translations"
    refresh_catalogs(folder)
    return folder


def _po_file(folder: str) -> Path:
    return translations_folder() / folder / "LC_MESSAGES" / "messages.po"


def _folders() -> list[str]:
    """``en``, ``ro``, ``ro_MD``."""
    return sorted(file.parents[1].name for file in translations_folder().glob("*/LC_MESSAGES/messages.po"))


def _place_of(folder: str) -> tuple[int, str]:
    with _po_file(folder).open(encoding="utf-8") as po:
        found = PLACE.search(po.read(HEADER_LENGTH))
    return PLACES.get(found[1], 1) if found else 1, folder


LANGUAGES = tuple(sorted((folder for folder in _folders() if "_" not in folder), key=_place_of))
"""The languages of forms and pages, by their codes: the one spoken where nobody chose any stands first."""
WORDINGS = tuple(folder.replace("_", "-") for folder in _folders() if "_" in folder)
"""What single countries say differently: ``ro-MD``."""


@lru_cache(maxsize=4096)
def translated_word(text: str, language: str) -> str:
    """A sentence of Dosar's own in a language or wording; what a country does not say differently is its language's."""
    return own_texts(language).gettext(text) if text else text


@lru_cache(maxsize=1024)
def in_every_language(text: str) -> dict[str, str]:
    """A sentence of Dosar's own as a text of the forms: in each language."""
    words = {language: translated_word(text, language) for language in LANGUAGES}
    apart = {wording: translated_word(text, wording) for wording in WORDINGS}
    return words | {wording: word for wording, word in apart.items() if word != words.get(wording.partition("-")[0])}


def translated_words(language: str) -> dict[str, str]:
    """Every sentence of Dosar's own, and how this language says it; of a sentence with plurals the first."""
    said: dict[str | tuple[str, int], str] = getattr(own_texts(language), "_catalog", {})
    return {text: words for text, words in said.items() if isinstance(text, str) and text}


def translated_forms(text: str, language: str) -> tuple[str, ...]:
    """A sentence in a language, in each of its plurals if it counts something."""
    for one in dict.fromkeys((language, language.partition("-")[0])):
        said: dict[str | tuple[str, int], str] = getattr(own_texts(one), "_catalog", {})
        plurals = (said.get((text, number), "") for number in range(MOST_PLURALS))
        if forms := tuple(filter(None, (said.get(text, ""), *plurals))):
            return forms
    return (text,)


@cache
def own_texts(language: str) -> NullTranslations:
    """Dosar's own sentences in a language or wording, for who says many of them: outside of requests too."""
    return translation("messages", translations_folder(), [language.replace("-", "_")], fallback=True)


def language_title(code: str) -> str:
    """What the language is called in the sentences' own: ``Romanian``."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code, sep="-").english_name or code
    except UnknownLocaleError:
        return code
