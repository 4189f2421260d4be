"""What is read to the persons who are assisted: as plain as a book for children of ten to twelve."""

import re

import pytest

from dosar.handbooks.shelf import shelf
from dosar.language.text.translations import LANGUAGES

LONGEST_SENTENCE = 20
EASY = 30
"""Björnsson's LIX: words in a sentence, and how many in a hundred are long. Books for children lie below 30."""
LONG_WORD = 7


def sentences_in(language: str, paper: str) -> list[list[str]]:
    """The words of each sentence of a chapter."""
    [book] = [one for one in shelf(language) if one.key == "protection"]
    chapter = book.chapter(paper)
    assert chapter is not None
    paragraphs = (paragraph for section in chapter.sections for paragraph in section.paragraphs)
    pieces = (piece for paragraph in paragraphs for piece in re.split(r"[.!?:…]+", paragraph))
    return [words for piece in pieces if (words := re.findall(r"[^\W\d_]+", piece))]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", ["for-adults", "for-children"])
def test_a_person_of_twelve_understands_what_is_kept_on_her(language: str, paper: str) -> None:
    sentences = sentences_in(language, paper)
    words = [word for sentence in sentences for word in sentence]
    long_words = sum(len(word) >= LONG_WORD for word in words)
    assert max(map(len, sentences)) <= LONGEST_SENTENCE
    assert len(words) / len(sentences) + 100 * long_words / len(words) < EASY
