"""The file of an update is made, by whoever publishes Dosar."""

import os
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dosar.updates.file.archive import FACTS_PART, PROGRAM_FOLDER, SIGNATURE_PART
from dosar.updates.file.facts import UpdateFacts
from dosar.updates.file.signature import sign_facts

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""A ZIP knows no earlier day; of what is signed the day says nothing."""


def write_update(folder: Path, facts: UpdateFacts, key: Ed25519PrivateKey, file: Path, level: int = 9) -> None:
    """Pack the program folder with its facts, which list its files, and sign them; at a lower ``level`` it is larger
    and made sooner."""
    content = facts.written()
    draft = file.with_name(f".{file.name}")
    with ZipFile(draft, "w", ZIP_DEFLATED, compresslevel=level) as packed:
        packed.writestr(_entry(FACTS_PART), content)
        packed.writestr(_entry(SIGNATURE_PART), sign_facts(content, key))
        for name in facts.files:
            packed.writestr(_entry(f"{PROGRAM_FOLDER}{name}"), (folder / name).read_bytes())
    os.replace(draft, file)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, EARLIEST)
    entry.compress_type = ZIP_DEFLATED
    return entry
