"""What a restore kept aside goes after a month: it holds also whoever was erased since."""

from datetime import datetime
from pathlib import Path

from dosar.database.copies_folder import BEFORE_RESTORE_FOLDER
from dosar.database.dated_folders import dated_folders, remove_dated
from dosar.database.keys.old_key import KEPT_FOR

KEPT_ASIDE_REMOVED_ACTION = "kept_aside_removed"
"""What the audit log calls it."""


def remove_kept_aside(data: Path, now: datetime) -> int:
    """Delete what was kept long enough ``now``, UTC; how many it was."""
    kept = dated_folders(data / BEFORE_RESTORE_FOLDER)
    return remove_dated(folder for folder, moment in kept.items() if now - moment > KEPT_FOR)
