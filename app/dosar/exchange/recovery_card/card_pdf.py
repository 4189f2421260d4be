"""The card as a PDF, set by Typst: made in memory, and never written to a disk."""

import json
from dataclasses import asdict
from pathlib import Path

from dosar.exchange.recovery_card.card_sheet import CardSheet

TEMPLATE = Path(__file__).with_name("card_sheet.typ")


def card_pdf(sheet: CardSheet) -> bytes:
    """One page A4, with its fonts in it."""
    import typst  # takes a while to come

    data = json.dumps({**asdict(sheet), "square": sheet.square}, ensure_ascii=False)
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(), format="pdf", ignore_system_fonts=True, sys_inputs={"data": data}
    )
    return made
