"""Text and paragraphs."""

from datetime import date

import pytest

from dosar.fields.text import Paragraph, TextLine
from dosar.language.question import ReadingContext
from dosar.language.text.message import Mistake
from dosar.language.text.spelling import fold_name

RO = ReadingContext("ro", date(2026, 9, 5))
LABEL = {"en": "Name", "ro": "Nume"}
name = TextLine(name="name", label=LABEL)
story = Paragraph(name="story", label=LABEL, lines=6)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  Ana Pop ", "Ana Pop"),
        ("Ana\r\nPop", "Ana Pop"),
        ("Ştefan Ţîrcă", "Ștefan Țîrcă"),
        ("S\u0326tefan", "Ștefan"),
        ("Ana\x00\x07 Pop", "Ana Pop"),
        ("\x00", None),
        ("   ", None),
    ],
)
def test_a_line_is_kept_in_one_spelling(typed: str, read: str | None) -> None:
    assert name.read([typed], RO) == read


@pytest.mark.parametrize("text", ["Ana", "țară nouă", "a < b & „c”"])
def test_a_line_reads_back(text: str) -> None:
    assert name.read(name.typed(text, RO), RO) == text


def test_a_line_too_long_says_by_how_much() -> None:
    with pytest.raises(Mistake, match="4 characters over the limit of 200"):
        name.read(["x" * 204], RO)


def test_a_paragraph_keeps_its_lines() -> None:
    assert story.read([" one\r\n\r\ntwo\rthree\tfour "], RO) == "one\n\ntwo\nthree four"


def test_a_paragraph_may_be_longer_than_the_paper() -> None:
    assert len(story.read(["x" * 20_000], RO)) == 20_000
    assert story.box().lines == 6


def test_a_megabyte_is_refused_in_a_sentence() -> None:
    with pytest.raises(Mistake, match="980000 characters over the limit of 20000"):
        story.read(["x" * 1_000_000], RO)


def test_a_line_may_become_longer_or_a_paragraph() -> None:
    longer = TextLine(name="name", label=LABEL, max=400)
    assert longer.is_wider_than(name) and story.is_wider_than(name)
    assert not name.is_wider_than(longer) and not name.is_wider_than(story)


def test_names_are_compared_without_marks() -> None:
    assert fold_name("Hîncești") == fold_name("HÂNCEŞTI") == "hancesti"


@pytest.mark.parametrize("line_break", ["\v", "\f", "\x85", "\u2028", "\u2029", "\x1e", "\r", "\r\n"])
def test_a_break_of_any_program_is_a_line_break(line_break: str) -> None:
    assert story.read([f"unu{line_break}doi"], RO) == "unu\ndoi"
    assert name.read([f"Ana{line_break}Pop"], RO) == "Ana Pop"


def test_joiners_stay_in_a_story_and_nowhere_else() -> None:
    typed = "mama 👩\u200d👧 și کتاب\u200cها, țes\u200dut\u200c\u200b"
    assert story.read([typed], RO) == "mama 👩\u200d👧 și کتاب\u200cها, țesut"
