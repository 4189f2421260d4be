"""A short value, encrypted and bound to its place: AES-256-GCM with a nonce of its own before it."""

from functools import cache
from hashlib import blake2b
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
PLACE_BYTES = 6


@cache
def place_digest(place: str) -> bytes:
    """What stands for a place (``table.column``) in the values that lie there; it tells no more than the tables do."""
    return blake2b(place.encode(), digest_size=PLACE_BYTES).digest()


def seal_value(key: bytes, value: bytes, place: bytes) -> bytes:
    """The value as it is stored: nonce, ciphertext and tag. It opens only with the same ``place``."""
    return seal_by_cipher(AESGCM(key), value, place)


def open_value(key: bytes, sealed: bytes, place: bytes) -> bytes:
    """The opposite. Raises :class:`~cryptography.exceptions.InvalidTag` for anything that was changed or moved."""
    return open_by_cipher(AESGCM(key), sealed, place)


def seal_by_cipher(cipher: AESGCM, value: bytes, place: bytes) -> bytes:
    """As :func:`seal_value`, for many values under one key."""
    nonce = token_bytes(NONCE_BYTES)
    return nonce + cipher.encrypt(nonce, value, place)


def open_by_cipher(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes:
    """As :func:`open_value`, for many values under one key."""
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
