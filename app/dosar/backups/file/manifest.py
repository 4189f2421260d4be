"""What a back-up says of itself, and what else it holds beside the database: sealed with the key of the data.

It is sealed under a key of its own that is made of the master key, and opens nowhere else.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from dosar.access.organisation.time_zones import DEFAULT_TIME_ZONE, local_time, time_zone_of
from dosar.backups.file.troubles import BackupDamaged
from dosar.database.sealing.key_derivation import derive_key
from dosar.database.sealing.sealed_value import open_value, seal_value

SEALED_PURPOSE = "backup"
_PLACE = b"dosar-backup/1"
_PLAIN = ("program", "format", "anchor", "has_people", "zone", "has_own_forms")
"""What is written of the manifest as it is."""


@dataclass(frozen=True)
class TableRows:
    """How many rows a table has and what they add up to."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What the back-up says of itself."""

    moment: datetime
    """When it was made, UTC."""
    program: str
    """The version of Dosar that made it."""
    format: int
    """How its database is laid out."""
    contents: Mapping[str, TableRows]
    anchor: str = ""
    """The end of the audit log at that moment; by it a log that goes on elsewhere proves to be the same one."""
    has_people: bool = True
    """Whether anybody could sign in."""
    zone: str = DEFAULT_TIME_ZONE
    """The clock that the organisation lives by."""
    has_own_forms: bool = True
    """Whether the forms were those of the organisation, and not the ones that come with the program."""

    @property
    def moment_here(self) -> datetime:
        """The moment as the clock on the organisation's wall showed it."""
        return local_time(self.moment, time_zone_of(self.zone, None))

    @property
    def tables(self) -> dict[str, int]:
        """Rows in each table."""
        return {name: found.rows for name, found in self.contents.items()}


@dataclass(frozen=True)
class SealedPart:
    """Everything that is sealed beside the database."""

    manifest: Manifest
    forms: Mapping[str, bytes] = field(default_factory=dict)
    """The files of the forms folder, by their names in it."""
    register: bytes = b""
    """Who was erased, as marks (:mod:`dosar.database.installation.erasure_register`)."""

    def sealed(self, master_key: bytes) -> bytes:
        """As it is written."""
        told = json.dumps(_to_json(self), sort_keys=True, separators=(",", ":")).encode()
        return seal_value(derive_key(master_key, SEALED_PURPOSE), told, _PLACE)


def open_sealed(file: Path, sealed: bytes, master_key: bytes) -> SealedPart:
    """The opposite, of a back-up ``file``. Raises :class:`BackupDamaged`."""
    try:
        return _from_json(json.loads(open_value(derive_key(master_key, SEALED_PURPOSE), sealed, _PLACE)))
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise BackupDamaged(file) from None


def _to_json(part: SealedPart) -> dict[str, Any]:
    manifest = part.manifest
    return {name: getattr(manifest, name) for name in _PLAIN} | {
        "moment": manifest.moment.isoformat(),
        "contents": {name: [found.rows, found.digest] for name, found in manifest.contents.items()},
        "forms": {name: b64encode(content).decode() for name, content in part.forms.items()},
        "register": b64encode(part.register).decode(),
    }


def _from_json(told: dict[str, Any]) -> SealedPart:
    manifest = Manifest(
        moment=datetime.fromisoformat(told["moment"]),
        contents={name: TableRows(rows, digest) for name, (rows, digest) in told["contents"].items()},
        **{name: told[name] for name in _PLAIN},
    )
    forms = {name: b64decode(content) for name, content in told["forms"].items()}
    return SealedPart(manifest, forms, b64decode(told["register"]))
