"""User name and password as they are compared: the same ones, whichever keyboard they were typed on.

Windows writes ``ţ`` where others write ``ț``, some systems write a letter and its mark apart, and a telephone
begins every word with a capital.
"""

import unicodedata

from dosar.language.text.characters import strip_invisible
from dosar.language.text.collation import CEDILLA_TO_COMMA

_COMMA_TO_CEDILLA = str.maketrans({comma: chr(cedilla) for cedilla, comma in CEDILLA_TO_COMMA.items()})


def normalized_user_name(text: str) -> str:
    """The user name meant: capitals and blanks around it are nothing."""
    return strip_invisible(text).strip().casefold()


def normalized_password(text: str) -> str:
    """The one spelling of a password that is hashed."""
    return unicodedata.normalize("NFC", strip_invisible(text)).translate(CEDILLA_TO_COMMA)


def password_spellings(text: str) -> tuple[str, ...]:
    """The password in every spelling it may have been hashed in; older ones were hashed as typed."""
    normalized = normalized_password(text)
    spelled = (normalized, normalized.translate(_COMMA_TO_CEDILLA))
    apart = (unicodedata.normalize("NFD", spelling) for spelling in spelled)
    return tuple(dict.fromkeys((normalized, text, *spelled, *apart)))
