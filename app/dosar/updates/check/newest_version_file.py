"""The newest version that was told, beside the data, for the window: it knows no database."""

from contextlib import suppress
from pathlib import Path

from dosar.updates.programs.versions import is_newer, is_version

VERSION_FILE = "new-version"


def write_newest_version(data: Path | None, version: str) -> None:
    """Tell that this version is there; for an empty one, nothing any more. That it cannot be told is no trouble."""
    if data is None:
        return
    with suppress(OSError):
        if version:
            (data / VERSION_FILE).write_text(f"{version}\n", "ascii")
        else:
            (data / VERSION_FILE).unlink(missing_ok=True)


def read_newer_version(data: Path, running: str) -> str:
    """The version that is there, if it is newer than the one that runs."""
    with suppress(OSError, ValueError):
        told = (data / VERSION_FILE).read_text("ascii").strip()
        return told if is_version(told) and is_newer(told, running) else ""
    return ""
