"""Large files are written in pieces that reach the disk one after the other.

A disk that is given a gigabyte at once makes whoever saves a sheet meanwhile wait for all of it: 0.7 s were measured,
and 0.06 s in this way.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from errno import ELOOP
from pathlib import Path
from stat import S_ISREG
from typing import IO

CHUNK_BYTES = 2**20
SYNC_BYTES = 16 * 2**20


class PacedFile:
    """A new file for this account alone, that tells the disk now and then to write down what it has. A link that
    somebody laid in its place is not followed."""

    def __init__(self, file: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        self.stream = open(os.open(file, flags, 0o600), "w+b")  # noqa: SIM115 - closed by its own ``with``
        self._waiting = 0

    def __enter__(self) -> "PacedFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def write(self, chunk: bytes) -> int:
        """Write this where the stream is; how much it was."""
        written = self.stream.write(chunk)
        self._waiting += len(chunk)
        if self._waiting >= SYNC_BYTES:
            self.finish()
        return written

    def finish(self) -> None:
        """Wait until everything so far has reached the disk."""
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self._waiting = 0


def chunks(opened: IO[bytes], size: int = -1) -> Iterator[bytes]:
    """What the stream holds, or its next ``size`` bytes."""
    while size != 0 and (chunk := opened.read(CHUNK_BYTES if size < 0 else min(CHUNK_BYTES, size))):
        size -= len(chunk) if size > 0 else 0
        yield chunk


def open_plain(file: Path) -> IO[bytes]:
    """Open a file to read it, and no link that leads elsewhere, no pipe that waits, no device that never ends: whoever
    prepared the stick chose what lies there. Raises :class:`OSError`."""
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK"))
    opened = open(os.open(file, flags), "rb")  # noqa: SIM115 - closed by its own ``with``
    if not S_ISREG(os.fstat(opened.fileno()).st_mode):
        opened.close()
        raise OSError(ELOOP, os.strerror(ELOOP))
    return opened


def copy_paced(source: Path, target: Path, tell: Callable[[float], None]) -> None:
    """Copy a file, as large as it was when that was begun; ``tell`` hears how much of it is done."""
    copied = 0
    with open_plain(source) as read, PacedFile(target) as written:
        size = os.fstat(read.fileno()).st_size
        for chunk in chunks(read, size):
            written.write(chunk)
            copied += len(chunk)
            tell(copied / size)
        written.finish()


def digest_of(opened: IO[bytes], size: int, tell: Callable[[float], None]) -> bytes:
    """SHA-256 of the next ``size`` bytes."""
    digest, done = hashlib.sha256(), 0
    for chunk in chunks(opened, size):
        digest.update(chunk)
        done += len(chunk)
        tell(done / size)
    return digest.digest()
