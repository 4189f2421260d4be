"""The books as they stand on the shelf: which there are, and their chapters as somebody reads them."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from dosar.handbooks.addresses import BOOKS_FOLDER, CHAPTER_FILE
from dosar.handbooks.chapters import Chapter, read_chapter
from dosar.handbooks.wordings import with_country_sections, with_screen_words
from dosar.language.text.translations import LANGUAGES

TITLES_FILE = BOOKS_FOLDER / "books.yaml"


@dataclass(frozen=True)
class Book:
    """A handbook in one wording."""

    key: str
    title: str
    chapters: tuple[Chapter, ...]

    @property
    def address(self) -> str:
        return f"/help/{self.key}"

    def chapter(self, key: str) -> Chapter | None:
        """The chapter of this name; the number before it may stand there, as it does in the file's name."""
        wanted = key.lstrip("0123456789-")
        return next((chapter for chapter in self.chapters if chapter.key == wanted), None)

    def neighbours(self, chapter: Chapter) -> tuple[Chapter | None, Chapter | None]:
        """The chapter before, and the one after."""
        place = self.chapters.index(chapter)
        return (self.chapters[place - 1] if place else None), next(iter(self.chapters[place + 1 :]), None)


@cache
def shelf(wording: str) -> tuple[Book, ...]:
    """The books that have chapters, as a reader of this language or wording reads them."""
    books = (Book(key, _said(title, wording), _chapters(key, wording)) for key, title in book_titles().items())
    return tuple(book for book in books if book.chapters)


@cache
def book_titles() -> dict[str, dict[str, str]]:
    """Every book, in the order in which they are offered, and its title in each language."""
    import yaml

    titles: dict[str, dict[str, str]] = yaml.safe_load(TITLES_FILE.read_text(encoding="utf-8"))
    return titles


def _said(title: dict[str, str], wording: str) -> str:
    """In the reader's language, else in that of the program's own sentences."""
    return next(title[one] for one in (wording, wording.partition("-")[0], *reversed(LANGUAGES)) if one in title)


def find_book(key: str, wording: str) -> Book | None:
    return next((book for book in shelf(wording) if book.key == key), None)


def _chapters(book: str, wording: str) -> tuple[Chapter, ...]:
    files: dict[tuple[str, str], dict[str, Path]] = defaultdict(dict)
    for file in sorted((BOOKS_FOLDER / book).glob("*.md")):
        if named := CHAPTER_FILE.fullmatch(file.name):
            files[named["number"], named["key"]][named["language"]] = file
    return tuple(_chapter(book, key, languages, wording) for (_, key), languages in files.items())


def _chapter(book: str, key: str, files: dict[str, Path], wording: str) -> Chapter:
    """In the reader's language, else in that of the program's own sentences; then as her country says it."""
    language = next(one for one in (wording.partition("-")[0], *reversed(LANGUAGES)) if one in files)
    chapter = _read(book, key, language, files[language])
    if wording == language:
        return chapter
    if wording in files:
        chapter = with_country_sections(chapter, _read(book, key, wording, files[wording]))
    return replace(chapter, sections=with_screen_words(chapter.sections, language, wording))


def _read(book: str, key: str, language: str, file: Path) -> Chapter:
    return read_chapter(book, key, language, file.read_text(encoding="utf-8"))
