"""The recovery card: a printed secret of 160 bits that opens the data when nobody remembers the passphrase.

Eight groups of four letters carry the secret, a ninth says whether they were typed right. The alphabet is Crockford's
base32, so O and 0, and I, L and 1, are the same, however somebody reads them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from secrets import token_bytes

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOKS_LIKE = str.maketrans("OIL", "011")
OTHER_KEYBOARD = str.maketrans("YZ", "ZY")
"""What a code reader types where the computer takes it for a keyboard on which Y and Z have changed places."""
LETTER_BITS = 5
SECRET_BYTES = 20
SECRET_LETTERS = SECRET_BYTES * 8 // LETTER_BITS
GROUP_LETTERS = 4
CARD_LETTERS = SECRET_LETTERS + GROUP_LETTERS
GROUPS = CARD_LETTERS // GROUP_LETTERS
CLEAR_DIGITS, FEWEST_DIGITS = "23456789", 4
"""Digits that no letter looks like: a card has nine of them as a rule."""
CHECK_PURPOSE = b"dosar/1/recovery-card"


class MistypedCard(Exception):
    """This is a card with a typing error in it; ``group`` is where, counted from 1, if that can be told."""

    def __init__(self, group: int | None) -> None:
        self.group = group
        super().__init__(f"group {group}")


@dataclass(frozen=True)
class RecoveryCard:
    """One card; it never says its secret by accident."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "RecoveryCard":
        """A card nobody has seen yet."""
        return cls(token_bytes(SECRET_BYTES))

    @property
    def groups(self) -> list[str]:
        """What is printed, group by group."""
        letters = _letters(self.secret)
        return [letters[at : at + GROUP_LETTERS] for at in range(0, CARD_LETTERS, GROUP_LETTERS)]

    def has_group(self, number: int, typed: str) -> bool:
        """Whether this is what stands in the group, counted from 1."""
        return _plain(typed) == self.groups[number - 1]


def read_card(typed: str) -> RecoveryCard | None:
    """The card that was typed; None for what is no card at all. Raises :class:`MistypedCard`."""
    letters = _plain(typed)
    if len(letters) != CARD_LETTERS or not set(letters) <= set(ALPHABET):
        if _is_nearly_one(letters):
            raise MistypedCard(_odd_group(typed))
        return None
    meant = next(filter(_is_right, (letters, letters.translate(OTHER_KEYBOARD))), None)
    if meant is None:
        raise MistypedCard(_mistyped_group(letters))
    return RecoveryCard(_secret(meant))


def _plain(typed: str) -> str:
    return "".join(letter for letter in typed.upper() if letter.isalnum()).translate(LOOKS_LIKE)


def _is_nearly_one(letters: str) -> bool:
    """A group or a letter is left out or is there twice: digits in the midst of letters make no passphrase likely."""
    is_long_enough = abs(len(letters) - CARD_LETTERS) <= GROUP_LETTERS
    digits = sum(letter in CLEAR_DIGITS for letter in letters)
    return is_long_enough and digits >= FEWEST_DIGITS and set(letters) <= {*ALPHABET, "U"}


def _odd_group(typed: str) -> int | None:
    """The group that is too short or too long, where all of them are there."""
    groups = re.findall(r"\w+", typed)
    odd = [number for number, group in enumerate(groups, 1) if len(group) != GROUP_LETTERS]
    return odd[0] if len(groups) == GROUPS and odd else None


def _letters(secret: bytes) -> str:
    return _encoded(int.from_bytes(secret), SECRET_LETTERS) + _check(secret)


def _check(secret: bytes) -> str:
    digest = int.from_bytes(sha256(CHECK_PURPOSE + secret).digest()[:4])
    return _encoded(digest, GROUP_LETTERS)


def _encoded(number: int, length: int) -> str:
    shifts = range((length - 1) * LETTER_BITS, -1, -LETTER_BITS)
    return "".join(ALPHABET[number >> shift & len(ALPHABET) - 1] for shift in shifts)


def _secret(letters: str) -> bytes:
    number = 0
    for letter in letters[:SECRET_LETTERS]:
        number = number << LETTER_BITS | ALPHABET.index(letter)
    return number.to_bytes(SECRET_BYTES)


def _is_right(letters: str) -> bool:
    return _check(_secret(letters)) == letters[SECRET_LETTERS:]


def _mistyped_group(letters: str) -> int | None:
    """The only group in which one other letter, or two that change places, would make it right."""
    found = {at // GROUP_LETTERS + 1 for at, meant in _one_slip_away(letters) if _is_right(meant)}
    return found.pop() if len(found) == 1 else None


def _one_slip_away(letters: str) -> Iterator[tuple[int, str]]:
    """(where, the card without that slip) for every slip of one finger."""
    for at in range(len(letters)):
        yield from ((at, letters[:at] + other + letters[at + 1 :]) for other in ALPHABET if other != letters[at])
    for first, second in pairwise(range(len(letters))):
        yield first, letters[:first] + letters[second] + letters[first] + letters[second + 1 :]
