"""The languages that Dosar speaks, and its own words in each: the folder ``translations``.

A language is a folder with a ``messages.po``; a wording is the same for one country, ``ro_MD``. Its header may say
where the language stands among the others (``X-Dosar-Place``): the first one is spoken where nobody chose any, the last
one is that of the sentences themselves.
"""

import re
from functools import lru_cache
from pathlib import Path

PACKAGE_FOLDER = Path(__file__).parents[2]
PLACES = {"first": 0, "last": 2}
PLACE = re.compile(r'^"X-Dosar-Place: (\w+)\\n"$', re.MULTILINE)
HEADER_LENGTH = 2000


def translations_folder() -> Path:
    """Inside the code when installed, at the top of a checkout."""
    inside = PACKAGE_FOLDER / "_translations"
    return inside if inside.is_dir() else PACKAGE_FOLDER.parents[1] / "translations"


def _po_file(folder: str) -> Path:
    return translations_folder() / folder / "LC_MESSAGES" / "messages.po"


def _folders() -> list[str]:
    """``en``, ``ro``, ``ro_MD``."""
    return sorted(file.parents[1].name for file in translations_folder().glob("*/LC_MESSAGES/messages.po"))


def _place_of(folder: str) -> tuple[int, str]:
    with _po_file(folder).open(encoding="utf-8") as po:
        found = PLACE.search(po.read(HEADER_LENGTH))
    return PLACES.get(found[1], 1) if found else 1, folder


LANGUAGES = tuple(sorted((one for one in _folders() if "_" not in one), key=_place_of))
"""The languages of forms and pages, by their codes: the one spoken where nobody chose any stands first."""
WORDINGS = tuple(one.replace("_", "-") for one in _folders() if "_" in one)
"""What single countries say differently: ``ro-MD``."""


@lru_cache(maxsize=4096)
def translated_word(text: str, language: str) -> str:
    """A sentence of Dosar's own in a language or wording; what a country does not say differently is its language's."""
    own = _catalogue(language.replace("-", "_")).get(text)
    return own or _catalogue(language.partition("-")[0]).get(text) or text


@lru_cache(maxsize=1024)
def in_every_language(text: str) -> dict[str, str]:
    """A sentence of Dosar's own as a text of the forms: in each language."""
    words = {language: translated_word(text, language) for language in LANGUAGES}
    apart = {wording: translated_word(text, wording) for wording in WORDINGS}
    return words | {one: said for one, said in apart.items() if said != words.get(one.partition("-")[0])}


@lru_cache
def _catalogue(folder: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    file = _po_file(folder)
    if not file.exists():
        return {}
    with file.open("rb") as po:
        return {
            one.id: one.string
            for one in read_po(po)
            if isinstance(one.id, str) and one.id and isinstance(one.string, str)
        }


def language_title(code: str) -> str:
    """What the language is called in the sentences' own: ``Romanian``."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(code, sep="-").english_name or code
    except UnknownLocaleError:
        return code
