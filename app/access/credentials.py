"""User name and password as they are compared: the same ones, whichever keyboard they were typed on.

Windows writes ``ţ`` where others write ``ț``, some systems write a letter and its mark apart, and a telephone
begins every word with a capital.
"""

import unicodedata

from app.fields.words import CEDILLA
from app.language.characters import visible

_COMMA_TO_CEDILLA = str.maketrans({comma: chr(cedilla) for cedilla, comma in CEDILLA.items()})


def one_user_name(typed: str) -> str:
    """The user name meant: capitals and blanks around it are nothing."""
    return visible(typed).strip().casefold()


def one_password(typed: str) -> str:
    """The one spelling of a password that is hashed."""
    return unicodedata.normalize("NFC", visible(typed)).translate(CEDILLA)


def spellings(typed: str) -> tuple[str, ...]:
    """The password in every spelling it may have been hashed in; older ones were hashed as typed."""
    meant = one_password(typed)
    spelled = (meant, meant.translate(_COMMA_TO_CEDILLA))
    apart = (unicodedata.normalize("NFD", one) for one in spelled)
    return tuple(dict.fromkeys((meant, typed, *spelled, *apart)))
