"""The recovery card on paper: one page, in two languages, that opens everything and names nobody."""

from datetime import date
from io import BytesIO

import pikepdf
import pytest

from dosar.database.keys.recovery_card import RecoveryCard, read_card
from dosar.exchange.recovery_card.card_pdf import card_pdf
from dosar.exchange.recovery_card.card_sheet import PLACES, card_sheet
from dosar.handbooks.shelf import find_book
from dosar.language.text.translations import LANGUAGES, WORDINGS
from dosar.updates.pinned import Pinned
from dosar.updates.programs.program import running_version
from dosar.updates.programs.source import program_address

CARD = RecoveryCard(bytes(range(20)))
TODAY = date(2026, 11, 30)


@pytest.mark.parametrize("language", [*LANGUAGES, *WORDINGS])
@pytest.mark.parametrize("number", [1, 2])
def test_it_is_one_page_in_two_languages(language: str, number: int) -> None:
    sheet = card_sheet(CARD, number, TODAY, language, PLACES)
    assert sheet.texts[0].language == language != sheet.texts[1].language and len(sheet.texts) == 2
    assert all(str(number) in text.title for text in sheet.texts)
    with pikepdf.open(BytesIO(card_pdf(sheet))) as pdf:
        assert len(pdf.pages) == 1
        assert "/CreationDate" not in pdf.docinfo and "/Author" not in pdf.docinfo


@pytest.mark.parametrize("typed_by", [str, str.lower, lambda text: text.translate(str.maketrans("YZ", "ZY"))])
def test_what_a_code_reader_types_is_the_card(typed_by: object) -> None:
    """Whatever keyboard the computer takes it for."""
    for number in range(200):
        card = RecoveryCard(number.to_bytes(20))
        typed = typed_by(card_sheet(card, 1, TODAY, "ro").square_text)  # type: ignore[operator]
        assert read_card(f"{typed}\n") == card


def test_the_square_stands_in_the_page_itself() -> None:
    sheet = card_sheet(CARD, 1, TODAY, "ro")
    assert sheet.square.startswith("<svg") and sheet.square_address.startswith("data:image/svg+xml,%3Csvg")
    assert sheet.square_text.isascii() and sheet.square_text == sheet.square_text.upper()


@pytest.mark.parametrize("language", [*LANGUAGES, *WORDINGS])
def test_it_says_which_dosar_where_it_is_and_which_chapter_helps(language: str) -> None:
    book = find_book("administrator", language)
    chapter = book.chapter("keys-lost") if book else None
    assert book is not None and chapter is not None
    text = card_sheet(CARD, 1, TODAY, language).texts[0]
    assert running_version() in text.program and running_version() in text.steps[0]
    assert any(
        f"{book.title}, " in advice and f" {book.chapters.index(chapter) + 1}." in advice for advice in text.keeping
    )
    assert not any("dosar key" in line for line in (*text.steps, *text.keeping)), "nobody has a terminal at hand"


def test_a_build_names_the_address_of_the_program() -> None:
    assert program_address(Pinned()) == "", "then the line is filled in by hand"
    assert program_address(Pinned(address="https://dosar.example/new/newest.json")) == "https://dosar.example/new/"
