"""The register of erasures: a file beside the database, so that a restored old copy does not bring erased persons back.

A copy made before an erasure has no trace of it. The register lies outside the database, in the data folder and in each
later copy of it, and is read at every start. A line has a moment, what was done, and a mark: HMAC with a key of the
organisation over what identifies the record and stays the same in every copy; it tells nothing about anybody.
"""

import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from dosar.database.atomic_files import write_atomically
from dosar.database.copies_folder import COPIES_FOLDER, OLD_KEY_FOLDER

REGISTER_FILE = "erased-persons.txt"
REGISTER_PURPOSE = "erasure-register"
_HEAD = (
    "# What was erased or made anonymous, as marks without data. Keep this file with the database: by it Dosar does\n"
    "# so once more, when an old copy is put back.\n"
    "# Ce s-a șters sau s-a anonimizat, ca semne fără date. Păstrați fișierul lângă baza de date: după el, Dosar o\n"
    "# face din nou când se pune la loc o copie veche.\n"
)
_LINE = re.compile(r"(?P<moment>\S+) (?P<deed>[a-z]+) (?P<mark>[0-9a-f]{64})")


def mark_of(key: bytes, *identifying: Any) -> str:
    """The mark of a record with this number, made at this moment by this account."""
    content = json.dumps(identifying, default=str, separators=(",", ":"))
    return hmac.digest(key, content.encode(), "sha256").hex()


def registered_deeds(data: Path) -> dict[str, str]:
    """Mark → what was done, of every register that lies near: that of the folder, of its copies, and, for a copy that
    is started where it lies, of the folder it was made of."""
    home = data.parent.parent if data.parent.name in (COPIES_FOLDER, OLD_KEY_FOLDER) else data
    near = {data, home, *home.glob(f"{COPIES_FOLDER}/*"), *home.glob(f"{OLD_KEY_FOLDER}/*")}
    return {mark: deed for folder in sorted(near) for mark, deed in _read(folder / REGISTER_FILE).items()}


def _read(file: Path) -> Mapping[str, str]:
    lines = file.read_text("utf-8").splitlines() if file.is_file() else ()
    return {found["mark"]: found["deed"] for line in lines if (found := _LINE.fullmatch(line.strip()))}


@contextmanager
def registering(data: Path | None, deed: str, marks: Iterable[str], moment: datetime) -> Iterator[None]:
    """Inside, the deed is done: it is in the register before it is kept in the database, and not where it failed.

    Without a folder (a database on a server that a program opened by its address alone) nothing is written.
    """
    if data is None:
        yield
        return
    file = data / REGISTER_FILE
    before = file.read_text("utf-8") if file.is_file() else _HEAD
    write_atomically(file, before + "".join(f"{moment.isoformat()} {deed} {mark}\n" for mark in marks))
    try:
        yield
    except BaseException:
        write_atomically(file, before)
        raise


def copy_register(data: Path | None, folder: Path) -> None:
    """Give a copy of the database the register along."""
    if data is not None and (data / REGISTER_FILE).is_file():
        write_atomically(folder / REGISTER_FILE, (data / REGISTER_FILE).read_text("utf-8"))
