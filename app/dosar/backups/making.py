"""A back-up is made: one moment of the running database, at a place, read back from there and verified."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dosar.backups.places.place import BackupPlace
from dosar.backups.progress import Progress
from dosar.database.store import Store


@dataclass(frozen=True)
class MadeBackup:
    """What lies at the place now."""

    name: str
    bytes: int
    tables: dict[str, int]
    """Rows in each."""
    seconds: float
    checked: bool


def make_backup(
    store: Store, data: Path, forms: Path, key: bytes, place: BackupPlace, moment: datetime, tell: Progress
) -> MadeBackup:
    """Make a back-up of everything as it is now, while others work on; ``moment`` is UTC and names it.

    It carries the name of a back-up only once it was read back from the place and verified. Raises
    :class:`~dosar.database.store_errors.StoreError`.
    """
    raise NotImplementedError
