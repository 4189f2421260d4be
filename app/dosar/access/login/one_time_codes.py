"""Codes that open once: those a telephone makes of a secret and the time (TOTP, RFC 6238), and those on paper."""

from base64 import b32encode
from calendar import timegm
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from secrets import token_bytes

from pyotp import HOTP, TOTP, random_base32

ISSUER = "Dosar"
"""What the app on the telephone calls the account; it says nothing of the organisation."""
STEP_SECONDS = 30
STEPS_AROUND = 1
"""How far a telephone's clock may be off, in steps."""
HANDED_CODE_BYTES = 10
"""It opens for a day, once, beside a password; what is kept of it only the organisation's key makes."""
RECOVERY_CODE_BYTES = 15
MISREAD_LETTERS = str.maketrans("018", "OIB")
"""Digits that recovery codes have not, and what they were read for."""


def new_secret() -> str:
    """The secret of a telephone that is being connected: 160 random bits, in letters."""
    return random_base32()


def enrolment_address(secret: str, user_name: str) -> str:
    """What the QR code says to the app."""
    return TOTP(secret).provisioning_uri(name=user_name, issuer_name=ISSUER)


def step_at(moment: datetime) -> int:
    """The step a moment (UTC) lies in."""
    return timegm(moment.timetuple()) // STEP_SECONDS


def matching_step(secret: str, code: str, now: int) -> int | None:
    """The step whose code this is, of those around now."""
    maker, typed = HOTP(secret), _without_blanks(code)
    steps = range(now - STEPS_AROUND, now + STEPS_AROUND + 1)
    fitting = [step for step in steps if typed.isascii() and compare_digest(maker.at(step), typed)]
    return fitting[-1] if fitting else None


def is_telephone_code(code: str) -> bool:
    """Whether this looks like a code of a telephone: digits alone, as apps show them."""
    return _without_blanks(code).isdigit()


def new_recovery_code() -> str:
    """120 random bits, in letters and digits that are not taken for one another."""
    return _random_code(RECOVERY_CODE_BYTES)


def new_handed_code() -> str:
    """80 random bits: what an administrator hands over to somebody who has no telephone connected."""
    return _random_code(HANDED_CODE_BYTES)


def _random_code(size: int) -> str:
    return in_groups(b32encode(token_bytes(size)).decode())


def in_groups(letters: str, joint: str = "-") -> str:
    """The letters in groups of four, as they are copied from paper or typed from a page."""
    return joint.join(letters[start : start + 4] for start in range(0, len(letters), 4))


def recovery_digest(user_id: int, code: str) -> str:
    """What is kept of a recovery code. 112 random bits and more need no slow hash; whose it is goes into the digest."""
    letters = "".join(sign for sign in code.upper().translate(MISREAD_LETTERS) if sign.isalnum())
    return sha256(f"{user_id}:{letters}".encode()).hexdigest()


def _without_blanks(code: str) -> str:
    return "".join(code.split())
