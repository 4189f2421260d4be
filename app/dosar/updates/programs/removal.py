"""What is not needed any more goes out of the program store, unless somebody uses it."""

import shutil
from contextlib import suppress
from pathlib import Path

from dosar.updates.programs.in_use import is_in_use
from dosar.updates.programs.program import Program
from dosar.updates.programs.store import GONE_PREFIX, UNPACKING_PREFIX, versions_folder


def remove_others(*kept: Program | None) -> list[str]:
    """Remove what a kill left, and every version but these; their names. What is in use goes the next time."""
    names = {Path(program.folder).name for program in kept if program is not None}
    removed = []
    for folder in _folders():
        is_free = folder.name not in names and not is_in_use(folder.name.removeprefix(UNPACKING_PREFIX))
        if is_free and _remove(folder):
            removed.append(folder.name)
    return [name for name in removed if name[0] != "."]


def _remove(folder: Path) -> bool:
    """Under another name first: what is half removed is no version."""
    gone = folder.with_name(f"{GONE_PREFIX}{folder.name.removeprefix(GONE_PREFIX)}")
    with suppress(OSError):
        if gone != folder:
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)
        shutil.rmtree(gone)
        return True
    return False


def _folders() -> list[Path]:
    folder = versions_folder()
    return sorted(each for each in folder.iterdir() if each.is_dir()) if folder.is_dir() else []
