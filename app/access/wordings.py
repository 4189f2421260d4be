"""The interface's texts as pages ask for them: a hundred times each, so without a detour."""

from gettext import NullTranslations
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import Domain, get_babel, get_domain, get_locale
from markupsafe import Markup

from app.access.translations import texts


class Texts(Domain):  # type: ignore[misc]
    """The texts of the request's language."""

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))
        self.found: dict[tuple[str, str | None], NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        if locale is None:
            return texts(Path(self.translation_directories[0]), "en")
        spoken = (locale.language, locale.territory)
        found = self.found.get(spoken)
        if found is None:
            found = self.found[spoken] = texts(Path(self.translation_directories[0]), str(locale))
        return found


def offer_texts(app: Flask, folder: Path) -> None:
    """Take texts from this folder, in Python and in templates."""
    get_babel(app).instance.domain_instance = Texts(folder)
    app.jinja_env.globals.update(_=_drawn, gettext=_drawn)


def _drawn(text: str, /, **variables: Any) -> Markup:
    """A text with its variables escaped, as ``{% trans %}`` draws it too."""
    said = Markup(get_domain().get_translations().gettext(text))
    return said % variables if variables or "%" in said else said
