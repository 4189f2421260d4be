"""What a restore kept aside goes after a month: it holds also whoever was erased since."""

import re
import shutil
from datetime import datetime
from pathlib import Path

from dosar.database.copies_folder import BEFORE_RESTORE_FOLDER
from dosar.database.keys.old_key import KEPT_FOR

KEPT_ASIDE_REMOVED_ACTION = "kept_aside_removed"
"""What the audit log calls it."""
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2}-\d{6})(?:-\w+)*")


def remove_kept_aside(data: Path, now: datetime) -> int:
    """Delete what was kept long enough ``now``, UTC; how many it was."""
    kept = data / BEFORE_RESTORE_FOLDER
    folders = sorted(kept.iterdir()) if kept.is_dir() else []
    gone = [
        folder for folder in folders if (found := _NAME.fullmatch(folder.name)) and now - _moment(found[1]) > KEPT_FOR
    ]
    for folder in gone:
        shutil.rmtree(folder)
    if gone and len(gone) == len(folders):
        kept.rmdir()
    return len(gone)


def _moment(name: str) -> datetime:
    return datetime.fromisoformat(f"{name[:10]}T{name[11:]}")
