"""The language of the command line: that of the person's own computer."""

import os
import re
import subprocess  # nosec B404 - the system is asked for its language
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from locale import LC_CTYPE, getlocale
from typing import Any

from dosar.language.text.message import Message, Translate
from dosar.language.text.translations import LANGUAGES, WORDINGS, language_title, translated_word

ANSWER_SECONDS = 5
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def computer_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language this computer speaks, if Dosar does; else that of the sentences themselves."""
    spoken_locale = next((environment[name] for name in LOCALE_VARIABLES if environment.get(name)), None)
    spoken = re.match("[a-z]*", (spoken_locale or _system_language()).lower())[0]  # type: ignore[index]
    return next(
        (language for language in LANGUAGES if spoken in (language, language_title(language).lower())), LANGUAGES[-1]
    )


@cache
def _system_language() -> str:
    """Windows names its language nowhere in the environment, a Mac not where an icon was clicked:
    ``Romanian_Romania``, ``ro_RO``."""
    if sys.platform == "darwin":
        with suppress(OSError, subprocess.SubprocessError):
            asked = ["/usr/bin/defaults", "read", "-g", "AppleLocale"]
            return subprocess.run(asked, capture_output=True, text=True, timeout=ANSWER_SECONDS).stdout  # noqa: S603
    return getlocale(LC_CTYPE)[0] or "" if sys.platform == "win32" else ""


def command_languages() -> list[str]:
    """The languages that the commands speak."""
    return sorted((*LANGUAGES, *WORDINGS))


@cache
def command_translator(language: str) -> Translate:
    """The texts of the language."""
    return lambda text: translated_word(text, language)


def translate_message(message: Message | Any, language: str = "") -> str:
    """The sentence in the person's language; anything that carries a message says it."""
    spoken = message if isinstance(message, Message) else message.message
    return spoken.say(command_translator(language or computer_language()))
