"""A file in the database is read by nobody else, and a change of it is noticed."""

from secrets import token_bytes

import pytest

from dosar.database.sealing.sealed_content import (
    CHUNK_BYTES,
    SALT_BYTES,
    SEALED_MARK,
    TAG_BYTES,
    open_content,
    seal_content,
)
from dosar.database.store_errors import StoreError

KEY = bytes(range(32))
HEAD = len(SEALED_MARK) + SALT_BYTES
SIZE = CHUNK_BYTES + TAG_BYTES


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_what_was_sealed_comes_back(size: int) -> None:
    content = token_bytes(size)
    sealed = seal_content(KEY, content)
    assert open_content(KEY, sealed) == content
    assert size < 8 or content[:8] not in sealed
    assert sealed != seal_content(KEY, content)


def tampered() -> dict[str, bytes]:
    """Three chunks, and what somebody with the database could do to them."""
    sealed = seal_content(KEY, token_bytes(3 * CHUNK_BYTES))
    head, chunks = sealed[:HEAD], [sealed[HEAD + at * SIZE : HEAD + (at + 1) * SIZE] for at in range(3)]
    return {
        "one bit": sealed[: HEAD + 5] + bytes([sealed[HEAD + 5] ^ 1]) + sealed[HEAD + 6 :],
        "cut in a chunk": sealed[:-1],
        "cut after a chunk": sealed[:-SIZE],
        "a chunk dropped": head + chunks[0] + chunks[2],
        "chunks swapped": head + chunks[1] + chunks[0] + chunks[2],
        "a chunk doubled": sealed + chunks[2],
        "the head of another": seal_content(KEY, b"")[:HEAD] + sealed[HEAD:],
        "all but the head": head,
        "put there in clear": b"%PDF-1.7",
        "nothing": b"",
    }


@pytest.mark.parametrize("how", tampered())
def test_a_change_is_noticed(how: str) -> None:
    with pytest.raises(StoreError, match="was changed in the database"):
        open_content(KEY, tampered()[how])


def test_another_key_opens_nothing() -> None:
    with pytest.raises(StoreError, match="was changed in the database"):
        open_content(bytes(32), seal_content(KEY, b"act"))
