"""A chapter as a reader gets it: what Markdown knows and nothing else, found by any of its words."""

import pytest

from dosar.database.text.folding import fold_text
from dosar.handbooks.chapters import read_chapter
from dosar.handbooks.search import search_handbooks, typed_words
from dosar.handbooks.wordings import with_country_sections, with_screen_words
from dosar.language.text.translations import translated_word

CHAPTER = """# Copii

Înainte.

## Prima copie {#first}

Apăsați **Tipărește**, apoi citiți [restaurarea](../administrator/05-restore.ro.md#file) sau [mai jos](#second).

## A doua {#second}

> Luați-o acasă.

| zi | loc |
| --- | --- |
| luni | stick |
"""


def test_sections_are_found_by_their_anchors() -> None:
    chapter = read_chapter("worker", "copies", "ro", CHAPTER)
    assert chapter.title == "Copii"
    assert [(one.anchor, one.title) for one in chapter.sections] == [
        ("", ""),
        ("first", "Prima copie"),
        ("second", "A doua"),
    ]
    first, second = chapter.sections[1:]
    assert 'href="/help/administrator/restore#file"' in first.html and 'href="#second"' in first.html
    assert '<div class="handbook-note">' in second.html and '<table class="table">' in second.html
    assert second.paragraphs == ["Luați-o acasă.", "zi", "loc", "luni", "stick"]


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](data:text/html,x)", '<img src=x onerror="x">'],
)
def test_nothing_in_a_chapter_runs(text: str) -> None:
    [section] = read_chapter("worker", "x", "en", f"# X\n\n{text}\n").sections
    assert "<script" not in section.html and "<img" not in section.html
    assert 'href="javascript' not in section.html


def test_a_country_says_some_of_it_otherwise() -> None:
    chapter = read_chapter("worker", "copies", "ro", CHAPTER)
    country = read_chapter("worker", "copies", "ro-MD", "## A doua {#second}\n\nLuați-o la birou.\n")
    read = with_country_sections(chapter, country)
    assert read.title == "Copii" and "birou" in read.sections[2].html and "acasă" not in read.sections[2].html
    [_, first, _] = with_screen_words(chapter.sections, "ro", "ro-MD")
    assert f"<strong>{translated_word('Print', 'ro-MD')}</strong>" in first.html
    assert "<strong>Tipărește</strong>" in chapter.sections[1].html, "the others read it as before"


@pytest.mark.parametrize(("words", "language"), [("DIACRITICE", "ro"), ("inchi", "ro"), ("diacritic", "en")])
def test_words_are_found_by_their_beginnings(words: str, language: str) -> None:
    found = search_handbooks(words, language)
    assert "/help/worker/about#finding" in [one.address for one in found]
    [about] = [one for one in found if one.address == "/help/worker/about#finding"]
    assert any(is_sought for _, is_sought in about.excerpt.pieces)


def test_what_is_in_no_book_is_not_found() -> None:
    assert search_handbooks("zzyzx", "ro") == []
    assert search_handbooks("  ", "ro") == []
    assert search_handbooks("...", "ro") == []


def test_a_word_with_another_ending_is_found() -> None:
    assert "/help/worker/about#finding" in [one.address for one in search_handbooks("diacriticelor", "ro")]


def test_a_word_is_not_found_by_what_another_one_begins_with() -> None:
    assert search_handbooks("curier", "ro") == [], "a curious one is nobody's courier"


@pytest.mark.parametrize("language", ["en", "ro"])
def test_what_people_type_finds_what_the_books_call_otherwise(language: str) -> None:
    for word, meant in typed_words()[language].items():
        assert word == fold_text(word)
        assert all(search_handbooks(beginning, language) for beginning in meant), meant
        assert search_handbooks(word, language) or not meant, word


@pytest.mark.parametrize(
    ("words", "language", "chapter"),
    [
        ("how do I move to a new computer", "en", "/help/administrator/new-laptop"),
        ("cum restabilesc?", "ro", "/help/administrator/restore#blank"),
        ("mutarea pe laptop nou xyz", "ro", "/help/administrator/new-laptop"),
    ],
)
def test_a_question_is_answered_though_not_every_word_stands_there(words: str, language: str, chapter: str) -> None:
    assert any(one.address.startswith(chapter) for one in search_handbooks(words, language)[:8])


def test_a_restore_is_found_by_the_word_of_other_programs() -> None:
    for words in ("restaurare", "backup restore", "restaurez backup"):
        assert "/help/administrator/restore" in {one.chapter.address for one in search_handbooks(words, "ro")}, words
