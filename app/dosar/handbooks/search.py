"""Searching the handbooks: blind to capitals and diacritics, each word found by its beginning, or by that of a word
that means the same (``typed_words.yaml``)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dosar.database.text.folding import fold_text
from dosar.handbooks.addresses import BOOKS_FOLDER
from dosar.handbooks.chapters import Chapter, Section
from dosar.handbooks.shelf import Book, shelf

Beginnings = tuple[str, ...]
"""Any of which a word may begin with."""
WORD = re.compile(r"\w+")
SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
MOST_WORDS = 8
SHORTEST_WORD = 3
ENDINGS = (0, 2, 4)
"""Romanian turns the ends of words: what is not found whole is sought without its last letters."""
SHORTEST_STEM = 5
"""What is shorter begins other words, too: *curier* is no *curios*."""
MOST_FOUND = 30
TYPED_WORDS_FILE = BOOKS_FOLDER / "typed_words.yaml"
IN_ITS_TITLE, IN_THE_CHAPTERS = 10, 3
"""How much more a word tells in a title than in a sentence."""


@dataclass(frozen=True)
class Excerpt:
    """A sentence in pieces: the words, and whether they are what was sought."""

    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Found:
    """A section in which the words stand."""

    book: Book
    chapter: Chapter
    section: Section
    excerpt: Excerpt

    @property
    def address(self) -> str:
        return f"{self.chapter.address}#{self.section.anchor}" if self.section.anchor else self.chapter.address


@dataclass(frozen=True)
class _Entry:
    """A section and its folded words, those of titles apart."""

    book: Book
    chapter: Chapter
    section: Section
    title: frozenset[str]
    chapter_title: frozenset[str]
    words: frozenset[str]

    def weight(self, sought: Sequence[Beginnings], missing: int) -> int:
        """Nothing where more of them than may be missing do not stand here."""
        told = [_weight_of(beginnings, self) for beginnings in sought]
        return sum(told) if told.count(0) <= missing else 0


def search_handbooks(words: str, wording: str) -> list[Found]:
    """The sections in which every word stands, those that have it in a title first; where there is none, those in
    which all but one do."""
    same = typed_words().get(wording.partition("-")[0], {})
    told = _telling(list(dict.fromkeys(_folded_words(words)))[:MOST_WORDS], same)
    tries = [
        [(word[: max(SHORTEST_STEM, len(word) - ending)], *same.get(word, ())) for word in told] for ending in ENDINGS
    ]
    with_gaps = [(sought, missing) for missing in (0, 1) if missing < len(told) for sought in tries]
    return next(filter(None, (_found(sought, missing, wording) for sought, missing in with_gaps)), [])


def _telling(words: list[str], same: Mapping[str, Sequence[str]]) -> list[str]:
    """Without those that stand everywhere, unless nothing else was typed."""
    for kept in (
        [word for word in words if len(word) >= SHORTEST_WORD and same.get(word) != []],
        [word for word in words if len(word) >= SHORTEST_WORD],
    ):
        if kept:
            return kept
    return words


@cache
def typed_words() -> dict[str, dict[str, list[str]]]:
    """Language → what people type → how words of the handbooks begin that mean the same."""
    import yaml

    words: dict[str, dict[str, list[str]]] = yaml.safe_load(TYPED_WORDS_FILE.read_text(encoding="utf-8"))
    return words


def _found(sought: list[Beginnings], missing: int, wording: str) -> list[Found]:
    weighed = [(entry.weight(sought, missing), entry) for entry in _index(wording)] if sought else []
    best = sorted((pair for pair in weighed if pair[0]), key=lambda pair: -pair[0])[:MOST_FOUND]
    return [Found(entry.book, entry.chapter, entry.section, _excerpt(entry.section, sought)) for _, entry in best]


@cache
def _index(wording: str) -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            book,
            chapter,
            section,
            frozenset(_folded_words(section.title or chapter.title)),
            frozenset(_folded_words(chapter.title)),
            frozenset(_folded_words(" ".join(section.paragraphs))),
        )
        for book in shelf(wording)
        for chapter in book.chapters
        for section in chapter.sections
    )


def _folded_words(text: str) -> list[str]:
    return WORD.findall(fold_text(text))


def _weight_of(beginnings: Beginnings, entry: _Entry) -> int:
    weighed = ((entry.title, IN_ITS_TITLE), (entry.chapter_title, IN_THE_CHAPTERS), (entry.words, 1))
    return sum(weight for words, weight in weighed if _begins_one(beginnings, words))


def _begins_one(beginnings: Beginnings, words: Iterable[str]) -> bool:
    return any(word.startswith(beginnings) for word in words)


def _excerpt(section: Section, sought: Sequence[Beginnings]) -> Excerpt:
    """The sentence that has most of the words."""
    sentences = [sentence for text in section.paragraphs for sentence in SENTENCE_END.split(text)]
    sentence = max(sentences, key=lambda text: _hits(text, sought), default="")
    any_of_them = tuple(beginning for beginnings in sought for beginning in beginnings)
    pieces, end = [], 0
    for match in WORD.finditer(sentence):
        if fold_text(match[0]).startswith(any_of_them):
            pieces += [(sentence[end : match.start()], False), (match[0], True)]
            end = match.end()
    return Excerpt(tuple(piece for piece in (*pieces, (sentence[end:], False)) if piece[0]))


def _hits(sentence: str, sought: Sequence[Beginnings]) -> int:
    words = _folded_words(sentence)
    return sum(_begins_one(beginnings, words) for beginnings in sought)
