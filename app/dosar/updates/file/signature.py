"""Who publishes Dosar signs each update; a program knows the public keys from the day it was made."""

from collections.abc import Sequence
from contextlib import suppress

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CONTEXT = b"dosar update file\n"
"""Signed with what the file says of itself: a signature under anything else of the same key is none here."""


def sign_facts(content: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signature, for whoever publishes."""
    return key.sign(CONTEXT + content)


def is_signed(content: bytes, signature: bytes, keys: Sequence[bytes], context: bytes = CONTEXT) -> bool:
    """Whether one of the public keys signed it, for this purpose."""
    return any(_is_signed_by(key, context + content, signature) for key in keys)


def _is_signed_by(key: bytes, content: bytes, signature: bytes) -> bool:
    with suppress(InvalidSignature, ValueError):
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
        return True
    return False
