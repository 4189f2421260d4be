"""The contents of files, encrypted in chunks: what was cut off, moved, changed or put in another place is noticed.

Layout: mark, salt (16 bytes), then chunks of 64 KiB, each encrypted by AES-256-GCM with a key made for this file
alone. The nonce of a chunk is its number and whether it is the last one, so that none can be dropped or swapped.
"""

from collections.abc import Iterator
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dosar.database.sealing.key_derivation import derive_key
from dosar.database.store_errors import StoreError

SEALED_MARK = b"\x00dosar-file\x01"
"""How sealed contents begin; no file of the kinds accepted does."""
SALT_BYTES = 16
CHUNK_BYTES = 64 * 1024
TAG_BYTES = 16


def is_sealed(content: bytes) -> bool:
    """Whether these are sealed contents already."""
    return content.startswith(SEALED_MARK)


def seal_content(key: bytes, content: bytes) -> bytes:
    """The content as it is stored, about 0.03 % longer; ``key`` is the organisation's key for files."""
    salt = token_bytes(SALT_BYTES)
    cipher, head = AESGCM(derive_key(key, salt.hex())), SEALED_MARK + salt
    last = max(0, -(-len(content) // CHUNK_BYTES) - 1)
    chunks = (content[number * CHUNK_BYTES : (number + 1) * CHUNK_BYTES] for number in range(last + 1))
    sealed = (cipher.encrypt(_nonce(number, last), chunk, head) for number, chunk in enumerate(chunks))
    return b"".join([head, *sealed])


def open_content(key: bytes, sealed: bytes) -> bytes:
    """What was sealed. Raises :class:`StoreError` where anything of it was changed."""
    try:
        return b"".join(_opened_chunks(key, sealed))
    except InvalidTag:
        raise StoreError(
            "This file was changed in the database and is not shown. Tell your administrator: the last back-up may "
            "have it whole."
        ) from None


def _opened_chunks(key: bytes, sealed: bytes) -> Iterator[bytes]:
    head = sealed[: len(SEALED_MARK) + SALT_BYTES]
    if not is_sealed(sealed):
        raise InvalidTag
    cipher = AESGCM(derive_key(key, head[len(SEALED_MARK) :].hex()))
    size = CHUNK_BYTES + TAG_BYTES
    last = max(0, -(-(len(sealed) - len(head)) // size) - 1)
    for number in range(last + 1):
        begin = len(head) + number * size
        yield cipher.decrypt(_nonce(number, last), sealed[begin : begin + size], head)


def _nonce(number: int, last: int) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + (b"\x01" if number == last else b"\x00")
