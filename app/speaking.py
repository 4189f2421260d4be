"""The language of the command line: that of the person's own computer."""

import os
from collections.abc import Mapping
from functools import cache
from locale import LC_CTYPE, getlocale
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app import shipped
from app.language.message import Message, Translate

TOLD_BY = ("LC_ALL", "LC_MESSAGES", "LANG")


def own_language(environment: Mapping[str, str] = os.environ) -> str:
    """``ro`` on a computer that speaks Romanian, else ``en``."""
    told = next((environment[name] for name in TOLD_BY if environment.get(name)), None)
    return "ro" if (told or _of_windows()).lower().startswith("ro") else "en"


def _of_windows() -> str:
    """Windows names its language nowhere in the environment: ``Romanian_Romania``."""
    return getlocale(LC_CTYPE)[0] or "" if os.name == "nt" else ""


def languages() -> list[str]:
    """The languages that the commands speak."""
    folders = shipped("translations").glob("*/LC_MESSAGES")
    return ["en", *sorted(folder.parent.name.replace("_", "-") for folder in folders)]


@cache
def translate_to(language: str) -> Translate:
    """The texts of the language; English is what they are written in."""
    if language == "en":
        return str
    from app.access.translations import compiled, texts

    with TemporaryDirectory() as made:
        return texts(compiled(shipped("translations"), Path(made)), language).gettext


def say(message: Message | Any, language: str = "") -> str:
    """The sentence in the person's language; anything that carries a message says it."""
    spoken = message if isinstance(message, Message) else message.message
    return spoken.say(translate_to(language or own_language()))
