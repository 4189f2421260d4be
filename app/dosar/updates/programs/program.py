"""A program folder, and which one this program is."""

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FACTS_FILE = "program.json"
"""In each folder that starts without Python: the version, and the system it was made for."""
DOSAR, WINDOW = "dosar", "dosar-desktop"


@dataclass(frozen=True)
class Program:
    """One version of Dosar as a folder."""

    version: str
    folder: str

    def file(self, name: str = DOSAR) -> Path:
        """The file that starts one of its two programs."""
        return Path(self.folder) / f"{name}{'.exe' if sys.platform == 'win32' else ''}"

    def is_whole(self) -> bool:
        """Whether what starts it is there, and says that it is this version."""
        found = program_in(Path(self.folder))
        return found is not None and found.version == self.version


def program_in(folder: Path) -> Program | None:
    """The program of a folder; None where it is none, or a part of it is gone."""
    facts = facts_in(folder)
    program = Program(str(facts.get("version", "")), str(folder))
    has_parts = program.file(DOSAR).exists() and program.file(WINDOW).exists() and _libraries(folder).is_dir()
    return program if program.version and has_parts else None


def own_program() -> Program | None:
    """This program; None where it was installed into a Python."""
    if not getattr(sys, "frozen", False):
        return None
    folder = Path(os.path.realpath(sys.executable)).parent
    version = str(facts_in(folder).get("version", ""))
    return Program(version, str(folder)) if version else None


def running_version() -> str:
    """The version of this program, however it was installed."""
    own = own_program()
    if own is not None:
        return own.version
    from importlib.metadata import version  # takes time, and a program of its own has no need of it

    return version("dosar")


def facts_in(folder: Path) -> dict[str, object]:
    """What the folder says of itself; nothing where it says nothing that can be read."""
    for place in (folder, folder.parent / "Resources"):  # an application of macOS has them there
        with suppress(OSError, ValueError):
            told = json.loads((place / FACTS_FILE).read_text("utf-8"))
            if isinstance(told, dict):
                return told
    return {}


def _libraries(folder: Path) -> Path:
    return next((each for each in (folder / "_internal", folder.parent / "Frameworks") if each.is_dir()), folder / "-")
