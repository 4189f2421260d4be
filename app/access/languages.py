"""Which language a page is in: the worker's, else the one chosen in this browser, else the organisation's."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.support import Translations
from flask import Flask, Response, g, has_request_context, request
from flask_babel import refresh
from sqlalchemy import update
from wtforms.i18n import messages_path

from app.access.gate import visitor
from app.access.guarded import guarded
from app.access.tables import user_table
from app.access.time_zones import day_of
from app.access.translations import compiled
from app.access.wordings import offer_texts
from app.fields.locales import locale_of
from app.language.question import Reading

NAMES = {"ro": "Română", "en": "English"}
DEFAULT = "ro"
VARIANTS = {("ro", "MD")}
"""Languages that a country words differently."""
COOKIE = "language"
A_YEAR = 365 * 24 * 3600


def prepare_texts(app: Flask, sources: Path, data: Path) -> None:
    """Compile the interface's texts; to be called before Flask-AppBuilder sets up its languages."""
    app.config["LANGUAGES"] = {code: {"name": name} for code, name in NAMES.items()}
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compiled(sources, data))


def choose_languages(app: Flask) -> None:
    """Take the choice of language and the texts out of Flask-AppBuilder's hands."""
    babel = app.extensions["babel"]
    babel.locale_selector = lambda: locale_of(wording())
    babel.translation_directories = [app.config["BABEL_TRANSLATION_DIRECTORIES"].split(";")[-1]]
    offer_texts(app, texts_folder(app))


def texts_folder(app: Flask) -> Path:
    """Where the compiled texts lie."""
    return Path(app.extensions["babel"].translation_directories[0])


def language() -> str:
    """The language of this request, or of the organisation outside of any."""
    chosen = _chosen() if has_request_context() else None
    return chosen or guarded().organisation().language or _preferred() or DEFAULT


def wording() -> str:
    """The language as the organisation's country speaks it: ``ro-MD`` for Romanian in Moldova."""
    spoken, country = language(), guarded().organisation().country
    return f"{spoken}-{country}" if (spoken, country) in VARIANTS else spoken


def reading() -> Reading:
    """Who reads: the language of texts, dates and numbers, and the day it is."""
    return Reading(wording(), day_of(guarded().clock(), guarded().organisation().zone))


def offered() -> list[tuple[str, str, bool]]:
    """Code, own name, and whether the page is in it, for every language."""
    current = language()
    return [(code, name, code == current) for code, name in NAMES.items()]


def choose(code: str, answer: Response) -> None:
    """Keep the choice: on the worker, so that it follows her, and in this browser for the sign-in page."""
    answer.set_cookie(COOKIE, code, max_age=A_YEAR, path="/", httponly=True, samesite="Lax",
                      secure=request.is_secure)
    worker = visitor()
    if worker is not None:
        keep_language(worker.id, code)
        g.worker = replace(worker, language=code)
    refresh()


def keep_language(user_id: int, code: str, if_none: bool = False) -> None:
    """The user reads this language from now on; ``if_none``: unless she has chosen one."""
    kept = update(user_table).where(user_table.c.id == user_id).values(locale=code)
    with guarded().store.writing() as session:
        session.execute(kept.where(user_table.c.locale.is_(None)) if if_none else kept)


def chosen_here() -> str | None:
    """The language chosen in this browser."""
    return _known(request.cookies.get(COOKIE))


@lru_cache
def wtforms_texts(code: str) -> Any:
    """WTForms' own messages; it would read the file anew for every request."""
    return Translations.load(messages_path(), [code], domain="wtforms")


def _chosen() -> str | None:
    worker = visitor()
    return (_known(worker.language) if worker else None) or chosen_here()


def _preferred() -> str | None:
    """What the browser asks for; it decides only until the organisation has chosen its language."""
    return request.accept_languages.best_match(list(NAMES)) if has_request_context() else None


def _known(code: str | None) -> str | None:
    return code if code in NAMES else None
