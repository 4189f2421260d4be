"""The texts of a file: each in every language, none in quotation marks that YAML takes for letters."""

import re
from collections.abc import Iterator
from typing import Any

from dosar.language.load.finding import Finding, finding
from dosar.language.load.source_lines import FormPath
from dosar.language.load.yaml_reader import Source
from dosar.language.text.message import Message
from dosar.language.text.texts import LANGUAGE_PATTERN
from dosar.language.text.translations import LANGUAGES, language_title


def missing_translations(source: Source, languages: tuple[str, ...]) -> Iterator[Finding]:
    """Texts that one of the languages lacks."""
    for path, text in _translated_texts(source):
        for language in languages:
            if language not in text:
                yield finding(
                    source.place(path),
                    "F010",
                    "The text is missing in one language: %(language)s.",
                    language=Message(language_title(language)) if language in LANGUAGES else language,
                )


def check_quotes(source: Source) -> Iterator[Finding]:
    """Texts somebody put in quotation marks that YAML takes for letters."""
    for path, text in _translated_texts(source):
        for language, translation in text.items():
            if isinstance(translation, str) and re.fullmatch("[“”„«»‘’].*[“”„«»‘’]", translation.strip()):
                yield finding(
                    source.place((*path, language)),
                    "F061",
                    'Curled quotation marks are letters of the text, and read with it. Take them away, or write "…".',
                )


def _translated_texts(source: Source) -> Iterator[tuple[FormPath, dict[Any, Any]]]:
    """Every text of the file in its languages."""
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), source.contents)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(((*path, position), inner) for position, inner in enumerate(value))
        elif isinstance(value, dict) and not _is_text(value):
            waiting.extend(((*path, key), inner) for key, inner in value.items())
        elif isinstance(value, dict):
            yield path, value


def _is_text(value: dict[Any, Any]) -> bool:
    return (
        bool(value)
        and all(re.match(LANGUAGE_PATTERN, str(key)) for key in value)
        and not any(isinstance(translation, (dict, list)) for translation in value.values())
    )
