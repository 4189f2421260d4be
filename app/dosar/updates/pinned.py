"""What the build wrote into the program about its updates: who signs them, and where the newest version is told.

A program from a checkout or from pip has nothing pinned: it asks nobody, and takes no update.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PINNED_FILE = Path(__file__).with_name("pinned.json")


@dataclass(frozen=True)
class Pinned:
    """Whom this program believes about updates."""

    keys: tuple[bytes, ...] = ()
    """Public keys (Ed25519, 32 bytes each), one of which must have signed."""
    address: str = ""
    """``https://…`` of the file that tells the newest version."""


@cache
def read_pinned(file: Path = PINNED_FILE) -> Pinned:
    """As it was pinned; nothing where the build pinned nothing."""
    if not file.is_file():
        return Pinned()
    told = json.loads(file.read_text("utf-8"))
    return Pinned(tuple(bytes.fromhex(key) for key in told.get("keys", [])), told.get("address", ""))


def pinned_text(keys: list[bytes], address: str) -> str:
    """What the build writes into the file."""
    return json.dumps({"keys": [key.hex() for key in keys], "address": address}, indent=1) + "\n"
