"""Every text of the interface is there in Romanian, with the same values in it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
WORDS: dict[str, Any] = {
    "_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "Message": None, "Mistake": None,
}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
VALUE = re.compile(r"%\(\w+\)[sd]|__\w+__")
SAME = {"Dosar", "text"}
"""A name, and a key that only looks like a text."""
LETTER = re.compile(r"[^\W\d_]")
CEDILLAS = re.compile("[şţŞŢ]")


def catalogue() -> Catalog:
    """What there is in Romanian."""
    with (ROOT / "translations/ro/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale="ro")


def written() -> Iterator[tuple[str, Any]]:
    """Where each text stands in the code, and the text."""
    for file, line, text, *_ in extract_from_dir(ROOT / "app", METHODS, keywords=WORDS):
        said = text[0] if isinstance(text, tuple) else text
        if LETTER.search(said) and said not in SAME:
            yield f"{file}:{line}", said


def test_every_text_is_translated() -> None:
    romanian = catalogue()
    known = {message.id[0] if isinstance(message.id, tuple) else message.id for message in romanian
             if message.string}
    assert [f"{place}: {text}" for place, text in written() if text not in known] == []


def test_every_translation_mentions_the_same_values() -> None:
    different = []
    for message in catalogue():
        if not message.id or not message.string:
            continue
        plural = isinstance(message.id, tuple)
        wanted = set(VALUE.findall(message.id[1] if plural else message.id))
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for form, text in enumerate(texts):
            if set(VALUE.findall(text)) != wanted and not (plural and form == 0):
                different.append((message.id, text))
    assert different == []


def test_romanian_letters_have_a_comma_below() -> None:
    assert [message.string for message in catalogue() if CEDILLAS.search(str(message.string))] == []
