"""The interface's texts in a language, outside of requests too.

What the forms say is not here: their texts stand in the forms, in every language.
"""

from functools import lru_cache
from gettext import NullTranslations, translation
from pathlib import Path

from babel.support import NullTranslations as Untranslated
from babel.support import Translations


@lru_cache
def language_texts(folder: Path, language: str) -> NullTranslations:
    """The texts of a language; those of a country (``ro-MD``) before its language's, no language's own untranslated."""
    try:
        return translation("messages", folder, [language.replace("-", "_")], class_=Translations)
    except FileNotFoundError:
        return Untranslated()
