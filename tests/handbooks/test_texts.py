"""The chapters as they are written: the same sections in both languages, and nothing in them that is not there."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from dosar import shipped_folder
from dosar.handbooks.addresses import BOOKS_FOLDER, CHAPTER_FILE, PICTURES_FOLDER, picture_file
from dosar.handbooks.chapters import Chapter, read_chapter
from dosar.handbooks.shelf import book_titles, shelf
from dosar.language.load.yaml_reader import read_yaml
from dosar.language.text.translations import LANGUAGES, WORDINGS, translated_words
from tests.handbook_pictures import listed_pictures

FILES = sorted(BOOKS_FOLDER.glob("*/*.md"))
OUR_LANGUAGE = LANGUAGES[-1]
MOST_BYTES = 100_000
ELSEWHERE = ("https://", "mailto:", "tel:")


def name_of(file: Path) -> str:
    return str(file.relative_to(BOOKS_FOLDER))


every_file = pytest.mark.parametrize("file", FILES, ids=name_of)


@cache
def chapter_in(file: Path) -> Chapter:
    named = CHAPTER_FILE.fullmatch(file.name)
    assert named, f"{name_of(file)}: called <number>-<chapter>.<language>.md"
    return read_chapter(file.parent.name, named["key"], named["language"], file.read_text("utf-8"))


def words_of(chapter: Chapter, kind: str) -> Iterator[Any]:
    """The pieces of text of a kind: links, pictures."""
    for section in chapter.sections:
        for inline in section.tokens:
            yield from (child for child in inline.children or [] if child.type == kind)


def bold_words(chapter: Chapter) -> Iterator[str]:
    for section in chapter.sections:
        for inline in section.tokens:
            said: list[str] | None = None
            for child in inline.children or []:
                if child.type == "strong_open":
                    said = []
                elif child.type == "strong_close":
                    yield "".join(said or [])
                    said = None
                elif said is not None:
                    said.append(child.content)


def form_texts(said: Any, language: str) -> Iterator[str]:
    """Every text of the shipped forms in this language."""
    if isinstance(said, dict):
        for key, value in said.items():
            if key == language and isinstance(value, str):
                yield value
            elif key not in LANGUAGES:
                yield from form_texts(value, language)
    elif isinstance(said, list):
        for each in said:
            yield from form_texts(each, language)
    elif isinstance(said, str):
        yield said


@cache
def screen_words(language: str) -> frozenset[str]:
    """What can stand on the screen in this language, for comparing."""
    catalogue = translated_words(LANGUAGES[0])
    words = set(catalogue if language == OUR_LANGUAGE else catalogue.values())
    words.update(title[language] for title in book_titles().values())
    for file in shipped_folder("forms").rglob("*.yaml"):
        words.update(form_texts(read_yaml(file).contents, language))
    return frozenset(plain(word) for word in words)


def plain(word: str) -> str:
    return " ".join(word.split()).rstrip(".:…?!")


def test_every_book_is_known_and_in_every_language() -> None:
    assert {file.parent.name for file in FILES} <= set(book_titles())
    for book in {file.parent.name for file in FILES}:
        names = {file.name for file in FILES if file.parent.name == book}
        chapters = {name.split(".")[0] for name in names if name.split(".")[1] not in WORDINGS}
        lacking = [f"{chapter}.{one}.md" for chapter in chapters for one in LANGUAGES]
        assert sorted(set(lacking) - names) == [], book


@every_file
def test_a_chapter_has_a_title_and_sections_with_anchors(file: Path) -> None:
    chapter = chapter_in(file)
    anchors = [section.anchor for section in chapter.sections if section.title]
    assert file.read_text("utf-8").startswith("# ") or chapter.language in WORDINGS
    assert all(anchors), "## Title {#anchor}"
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("book", shelf(LANGUAGES[0]), ids=lambda book: book.key)
def test_the_sections_are_the_same_in_every_language(book: Any) -> None:
    for chapter in book.chapters:
        found = {}
        for language in LANGUAGES:
            [other] = [one for one in shelf(language) if one.key == book.key]
            same = other.chapter(chapter.key)
            assert same is not None and same.language == language, f"{chapter.address}: {language}"
            found[language] = [section.anchor for section in same.sections]
        assert len(set(map(tuple, found.values()))) == 1, f"{chapter.address}: {found}"


@every_file
def test_every_link_leads_somewhere(file: Path) -> None:
    chapter = chapter_in(file)
    chapters = [one for book in shelf(chapter.language) for one in book.chapters]
    places = {one.address for one in chapters}
    places |= {f"{one.address}#{section.anchor}" for one in chapters for section in one.sections if section.anchor}
    links = [str(token.attrs["href"]) for token in words_of(chapter, "link_open")]
    full = [f"{chapter.address}{link}" if link.startswith("#") else link for link in links]
    wrong = [link for link in full if not link.startswith(ELSEWHERE) and link not in places]
    assert wrong == []


def words_said_differently(said: Any, language: str, wording: str) -> Iterator[tuple[str, str]]:
    """Of the shipped forms: the words of the language, and of its wording where they are others."""
    if isinstance(said, dict):
        if said.get(wording, said.get(language)) != said.get(language):
            yield said[language], said[wording]
        said = list(said.values())
    for each in said if isinstance(said, list) else ():
        yield from words_said_differently(each, language, wording)


@pytest.mark.parametrize("wording", WORDINGS)
def test_words_of_the_forms_are_those_of_the_country(wording: str) -> None:
    """Whoever reads of a sheet or a question finds it on her screen under that name."""
    language = wording.partition("-")[0]
    others: dict[str, set[str]] = {}
    for file in shipped_folder("forms").rglob("*.yaml"):
        for word, other in words_said_differently(read_yaml(file).contents, language, wording):
            others.setdefault(word, set()).add(other)
    chapters = [chapter for book in shelf(language) for chapter in book.chapters]
    bold = {word for chapter in chapters for word in bold_words(chapter)}
    here = {word for book in shelf(wording) for chapter in book.chapters for word in bold_words(chapter)}
    assert sorted(bold & here & set(others)) == []
    kept = read_yaml(BOOKS_FOLDER / "form_words.yaml").contents[wording]
    assert {word: other for word, other in kept.items() if other not in others.get(word, ()) or word not in bold} == {}


@every_file
def test_bold_words_are_those_of_the_screen(file: Path) -> None:
    chapter = chapter_in(file)
    language = chapter.language.partition("-")[0]
    known = screen_words(language)
    if chapter.language in WORDINGS:
        known |= {plain(word) for word in translated_words(chapter.language).values()}
    assert [word for word in bold_words(chapter) if plain(word) not in known] == []


@every_file
def test_no_raw_html_is_written(file: Path) -> None:
    chapter = chapter_in(file)
    tags = [text for section in chapter.sections for text in section.paragraphs if "</" in text or "/>" in text]
    assert tags == []


def test_every_picture_is_listed_used_and_taken() -> None:
    """A picture that is not there yet: ``python -m tests.pictures NAME``."""
    used = {(chapter_in(file).language, src) for file in FILES for src in picture_addresses(chapter_in(file))}
    names = {PurePosixPath(src).stem for _, src in used}
    assert names == set(listed_pictures())
    assert sorted((language, src) for language, src in used if f"/{language}/" not in src) == []
    assert [src for _, src in sorted(used) if picture_file(src) is None] == []
    taken = {file.stem for file in PICTURES_FOLDER.rglob("*.png")}
    assert taken - names == set(), "no chapter shows these any more"


def picture_addresses(chapter: Chapter) -> Iterator[str]:
    yield from (str(token.attrs["src"]) for token in words_of(chapter, "image"))


def test_pictures_are_small() -> None:
    heavy = [file.name for file in PICTURES_FOLDER.rglob("*.png") if file.stat().st_size > MOST_BYTES]
    assert heavy == []
