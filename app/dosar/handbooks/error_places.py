"""From a sentence of the program to the place of the handbooks that says more: ``books/places.yaml``.

A sentence is found in what is shown, whatever it mentions and whoever put it together: so a page need not know that
one of its messages needs more.
"""

import re
from dataclasses import dataclass
from functools import cache

import yaml

from dosar.handbooks.addresses import BOOKS_FOLDER
from dosar.handbooks.chapters import Chapter, Section
from dosar.handbooks.shelf import Book, find_book
from dosar.language.text.message import Message, msgid
from dosar.language.text.translations import translated_forms, translated_word

PLACES_FILE = BOOKS_FOLDER / "places.yaml"
VARIABLE = re.compile(r"%\(\w+\)[sd]")
LINK_WORDS = msgid("More in the handbook: %(section)s")
CONSOLE_WORDS = msgid("More: %(book)s, chapter %(number)s, “%(chapter)s”: “%(section)s” (in Dosar under “Help”).")


@dataclass(frozen=True)
class Place:
    """A section, and where it stands."""

    book: Book
    chapter: Chapter
    section: Section

    @property
    def address(self) -> str:
        return f"{self.chapter.address}#{self.section.anchor}"

    def link_words(self, wording: str) -> str:
        """What stands on a link to it."""
        said = Message(LINK_WORDS, {"section": self.section.title})
        return said.say(lambda text: translated_word(text, wording))

    def console_words(self, wording: str) -> str:
        """Where to look, for who has the book on paper or opens it later."""
        values = {
            "book": self.book.title,
            "number": self.book.chapters.index(self.chapter) + 1,
            "chapter": self.chapter.title,
            "section": self.section.title,
        }
        return Message(CONSOLE_WORDS, values).say(lambda text: translated_word(text, wording))


@cache
def sentences_of_places() -> dict[str, list[str]]:
    """``book/chapter#anchor`` → the sentences that lead there."""
    listed: dict[str, list[str]] = yaml.safe_load(PLACES_FILE.read_text(encoding="utf-8"))
    return listed


def place_for(told: str, wording: str) -> Place | None:
    """The place that says more of the first known sentence in what is told."""
    return next((find_place(name, wording) for pattern, name in _patterns(wording) if pattern.search(told)), None)


@cache
def find_place(name: str, wording: str) -> Place | None:
    """The section called ``book/chapter#anchor``."""
    path, _, anchor = name.partition("#")
    book_key, _, chapter_key = path.partition("/")
    book = find_book(book_key, wording)
    chapter = book.chapter(chapter_key) if book else None
    section = next((one for one in chapter.sections if one.anchor == anchor), None) if chapter else None
    return Place(book, chapter, section) if book and chapter and section else None


@cache
def _patterns(wording: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Each sentence as it is said in this wording, longer ones first: a short one may stand in them."""
    said = [
        (words, name)
        for name, sentences in sentences_of_places().items()
        for sentence in sentences
        for words in translated_forms(sentence, wording)
    ]
    return tuple((_pattern(words), name) for words, name in sorted(said, key=lambda pair: -len(pair[0])))


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(".*?".join(map(re.escape, VARIABLE.split(words))), re.DOTALL)
