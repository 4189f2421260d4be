"""Which words belong to which language: the interface's own texts and those of the forms."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from babel import Locale
from babel.messages.pofile import read_po

from dosar import shipped_folder
from dosar.access.i18n.language_names import LANGUAGE_NAMES
from dosar.language.load.yaml_reader import read_yaml

PLACEHOLDER = re.compile(r"%\(\w+\)s|%\(\w+\)d|__used__")
SHORTEST_CUT = 6
QUOTED = re.compile(r"„[^”]*”|“[^”]*”")
LETTERS, WORD = re.compile(r"[^\W\d_]{2}"), re.compile(r"[^\W\d_]{4}")
ENGLISH_WORDS = re.compile(r"\b(the|of|and|with|from|this|that|your|was|were|has|have|been|will|for)\b", re.I)
ROMANIAN_WORDS = re.compile(r"\b(și|sau|din|pentru|este|sunt|cu|la|de|fără|nu|între|după)\b", re.I)
"""Words that nearly every sentence of the language has and no text of the other one."""


@dataclass
class Words:
    """The texts of one language that the other one says differently."""

    whole: set[str] = field(default_factory=set)
    patterns: list[re.Pattern[str]] = field(default_factory=list)
    phrases: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Texts of several words by their first one: looked for inside other texts, too."""

    def add(self, text: str) -> None:
        if PLACEHOLDER.search(text):
            self._add_pieces(text)
        elif LETTERS.search(text):
            self.whole.add(text)
            if " " in text:
                self.phrases[text.split()[0]].append(text)

    def _add_pieces(self, text: str) -> None:
        pieces = PLACEHOLDER.split(text)
        if any(WORD.search(piece) for piece in pieces):
            self.patterns.append(re.compile(r".+".join(map(re.escape, pieces))))

    def found_in(self, text: str) -> Iterator[str]:
        """What of this language stands in the text."""
        if text in self.whole:
            yield text
            return
        yield from (pattern.pattern for pattern in self.patterns if pattern.fullmatch(text))
        for word in set(text.split()):
            for phrase in self.phrases.get(word, ()):
                if re.search(rf"\b{re.escape(phrase)}\b", text):
                    yield phrase


@cache
def pairs() -> frozenset[tuple[str, str]]:
    """English and Romanian of every text there is."""
    found = {*_interface(), *_forms(), *_places()}
    return frozenset((english, romanian) for english, romanian in found if english and romanian)


def _interface() -> Iterator[tuple[str, str]]:
    with (shipped_folder("translations") / "ro/LC_MESSAGES/messages.po").open("rb") as file:
        for message in read_po(file, locale="ro"):
            ids = message.id if isinstance(message.id, list | tuple) else [message.id]
            texts = message.string if isinstance(message.string, list | tuple) else [message.string]
            yield from zip((ids[0], *ids[1:], ids[-1])[: len(texts)], texts, strict=False)


def _forms() -> Iterator[tuple[str, str]]:
    folder = shipped_folder("forms")
    for path in sorted(folder.rglob("*.yaml")):
        if path.parent.name != "demo":
            yield from _texts(read_yaml(path).contents)


def _texts(contents: Any) -> Iterator[tuple[str, str]]:
    if isinstance(contents, dict) and {"en", "ro"} <= contents.keys():
        yield _tidy(contents["en"]), _tidy(contents["ro"])
    elif isinstance(contents, dict):
        for value in contents.values():
            yield from _texts(value)
    elif isinstance(contents, list):
        for value in contents:
            yield from _texts(value)


def _tidy(text: Any) -> str:
    return " ".join(str(text).split())


def _places() -> Iterator[tuple[str, str]]:
    english, romanian = Locale("en"), Locale("ro")
    shared = english.territories.keys() & romanian.territories.keys()
    yield from ((english.territories[code], romanian.territories[code]) for code in shared if code.isalpha())


@cache
def words_of(language: str) -> Words:
    """The texts of this language that are none of the other one."""
    here, there = (0, 1) if language == "en" else (1, 0)
    other = {pair[there] for pair in pairs()}
    words = Words()
    for text in sorted({pair[here] for pair in pairs()} - other):
        words.add(text)
    return words


@cache
def own_texts(language: str) -> frozenset[str]:
    """Every text of this language."""
    return frozenset(pair[0 if language == "en" else 1] for pair in pairs())


@cache
def answers() -> frozenset[str]:
    """What people wrote: the texts of the demo's answers and names."""
    found: set[str] = set()
    for path in sorted((shipped_folder("forms") / "demo").glob("*.yaml")):
        found.update(_strings(read_yaml(path).contents))
    return frozenset(found)


def _strings(contents: Any) -> Iterator[str]:
    if isinstance(contents, str):
        yield _tidy(contents)
    elif isinstance(contents, dict | list):
        for value in contents.values() if isinstance(contents, dict) else contents:
            yield from _strings(value)


def strangers(texts: Iterable[str], language: str) -> dict[str, list[str]]:
    """Texts that are, or hold, words of the other language; what people wrote is left out."""
    found = [text for text in texts if _foreign(text, language)]
    return {text: said for text in found if (said := _foreign(_without_answers(text), language))}


@cache
def _foreign(text: str, language: str) -> list[str]:
    if text in answers() or text in LANGUAGE_NAMES.values() or text in own_texts(language):
        return []
    other, small_words = ("en", ENGLISH_WORDS) if language == "ro" else ("ro", ROMANIAN_WORDS)
    spoken = QUOTED.sub("", text)
    return [*words_of(other).found_in(spoken), *small_words.findall(spoken)]


def _without_answers(text: str) -> str:
    for answer in sorted(answers(), key=len, reverse=True):
        if len(answer) >= SHORTEST_CUT:
            text = text.replace(answer, "")
    return text
