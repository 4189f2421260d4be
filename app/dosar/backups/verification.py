"""A back-up is opened and looked through: every byte, every page, every table."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dosar.backups.progress import Progress


@dataclass(frozen=True)
class Manifest:
    """What a back-up says of itself, sealed."""

    moment: datetime
    program: str
    """The version of Dosar that made it."""
    format: int
    """How the database is laid out."""
    tables: dict[str, int]
    """Rows in each."""


def verify_backup(file: Path, master_key: bytes, tell: Progress) -> Manifest:
    """Look the whole file through. Raises :class:`~dosar.database.store_errors.StoreError` for anything that is not as
    it was written."""
    raise NotImplementedError


def open_backup(file: Path, secret: str | Path) -> tuple[Manifest, bytes]:
    """What the back-up says of itself and its master key, for a typed passphrase or card, or a key file.

    Raises :class:`~dosar.backups.troubles.WrongSecret`.
    """
    raise NotImplementedError
