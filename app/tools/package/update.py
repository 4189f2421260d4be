"""The folder as an update: what it says of itself, and the file of it that is signed."""

import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dosar.database.format_version import FORMAT_VERSION
from dosar.updates.file.archive import NAME_END, system_name
from dosar.updates.file.facts import UpdateFacts, UpdatePart
from dosar.updates.file.writing import write_update
from dosar.updates.programs.program import FACTS_FILE
from tools.package.archive import files_of, sha256_of

OLDEST_VERSION = "0.1.0"
"""The oldest release whose databases tests/releases brings along."""


def write_facts(folder: Path, version: str) -> None:
    """What a program reads at its first line: which version it is."""
    told = {"version": version, "system": system_name(), "format": FORMAT_VERSION}
    (folder / FACTS_FILE).write_text(json.dumps(told, indent=1) + "\n", "utf-8", newline="\n")


def make_update(folder: Path, to: Path, key: Ed25519PrivateKey, notes: Path | None, level: int = 9) -> Path:
    """Sign the folder, and pack it as an update; ``notes`` is a JSON file: language → what is new."""
    told = json.loads((folder / FACTS_FILE).read_text("utf-8"))
    facts = UpdateFacts(
        told["version"],
        told["system"],
        told["format"],
        OLDEST_VERSION,
        {} if notes is None else json.loads(notes.read_text("utf-8")),
        {file.relative_to(folder).as_posix(): _part(file) for file in files_of(folder)},
    )
    file = to / f"Dosar-{facts.version}-{facts.system}{NAME_END}"
    write_update(folder, facts, key, file, level)
    return file


def _part(file: Path) -> UpdatePart:
    """A link becomes the file that it leads to: a ZIP knows none that every system understands."""
    return UpdatePart(file.stat().st_size, sha256_of(file), os.access(file, os.X_OK))
