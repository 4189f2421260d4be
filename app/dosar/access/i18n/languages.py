"""Which language a page is in: the worker's, else the one chosen in this browser, else the organisation's."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.core import get_global
from babel.support import Translations
from flask import Flask, g, has_request_context, request
from flask_babel import refresh
from sqlalchemy import update
from werkzeug.wrappers import Response
from wtforms.i18n import messages_path

from dosar.access.authorization import current_worker_or_none
from dosar.access.i18n.language_names import (
    DEFAULT_LANGUAGE,
    LANGUAGE_COOKIE,
    LANGUAGE_NAMES,
    YEAR_IN_SECONDS,
)
from dosar.access.i18n.wordings import install_translations
from dosar.access.organisation.time_zones import local_day
from dosar.access.services import access_services
from dosar.access.tables import user_table
from dosar.access.web.cookies import host_cookie
from dosar.language.question import ReadingContext
from dosar.language.text.locales import locale_of
from dosar.language.text.translations import WORDINGS


def prepare_translations(app: Flask, folder: Path) -> None:
    """Where the interface's texts are; to be called before Flask-AppBuilder sets up its languages."""
    app.config["LANGUAGES"] = {code: {"name": name} for code, name in LANGUAGE_NAMES.items()}
    app.config["BABEL_DEFAULT_LOCALE"] = DEFAULT_LANGUAGE
    app.jinja_env.globals["default_language"] = DEFAULT_LANGUAGE
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(folder)


def install_language_choice(app: Flask) -> None:
    """Take the choice of language and the texts out of Flask-AppBuilder's hands."""
    babel = app.extensions["babel"]
    babel.locale_selector = lambda: locale_of(request_wording())
    babel.translation_directories = [app.config["BABEL_TRANSLATION_DIRECTORIES"].split(";")[-1]]
    install_translations(app, compiled_texts_folder(app))


def compiled_texts_folder(app: Flask) -> Path:
    """Where the compiled texts lie."""
    return Path(app.extensions["babel"].translation_directories[0])


def request_language() -> str:
    """The language of this request, or of the organisation outside of any."""
    chosen = _chosen_language() if has_request_context() else None
    return chosen or access_services().organisation().language or _preferred_language() or DEFAULT_LANGUAGE


def request_wording() -> str:
    """The language as the organisation's country speaks it: ``ro-MD`` for Romanian in Moldova."""
    return worded_language(request_language(), access_services().organisation().country)


def worded_language(language: str, country: str | None) -> str:
    """A language as a country speaks it."""
    return f"{language}-{country}" if f"{language}-{country}" in WORDINGS else language


def wording_countries() -> list[str]:
    """The countries that differ in how they word a language, the one whose wording is the language's own first."""
    languages = dict.fromkeys(wording.partition("-")[0] for wording in WORDINGS)
    likely = get_global("likely_subtags")
    ours = [likely.get(language, language).rpartition("_")[2] for language in languages]
    return list(dict.fromkeys([*ours, *(wording.rpartition("-")[2] for wording in WORDINGS)]))


def request_reading() -> ReadingContext:
    """Who reads: the language of texts, dates and numbers, and the day it is."""
    organisation = access_services().organisation()
    today = local_day(access_services().clock(), organisation.zone)
    return ReadingContext(request_wording(), today, country=organisation.country)


def language_options() -> list[tuple[str, str, bool]]:
    """Code, own name, and whether the page is in it, for every language."""
    current = request_language()
    return [(code, name, code == current) for code, name in LANGUAGE_NAMES.items()]


def choose_language(code: str, answer: Response) -> None:
    """Keep the choice: on the worker, so that it follows her, and in this browser for the sign-in page."""
    answer.set_cookie(
        host_cookie(LANGUAGE_COOKIE),
        code,
        max_age=YEAR_IN_SECONDS,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure,
    )
    worker = current_worker_or_none()
    if worker is not None:
        save_language(worker.id, code)
        g.worker = replace(worker, language=code)
    refresh()


def save_language(user_id: int, code: str, if_none: bool = False) -> None:
    """The user reads this language from now on; ``if_none``: unless she has chosen one."""
    statement = update(user_table).where(user_table.c.id == user_id).values(locale=code)
    with access_services().store.writing() as session:
        session.execute(statement.where(user_table.c.locale.is_(None)) if if_none else statement)


def browser_language() -> str | None:
    """The language chosen in this browser."""
    return _known_language(request.cookies.get(host_cookie(LANGUAGE_COOKIE)))


@lru_cache
def wtforms_translations(code: str) -> Any:
    """WTForms' own messages; it would read the file anew for every request."""
    return Translations.load(messages_path(), [code], domain="wtforms")


def _chosen_language() -> str | None:
    worker = current_worker_or_none()
    return (_known_language(worker.language) if worker else None) or browser_language()


def _preferred_language() -> str | None:
    """What the browser asks for; it decides only until the organisation has chosen its language."""
    return request.accept_languages.best_match(list(LANGUAGE_NAMES)) if has_request_context() else None


def _known_language(code: str | None) -> str | None:
    return code if code in LANGUAGE_NAMES else None
