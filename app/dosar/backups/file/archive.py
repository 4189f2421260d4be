"""The file of a back-up: a ZIP without compression, and a seal at its end over everything before it.

Any program opens it and shows what is in there: a text for people, the key slots, and what only the key opens. The
seal stands in the comment of the ZIP, the last bytes of the file: a digest, by which anybody notices damage, and a mark
made with the key, by which nobody without it makes another file.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from errno import EINVAL, EIO
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar, cast
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError

from dosar.backups.file.paced_writing import PacedFile, chunks, digest_of
from dosar.backups.file.troubles import BackupCut, BackupDamaged, BackupNewer, BackupUnreadable, NoBackup
from dosar.database.sealing.key_derivation import derive_key
from dosar.long_work.progress import Progress

ARCHIVE_VERSION = 1
README_PART, SLOTS_PART, DATABASE_PART, SEALED_PART = "READ ME.txt", "key-slots.json", "dosar.db", "sealed"
SEAL_PURPOSE = "backup-file"
LARGEST_SMALL_PART = 64 * 2**20
UNREADABLE = (BadZipFile, ZlibError, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError)
"""What reading a ZIP raises that is cut or was turned into something else."""
_BEGIN = b"PK\x03\x04"
_SEAL = re.compile(rb"dosar-backup (\d{1,4}) ([0-9a-f]{64}) ([0-9a-f]{64})")
_UNSEALED = f"dosar-backup {ARCHIVE_VERSION} {'0' * 64} {'0' * 64}".encode()
_DIGITS = 64 + 1 + 64
_LONGEST_SEAL = len(_UNSEALED) + 3
Found = TypeVar("Found")


@dataclass(frozen=True)
class Archive:
    """A file of which every byte was read, and is as it was written, unless somebody did her best to change it."""

    file: Path
    digest: bytes
    mark: bytes

    def require_sealed(self, master_key: bytes) -> None:
        """Raises :class:`BackupDamaged` for a file that somebody made without the key."""
        if not hmac.compare_digest(self.mark, _mark(master_key, self.digest)):
            raise BackupDamaged(self.file)

    def small_part(self, name: str) -> bytes:
        """What a part holds, in memory."""
        return self._read(name, lambda part, size: part.read(min(size, LARGEST_SMALL_PART)))

    def extract(self, name: str, target: Path, tell: Callable[[float], None]) -> None:
        """Write a part into a file of its own."""
        self._read(name, partial(_write_out, target, tell))

    def _read(self, name: str, read: Callable[[IO[bytes], int], Found]) -> Found:
        try:
            with ZipFile(self.file) as opened, opened.open(name) as part:
                told = opened.getinfo(name)
                if told.compress_type != ZIP_STORED:  # a small file may not become one that fills disk or memory
                    raise BackupDamaged(self.file)
                return read(part, told.file_size)
        except UNREADABLE:
            raise BackupDamaged(self.file) from None
        except OSError as error:
            if error.errno in (None, EINVAL):  # a place before the beginning of the file
                raise BackupDamaged(self.file) from None
            if error.errno == EIO or error.filename == str(self.file):
                raise BackupUnreadable(self.file, error) from None
            raise


def _write_out(target: Path, tell: Callable[[float], None], part: IO[bytes], size: int) -> None:
    done = 0
    with PacedFile(target) as written:
        for chunk in chunks(part):
            written.write(chunk)
            done += len(chunk)
            tell(done / max(size, 1))
        written.finish()


def write_archive(
    file: Path, parts: Mapping[str, bytes | Path], master_key: bytes, moment: datetime, tell: Progress
) -> None:
    """Write the parts, in their order, and the seal."""
    with PacedFile(file) as written:
        with ZipFile(cast(Any, _Paced(written)), "w", ZIP_STORED) as archive:
            for name, content in parts.items():
                with archive.open(_entry(name, moment), "w", force_zip64=True) as part:
                    _fill(part, content, partial(tell, "pack"))
            archive.comment = _UNSEALED
        stream = written.stream
        size = stream.seek(0, 2) - _DIGITS
        stream.seek(0)
        digest = digest_of(stream, size, partial(tell, "seal"))
        stream.seek(size)
        stream.write(f"{digest.hex()} {_mark(master_key, digest).hex()}".encode())
        written.finish()


class _Paced:
    """As :class:`ZipFile` wants a file: it goes back to write sizes down."""

    def __init__(self, written: PacedFile) -> None:
        self.write = written.write
        self.seek, self.tell, self.flush = written.stream.seek, written.stream.tell, written.stream.flush


def _entry(name: str, moment: datetime) -> ZipInfo:
    entry = ZipInfo(name, moment.timetuple()[:6])
    entry.create_system, entry.external_attr = 3, 0o600 << 16
    return entry


def _fill(part: IO[bytes], content: bytes | Path, tell: Callable[[float], None]) -> None:
    if isinstance(content, bytes):
        part.write(content)
        return
    size, done = max(content.stat().st_size, 1), 0
    with content.open("rb") as read:
        for chunk in chunks(read):
            part.write(chunk)
            done += len(chunk)
            tell(done / size)


def unverified_part(file: Path, name: str) -> bytes:
    """A small part of a file of which nobody knows yet whose it is. Raises :class:`BackupDamaged` and
    :class:`OSError`."""
    return Archive(file, b"", b"").small_part(name)


def read_archive(file: Path, tell: Progress) -> Archive:
    """Read every byte of the file. Raises :class:`NoBackup`, :class:`BackupCut`, :class:`BackupDamaged`,
    :class:`BackupNewer`, :class:`BackupUnreadable`."""
    try:
        return _read_through(file, tell)
    except OSError as error:
        raise BackupUnreadable(file, error) from None


def _read_through(file: Path, tell: Progress) -> Archive:
    with closing(file.open("rb")) as opened:
        begin, size = opened.read(len(_BEGIN)), opened.seek(0, 2)
        opened.seek(max(0, size - _LONGEST_SEAL))
        found = re.search(_SEAL.pattern + rb"\Z", opened.read())
        if found is None:
            is_cut = size == 0 or (begin == _BEGIN and _looks_like_ours(opened))
            raise BackupCut(file) if is_cut else NoBackup(file)
        if int(found[1]) > ARCHIVE_VERSION:
            raise BackupNewer(file)
        opened.seek(0)
        digest = digest_of(opened, size - _DIGITS, partial(tell, "check"))
    if digest.hex().encode() != found[2]:
        raise BackupDamaged(file)
    return Archive(file, digest, bytes.fromhex(found[3].decode()))


def _looks_like_ours(opened: IO[bytes]) -> bool:
    opened.seek(0)
    return README_PART.encode() in opened.read(100)


def _mark(master_key: bytes, digest: bytes) -> bytes:
    return hmac.digest(derive_key(master_key, SEAL_PURPOSE), digest, hashlib.sha256)
