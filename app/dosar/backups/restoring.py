"""A back-up takes the place of the data: all of it or nothing, and what was there is kept aside."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dosar.backups.progress import Progress


@dataclass(frozen=True)
class Restored:
    """What is there now."""

    moment: datetime
    """When the back-up was made, UTC."""
    tables: dict[str, int]
    kept_aside: Path | None
    """The folder with what was there before."""


def restore_backup(file: Path, secret: str | Path, data: Path, tell: Progress) -> Restored:
    """Put the back-up in the place of what is in the data folder, which nobody else works on.

    ``secret`` is a typed passphrase or card, or the path of a key file. Raises
    :class:`~dosar.database.store_errors.StoreError`, and then nothing was changed.
    """
    raise NotImplementedError


def finish_interrupted(data: Path) -> None:
    """To be called at each start, before anything is opened: a restore that was killed is finished or forgotten."""
