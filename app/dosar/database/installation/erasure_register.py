"""The register of erasures: a file beside the database, so that a restored old copy does not bring erased persons back.

A copy made before an erasure has no trace of it. The register lies outside the database, in the data folder and in each
later copy of it, and is read at every start. A line has a moment, what was done, and a mark: HMAC with a key of the
organisation over what was done and what identifies the record and stays the same in every copy; it tells nothing about
anybody. What cannot be read in it is told and never left out: it could be the line that keeps somebody erased.
"""

import hmac
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dosar.database.atomic_files import copy_atomically, write_atomically
from dosar.database.copies_folder import BEFORE_RESTORE_FOLDER, COPIES_FOLDER, OLD_KEY_FOLDER
from dosar.database.store_errors import StoreError

REGISTER_FILE = "erased-persons.txt"
REGISTER_PURPOSE = "erasure-register"
ERASE, ANONYMISE = "erase", "anonymise"
"""What is done with somebody, the stronger first."""
_HEAD = (
    "# What was erased or made anonymous, as marks without data. Keep this file with the database: by it Dosar does\n"
    "# so once more, when an old copy is put back.\n"
    "# Ce s-a șters sau s-a anonimizat, ca semne fără date. Păstrați fișierul lângă baza de date: după el, Dosar o\n"
    "# face din nou când se pune la loc o copie veche.\n"
)
_LINE = re.compile(r"(?P<moment>\S+) (?P<deed>erase|anonymise) (?P<mark>[0-9a-f]{64})")


class RegisterDamaged(StoreError):
    """A register is not what Dosar wrote."""


@dataclass(frozen=True)
class RegisteredDeed:
    """A line of a register: what was done with whom the mark is of."""

    deed: str
    mark: str
    file: Path
    line: int

    def damaged(self) -> RegisterDamaged:
        """Says that the line is not what Dosar wrote."""
        return _damaged(self.file, self.line)


def mark_of(key: bytes, deed: str, *identifying: Any) -> str:
    """The mark of what was done with a record with this number, made at this moment by this account."""
    content = json.dumps((deed, *identifying), default=str, separators=(",", ":"))
    return hmac.digest(key, content.encode(), "sha256").hex()


def registered_deeds(data: Path) -> list[RegisteredDeed]:
    """Every line of every register that lies near: that of the folder, of its copies, and, for a copy that is started
    where it lies, of the folder it was made of. Raises :class:`RegisterDamaged`."""
    kept = (COPIES_FOLDER, OLD_KEY_FOLDER, BEFORE_RESTORE_FOLDER)
    home = data.parent.parent if data.parent.name in kept else data
    near = {data, home, *(folder for name in kept for folder in home.glob(f"{name}/*"))}
    return [line for folder in sorted(near) for line in _deeds_in(folder / REGISTER_FILE)]


def _deeds_in(file: Path) -> list[RegisteredDeed]:
    lines = enumerate(_content(file).splitlines(), start=1)
    return [found for number, line in lines if (found := _deed_in(file, number, line)) is not None]


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return b""
    except OSError:
        raise RegisterDamaged(
            "The register of erased persons, %(file)s, cannot be read. Give this account the right to read it, or put "
            "the file back from your last copy of the data folder.",
            file=file,
        ) from None


def _deed_in(file: Path, number: int, line: bytes) -> RegisteredDeed | None:
    """What the line tells; None for a remark and an empty line."""
    try:
        text = line.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise _damaged(file, number) from None
    if not text or text.startswith("#"):
        return None
    found = _LINE.fullmatch(text)
    if found is None:
        raise _damaged(file, number)
    return RegisteredDeed(found["deed"], found["mark"], file, number)


def _damaged(file: Path, number: int) -> RegisterDamaged:
    return RegisterDamaged(
        "The register of erased persons, %(file)s, is damaged in line %(line)s, or was changed there by something else "
        "than Dosar. Put the file back from your last copy of the data folder. Where there is no whole one, delete "
        "the line, start Dosar, and ask anew for the erasures that you have on paper.",
        file=file,
        line=number,
    )


@contextmanager
def registering(data: Path | None, deed: str, marks: Iterable[str], moment: datetime) -> Iterator[None]:
    """Inside, the deed is done: it is in the register before it is kept in the database, and not where it failed.

    Without a folder (a database on a server that a program opened by its address alone) nothing is written. Raises
    :class:`RegisterDamaged`: nothing is added to a register that is not whole.
    """
    if data is None:
        yield
        return
    file = data / REGISTER_FILE
    _deeds_in(file)
    before = file.read_text("utf-8-sig") if file.is_file() else _HEAD
    write_atomically(file, before + "".join(f"{moment.isoformat()} {deed} {mark}\n" for mark in marks))
    try:
        yield
    except BaseException:
        write_atomically(file, before)
        raise


def copy_register(data: Path | None, folder: Path) -> None:
    """Give a copy of the database the register along, as it is: a damaged one is told at the start, and keeps nobody
    from making copies."""
    if data is not None and (data / REGISTER_FILE).is_file():
        copy_atomically(data / REGISTER_FILE, folder / REGISTER_FILE)
