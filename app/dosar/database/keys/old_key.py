"""The database with the former key goes: it holds also whoever was erased since, and who knows that key reads it.

``dosar key new`` leaves it beside the data, for the case that something is missed. After a month of starts with the new
key nothing was missed; it goes at the next start, or at once when somebody says so.
"""

from datetime import datetime, timedelta
from pathlib import Path

from dosar.database.copies_folder import OLD_KEY_FOLDER
from dosar.database.dated_folders import dated_folders, remove_dated

KEPT_FOR = timedelta(days=30)
OLD_KEY_REMOVED_ACTION = "old_key_removed"
"""What the audit log calls it."""


def old_databases(data: Path) -> dict[Path, datetime]:
    """Folder → when the key was changed, UTC; the oldest first."""
    return dated_folders(data / OLD_KEY_FOLDER)


def kept_until(data: Path) -> datetime | None:
    """When the last of them goes by itself; none where there is none."""
    moments = old_databases(data).values()
    return max(moments) + KEPT_FOR if moments else None


def remove_old_databases(data: Path, now: datetime | None = None) -> int:
    """Delete those that were kept long enough ``now``, without it all of them; how many it was."""
    kept = old_databases(data)
    return remove_dated(folder for folder, moment in kept.items() if now is None or now - moment > KEPT_FOR)
