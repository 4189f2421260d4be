"""The language of the command line: that of the person's own computer."""

import os
from collections.abc import Mapping
from functools import cache
from locale import LC_CTYPE, getlocale
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dosar import shipped_folder
from dosar.language.text.message import Message, Translate

LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


def computer_language(environment: Mapping[str, str] = os.environ) -> str:
    """``ro`` on a computer that speaks Romanian, else ``en``."""
    told = next((environment[name] for name in LOCALE_VARIABLES if environment.get(name)), None)
    return "ro" if (told or _windows_language()).lower().startswith("ro") else "en"


def _windows_language() -> str:
    """Windows names its language nowhere in the environment: ``Romanian_Romania``."""
    return getlocale(LC_CTYPE)[0] or "" if os.name == "nt" else ""


def command_languages() -> list[str]:
    """The languages that the commands speak."""
    folders = shipped_folder("translations").glob("*/LC_MESSAGES")
    return ["en", *sorted(folder.parent.name.replace("_", "-") for folder in folders)]


@cache
def command_translator(language: str) -> Translate:
    """The texts of the language; English is what they are written in."""
    if language == "en":
        return str
    from dosar.access.i18n.translations import compile_translations, language_texts

    with TemporaryDirectory() as made:
        return language_texts(compile_translations(shipped_folder("translations"), Path(made)), language).gettext


def translate_message(message: Message | Any, language: str = "") -> str:
    """The sentence in the person's language; anything that carries a message says it."""
    spoken = message if isinstance(message, Message) else message.message
    return spoken.say(command_translator(language or computer_language()))
