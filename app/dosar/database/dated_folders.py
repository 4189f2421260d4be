"""Folders that are called by the moment at which they were made, UTC, and are removed after a while.

They lie where people look, too: what somebody put beside them, or cannot be removed just now, keeps no program from
starting.
"""

import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

_NAME = re.compile(r"(\d{4}-\d{2}-\d{2}-\d{6})(?:-\w+)*", re.ASCII)
_MOMENT = "%Y-%m-%d-%H%M%S"


def dated_folders(parent: Path) -> dict[Path, datetime]:
    """Folder → its moment, the oldest first; nothing that is called otherwise, or only leads to a folder."""
    found = {}
    for folder in sorted(parent.iterdir()) if parent.is_dir() else []:
        named = _NAME.fullmatch(folder.name)
        if named and folder.is_dir() and not folder.is_symlink():
            with suppress(ValueError):  # the 31st of February
                found[folder] = datetime.strptime(named[1], _MOMENT)
    return found


def remove_dated(folders: Iterable[Path]) -> int:
    """Remove them, and what held them where nothing else lies there; how many went. One that somebody has open, or
    that is another account's, goes another time."""
    return sum([_is_removed(folder) for folder in folders])


def _is_removed(folder: Path) -> bool:
    with suppress(OSError):
        shutil.rmtree(folder)
        with suppress(OSError):
            folder.parent.rmdir()
        return True
    return False
