"""The card as a PDF: made in memory, and never written to a disk."""

from dataclasses import asdict
from pathlib import Path

from dosar.exchange.recovery_card.card_sheet import CardSheet
from dosar.paper.typesetting import typeset

TEMPLATE = Path(__file__).with_name("card_sheet.typ")


def card_pdf(sheet: CardSheet) -> bytes:
    """One page A4."""
    return typeset(TEMPLATE, {**asdict(sheet), "square": sheet.square})
