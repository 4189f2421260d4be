"""The newest version that was told, beside the data, for the window: it knows no database."""

from contextlib import suppress
from pathlib import Path

from dosar.updates.programs.versions import is_newer, is_version

TOLD_FILE = "new-version"


def tell_version(data: Path | None, version: str) -> None:
    """This version is there; nothing is told any more for an empty one. That it could not be told is no trouble."""
    if data is None:
        return
    with suppress(OSError):
        if version:
            (data / TOLD_FILE).write_text(f"{version}\n", "ascii")
        else:
            (data / TOLD_FILE).unlink(missing_ok=True)


def told_version(data: Path, running: str) -> str:
    """The version that is there, if it is newer than the one that runs."""
    with suppress(OSError, ValueError):
        told = (data / TOLD_FILE).read_text("ascii").strip()
        return told if is_version(told) and is_newer(told, running) else ""
    return ""
