"""What the administrator's handbook quotes of the program, the program says: a reader looks for these very words."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from dosar import shipped_folder
from dosar.handbooks.addresses import BOOKS_FOLDER

FILES = sorted(BOOKS_FOLDER.glob("administrator/*.md"))
TABLE = re.compile(r"^\| (?:What it says|What you see|Ce scrie|Ce vedeți) \|.*\n\|[ -|]*\n((?:\|.*\n?)+)", re.MULTILINE)
QUOTED = re.compile("[“„]([^”]+)”")
VALUE = re.compile(r"%\(\w+\)s")
ELLIPSIS = "…"


def said(language: str) -> str:
    """Every sentence of the program in this language."""
    with (shipped_folder("translations") / "ro/LC_MESSAGES/messages.po").open("rb") as file:
        messages = list(read_po(file, locale="ro"))
    texts = [message.id if language == "en" else message.string or "" for message in messages]
    return "\n".join(VALUE.sub(ELLIPSIS, one) for text in texts for one in ([text] if isinstance(text, str) else text))


def quotations(file: Path) -> Iterator[str]:
    """What stands in quotation marks in the first column of a table of sentences."""
    for rows in TABLE.findall(file.read_text("utf-8")):
        for row in rows.splitlines():
            yield from QUOTED.findall(row.split("|")[1])


def is_said(quotation: str, sentences: str) -> bool:
    return all(piece.strip() in sentences for piece in quotation.split(ELLIPSIS))


@pytest.mark.parametrize("language", ["en", "ro"])
def test_every_sentence_that_is_quoted_is_one_of_the_program(language: str) -> None:
    quoted = [text for file in FILES if f".{language}." in file.name for text in quotations(file)]
    sentences = said(language)
    assert len(quoted) > 12
    assert [text for text in quoted if not is_said(text, sentences)] == []
