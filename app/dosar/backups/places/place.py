"""What every place of back-ups can do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dosar.database.store_errors import StoreError
from dosar.long_work.progress import Progress


@dataclass(frozen=True)
class StoredFile:
    """A file at a place, by its name there."""

    name: str
    bytes: int


class PlaceUnreachable(StoreError):
    """The place is not there, or does not let us in; the message says what to do."""


class BackupPlace(Protocol):
    """A flat collection of files by their names. Everything here raises :class:`PlaceUnreachable`."""

    def list(self) -> list[StoredFile]:
        """Every file that is there, whoever put it there."""

    def put(self, source: Path, name: str, tell: Progress) -> None:
        """Write a file under this name, over one of the same name; back only once it has reached the place."""

    def fetch(self, name: str, target: Path, tell: Progress) -> None:
        """Read a file back, from the place itself and not from a memory of it."""

    def rename(self, old: str, new: str) -> None:
        """Give a file another name."""

    def remove(self, name: str) -> None:
        """Delete a file; one that is not there is deleted already."""
