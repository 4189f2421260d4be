"""A restore for practice: into a temporary folder, opened by the program's own readers, and removed again."""

from pathlib import Path

from dosar.backups.progress import Progress
from dosar.backups.verification import Manifest


def rehearse(file: Path, master_key: bytes, tell: Progress) -> Manifest:
    """Restore the back-up to nowhere. Raises :class:`~dosar.database.store_errors.StoreError` for one that nobody could
    work with."""
    raise NotImplementedError
