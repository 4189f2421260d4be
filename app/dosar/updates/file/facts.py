"""What the file of an update says of itself, as it was signed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from dosar.updates.programs.versions import is_version

FORBIDDEN = set('\\:*?"<>|')
"""What some system reads as a drive, a folder or a pattern."""
LONGEST_PATH = 200


@dataclass(frozen=True)
class UpdatePart:
    """One file of the program."""

    bytes: int
    sha256: str
    runs: bool = False
    """Whether it is a program itself."""


@dataclass(frozen=True)
class UpdateFacts:
    """What was signed."""

    version: str
    system: str
    """``linux-x86_64``"""
    format: int
    """The format of the database that it makes."""
    oldest: str
    """The oldest version whose database it brings along."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """What is new, by language."""
    files: Mapping[str, UpdatePart] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How much room the program takes."""
        return sum(part.bytes for part in self.files.values())

    def written(self) -> bytes:
        """As it is signed."""
        return (json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_facts(content: bytes) -> UpdateFacts | None:
    """What was signed; None where it is something else, or names a place outside of its own folder."""
    try:
        return _facts_of(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _facts_of(told: Any) -> UpdateFacts | None:
    files = {str(name): _part_of(part) for name, part in told["files"].items()}
    facts = UpdateFacts(
        str(told["version"]),
        str(told["system"]),
        int(told["format"]),
        str(told["oldest"]),
        {str(language): str(note) for language, note in told["notes"].items()},
        files,
    )
    names = {name.casefold() for name in files}
    is_sound = is_version(facts.version) and all(map(is_inside, files)) and len(names) == len(files)
    return facts if is_sound else None


def _part_of(told: Any) -> UpdatePart:
    return UpdatePart(int(told["bytes"]), str(told["sha256"]), bool(told["runs"]))


def is_inside(name: str) -> bool:
    """Whether the name, written with slashes, stays inside of the folder on every system."""
    parts = PurePosixPath(name).parts
    return (
        0 < len(name) <= LONGEST_PATH
        and name == "/".join(parts)
        and not name.startswith("/")
        and not any(part in ("..", ".") or part[-1] in ". " for part in parts)
        and not any(letter in FORBIDDEN or ord(letter) < 32 for letter in name)
    )
