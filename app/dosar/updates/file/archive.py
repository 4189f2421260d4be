"""The file of an update is read: who signed it, whether it is for this computer, and whether all of it is there."""

import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from errno import EINVAL
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from dosar.backups.file.archive import UNREADABLE
from dosar.database.store_errors import StoreError
from dosar.long_work.progress import Progress, keep_silent
from dosar.updates.file.facts import UpdateFacts, UpdatePart, read_facts
from dosar.updates.file.signature import is_signed
from dosar.updates.file.troubles import (
    NotForThisSystem,
    NotNewer,
    UnsignedUpdate,
    UpdateDamaged,
    UpdatesNotTaken,
    UpdateTooFar,
)
from dosar.updates.pinned import read_pinned
from dosar.updates.programs.program import running_version
from dosar.updates.programs.versions import is_newer

NAME_END = ".dosar-update"
FACTS_PART, SIGNATURE_PART, PROGRAM_FOLDER = "update.json", "update.json.sig", "program/"
LARGEST_FACTS, SIGNATURE_BYTES, PIECE_BYTES = 16 * 2**20, 64, 2**20
SYSTEMS = {"win32": "windows", "darwin": "macos", "linux": "linux"}
MACHINES = {"amd64": "x86_64", "aarch64": "arm64"}
"""One name for what systems call differently."""


@dataclass(frozen=True)
class UpdateFile:
    """An update whose signature, system and version are right."""

    file: Path
    facts: UpdateFacts = field(repr=False)

    @property
    def version(self) -> str:
        """The version that it brings."""
        return self.facts.version

    @property
    def system(self) -> str:
        """The system that it is made for."""
        return self.facts.system

    @property
    def bytes(self) -> int:
        """How much room the program takes."""
        return self.facts.size

    def notes(self, language: str) -> str:
        """What is new, in this language or in any."""
        said = self.facts.notes
        return said.get(language) or next(iter(said.values()), "")


def system_name() -> str:
    """``linux-x86_64``, ``windows-x86_64``, ``macos-arm64``."""
    machine = platform.machine().lower()
    return f"{SYSTEMS.get(sys.platform, sys.platform)}-{MACHINES.get(machine, machine)}"


def read_update(file: Path, keys: Sequence[bytes] | None = None, tell: Progress = keep_silent) -> UpdateFile:
    """Read all of the file. Raises :class:`~dosar.database.store_errors.StoreError` where anything is not as it was
    signed by one of the keys, by default those of this program, or where it is not for this computer."""
    trusted = read_pinned().keys if keys is None else keys
    if not trusted:
        raise UpdatesNotTaken
    try:
        with ZipFile(file) as packed:
            if any(part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for part in packed.infolist()):
                raise UpdateDamaged(file)
            update = UpdateFile(file, _signed_facts(packed, file, trusted))
            _require_fitting(update)
            _require_listed(packed, update)
            for _ in stream_parts(packed, update, tell):
                pass
    except UNREADABLE:
        raise UpdateDamaged(file) from None
    except OSError as error:
        if error.errno in (None, EINVAL):  # a place before the beginning of the file
            raise UpdateDamaged(file) from None
        raise StoreError("%(file)s cannot be read: %(why)s.", file=file.name, why=error.strerror or "?") from None
    return update


def stream_parts(
    packed: ZipFile, update: UpdateFile, tell: Progress, step: str = "look"
) -> Iterator[tuple[str, UpdatePart, bytes | None]]:
    """Every piece of every file, and None at the end of each once it was as it was signed. Raises
    :class:`UpdateDamaged`."""
    done, every = 0, max(update.bytes, 1)
    for name, part in update.facts.files.items():
        digest, size = sha256(), 0
        with packed.open(f"{PROGRAM_FOLDER}{name}") as content:
            for piece in iter(partial(content.read, PIECE_BYTES), b""):
                digest.update(piece)
                size += len(piece)
                if size > part.bytes:
                    raise UpdateDamaged(update.file)
                yield name, part, piece
        if size != part.bytes or digest.hexdigest() != part.sha256:
            raise UpdateDamaged(update.file)
        yield name, part, None
        done += size
        tell(step, done / every)


def _signed_facts(packed: ZipFile, file: Path, keys: Sequence[bytes]) -> UpdateFacts:
    content = _small_part(packed, FACTS_PART, LARGEST_FACTS)
    signature = _small_part(packed, SIGNATURE_PART, SIGNATURE_BYTES)
    if not is_signed(content, signature, keys):
        raise UnsignedUpdate(file)
    facts = read_facts(content)
    if facts is None:
        raise UpdateDamaged(file)
    return facts


def _small_part(packed: ZipFile, name: str, largest: int) -> bytes:
    part: IO[bytes]
    with packed.open(name) as part:
        return part.read(largest + 1)[:largest]


def _require_fitting(update: UpdateFile) -> None:
    running = running_version()
    if update.system != system_name():
        raise NotForThisSystem(update.file, update.system, system_name())
    if not is_newer(update.version, running):
        raise NotNewer(update.version, running)
    if is_newer(update.facts.oldest, running):
        raise UpdateTooFar(update.version, running, update.facts.oldest)


def _require_listed(packed: ZipFile, update: UpdateFile) -> None:
    """Nothing lies in the file that was not signed."""
    listed = {FACTS_PART, SIGNATURE_PART, *(f"{PROGRAM_FOLDER}{name}" for name in update.facts.files)}
    found = packed.namelist()
    if len(found) != len(listed) or set(found) != listed:
        raise UpdateDamaged(update.file)
