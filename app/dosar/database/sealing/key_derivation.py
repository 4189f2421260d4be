"""Keys made from another key, one for each purpose: HKDF with SHA-256."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

DERIVED_KEY_BYTES = 32


def derive_key(key: bytes, purpose: str) -> bytes:
    """The key for one purpose, 32 bytes: knowing it tells neither ``key`` nor that of another purpose."""
    return HKDF(SHA256(), DERIVED_KEY_BYTES, salt=None, info=f"dosar/1/{purpose}".encode()).derive(key)
