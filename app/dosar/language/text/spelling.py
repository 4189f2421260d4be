"""One spelling of what was typed: letters as the language writes them, names as they are compared."""

import re
import unicodedata

from dosar.language.text.characters import strip_invisible, unify_line_breaks, unify_punctuation
from dosar.language.text.collation import CEDILLA_TO_COMMA

CONTROL_CHARACTERS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
SAME_SOUND_LETTERS = str.maketrans("îâ", "ââ")
"""Old and new spelling of the same sound: *Hîncești*, *Hâncești*."""


def clean_text(text: str) -> str:
    """The text in one spelling of its letters, without characters nobody sees.

    Windows keyboards and old laws write the cedilla letters ``ş ţ``; Romanian has the comma below.
    """
    lines = unify_line_breaks(strip_invisible(text)).replace("\t", " ")
    letters = unicodedata.normalize("NFC", lines).translate(CEDILLA_TO_COMMA)
    return CONTROL_CHARACTERS.sub("", letters).strip()


def fold_name(text: str) -> str:
    """The text as names typed by hand are compared: no capitals, no diacritics, one spelling of â."""
    letters = unicodedata.normalize("NFC", unify_punctuation(text)).casefold().translate(SAME_SOUND_LETTERS)
    parts = unicodedata.normalize("NFKD", letters)
    return "".join(part for part in parts if not unicodedata.combining(part))
