"""Every sentence of the interface has its Romanian one, in the letters and the manners of Romanian."""

import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
PYTHON = [("**.py", "python")]
TEMPLATES = [("**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "Message": None,
    "Mistake": None,
    "StoreError": None,
    "msgid": None,
    "finding": (3,),
    "_at": (4,),
}
JOINED = re.compile(r"""["']\s*\n\s*["']""")
"""Where a sentence goes on in the next line of the code."""
CEDILLA = re.compile("[şţŞŢ]")
ON_A_BUTTON = re.compile(r"""(?:<(?:button|a class="btn)[^>]*>|button\([^,\n]*, )(?:{{ )?_\("([^"]+)"\)""")
ACT = re.compile(r"^\s+act = lazy_gettext\(\"([^\"]+)\"\)", re.MULTILINE)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")
LIBRARIES = ("click", "flask_appbuilder", "wtforms")
SPEAKING = [ROOT / "app", *(Path(spec.origin or "").parent for name in LIBRARIES if (spec := find_spec(name)))]
"""Whose sentences the catalogue holds: ours, and those of the libraries that speak with people."""
THE_SAME = {"%(who)s – %(done)s: %(what)s.", ".", "Administrator", "Ctrl + Enter", "Dosar", "Folder", "Total", "text"}
"""Words that are the same in both languages."""


def po(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def on_buttons() -> set[str]:
    pages = ROOT / "app/dosar/pages"
    found = {label for file in pages.rglob("*.html") for label in ON_A_BUTTON.findall(file.read_text("utf-8"))}
    return found | {label for file in pages.rglob("*.py") for label in ACT.findall(file.read_text("utf-8"))}


@pytest.fixture(scope="module")
def romanian() -> Catalog:
    return po(ROOT / "translations/ro/LC_MESSAGES/messages.po")


def translated(catalogue: Catalog) -> list[str]:
    return [text for message in messages(catalogue) for _, text in texts(message)]


def said_in(folder: Path, how: list[tuple[str, str]]) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Where and what: every sentence that the code of a folder may say."""
    for file, line, text, _, _ in extract_from_dir(folder, how, keywords=KEYWORDS):
        if text:
            yield f"{file}:{line}", text


@cache
def said() -> list[tuple[str, str | tuple[str, ...]]]:
    app = ROOT / "app/dosar"
    return [*said_in(app, PYTHON), *said_in(app / "pages", TEMPLATES)]


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def texts(message: Message) -> list[tuple[str, str]]:
    """Each original with each of its translations."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    return [(message.id[-1], string) for string in message.string]


def test_something_is_said() -> None:
    assert len(said()) > 300


def test_every_sentence_is_said_in_romanian(romanian: Catalog) -> None:
    missing = {}
    for place, text in said():
        message = romanian.get(text if isinstance(text, str) else text[0])
        if message is None or not all(romanian_text for _, romanian_text in texts(message)):
            missing[place] = text
    assert missing == {}


def test_a_plural_is_a_plural_in_both(romanian: Catalog) -> None:
    plural = [text for _, text in said() if not isinstance(text, str)]
    assert plural
    for one, many, *_ in plural:
        message = romanian.get(one)
        assert message is not None and message.id == (one, many)
        assert len(message.string) == 3 and all(message.string), f"{one}: 1, 2 … 19, 20 de"


def test_no_translation_waits_to_be_looked_at(romanian: Catalog) -> None:
    assert [message.id for message in messages(romanian) if message.fuzzy] == []
    assert list(romanian.obsolete) == []


def test_romanian_letters_have_a_comma_below(romanian: Catalog) -> None:
    wrong = [text for text in translated(romanian) if CEDILLA.search(text)]
    files = [path for path in (ROOT / "forms").rglob("*.yaml") if CEDILLA.search(path.read_text(encoding="utf-8"))]
    assert (wrong, files) == ([], [])


def test_values_stand_in_both(romanian: Catalog) -> None:
    different = {
        original: translated
        for message in messages(romanian)
        for place, (original, translated) in enumerate(texts(message))
        if values(translated) != values(original)
        and not (message.pluralizable and place == 0 and values(translated) < values(original))
    }
    assert different == {}, "only the singular may say “a day” for “%(num)s days”"


def values(text: str) -> set[str]:
    return {found[0] for found in PLACEHOLDER.finditer(text)}


def test_nothing_is_left_in_english(romanian: Catalog) -> None:
    same = {original for message in messages(romanian) for original, text in texts(message) if original == text}
    assert same - THE_SAME == set()


def test_a_button_is_told_to_do_it_and_people_are_asked_politely(romanian: Catalog) -> None:
    buttons = {label: str(romanian[label].string) for label in on_buttons() if label in romanian}
    assert len(buttons) > 80
    assert [text for text in buttons.values() if re.match(r"\w+[aei]ți\b", text)] == []
    familiar = r"\b(tu|ta|tău|tale|tăi|ție|îți|ți-|poți|vrei|ești)\b"
    assert [text for text in translated(romanian) if re.search(familiar, text)] == []


def test_questions_and_colons_stand_close(romanian: Catalog) -> None:
    assert [text for text in translated(romanian) if re.search(r"\w [:;?!](\s|$)", text)] == []


@pytest.mark.parametrize("wrong", ["invalid", "mental", "Nici un ", "Sunteți sigur", "Ești sigur"])
def test_these_words_are_not_said(romanian: Catalog, wrong: str) -> None:
    assert [text for text in translated(romanian) if re.search(rf"\b{wrong}", text)] == []


def test_nothing_is_translated_that_nobody_says(romanian: Catalog) -> None:
    said_here = {text if isinstance(text, str) else text[0] for _, text in said()}
    left = {text for message in messages(romanian) if (text := texts_of(message)) not in said_here}
    written = "\n".join(
        JOINED.sub("", file.read_text("utf-8")) for folder in SPEAKING for file in sorted(sources(folder))
    )
    assert sorted(text for text in left if text not in written) == []


def texts_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def sources(folder: Path) -> Iterator[Path]:
    """Code and pages; a library's own list of what it says."""
    return (file for file in folder.rglob("*") if file.suffix in (".py", ".html", ".js", ".pot"))
