"""The interface's texts as pages ask for them: a hundred times each, so without a detour."""

from gettext import NullTranslations
from pathlib import Path
from typing import Any

from flask import Flask, g
from flask_babel import Domain, get_babel, get_locale
from markupsafe import Markup

from dosar.access.i18n.translations import language_texts
from dosar.language.text.locales import language_of
from dosar.language.text.translations import LANGUAGES

BABEL_CACHE_NAME = "babel_translations"
"""Where Flask-Babel's ``refresh()`` forgets a request's texts when its language changes."""


class TranslationDomain(Domain):
    """The texts of the request's language."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.folder = folder
        self.known: dict[str, DrawnTexts] = {}

    def get_translations(self) -> NullTranslations:
        return self.texts_of_request().source

    def texts_of_request(self) -> "DrawnTexts":
        """The texts in the language of the request; outside of any in English."""
        babel_context = g.get("_flask_babel") if g else None
        found: DrawnTexts | None = getattr(babel_context, BABEL_CACHE_NAME, None)
        if found is None:
            locale = get_locale()
            found = self._in(language_of(locale) if locale else LANGUAGES[-1])
            if locale:
                setattr(g._flask_babel, BABEL_CACHE_NAME, found)
        return found

    def _in(self, language: str) -> "DrawnTexts":
        if language not in self.known:
            self.known[language] = DrawnTexts(language_texts(self.folder, language))
        return self.known[language]


class DrawnTexts(dict[str, Markup]):
    """Texts without variables, ready to be drawn."""

    def __init__(self, source: NullTranslations) -> None:
        super().__init__()
        self.source = source

    def __missing__(self, text: str) -> Markup:
        # a sentence of the program in a translation of the program: nobody typed it
        drawn_text = self[text] = Markup(self.source.gettext(text)) % {}  # noqa: S704  # nosec B704
        return drawn_text


def install_translations(app: Flask, folder: Path) -> None:
    """Take texts from this folder, in Python and in templates."""
    offered = TranslationDomain(folder)

    def drawn(text: str, /, **variables: Any) -> Markup:
        """A text with its variables escaped, as ``{% trans %}`` draws it too."""
        texts = offered.texts_of_request()
        # Markup escapes what is filled in
        return Markup(texts.source.gettext(text)) % variables if variables else texts[text]  # noqa: S704  # nosec B704

    get_babel(app).instance.domain_instance = offered
    app.jinja_env.globals.update(_=drawn, gettext=drawn)
