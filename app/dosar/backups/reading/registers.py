"""Who was erased stays erased: every register that is known is laid together before a back-up takes its place.

A back-up knows only the erasures of before it was made. The folder that it takes the place of may know later ones, and
so may a newer back-up that lies beside it.
"""

from collections.abc import Iterable
from pathlib import Path

from dosar.backups.file.archive import SEALED_PART, unverified_part
from dosar.backups.file.manifest import Manifest, open_sealed
from dosar.backups.file.names import read_name
from dosar.database.copies_folder import BEFORE_RESTORE_FOLDER, COPIES_FOLDER, OLD_KEY_FOLDER
from dosar.database.installation.erasure_register import REGISTER_FILE
from dosar.database.store_errors import StoreError


def merged_registers(registers: Iterable[bytes]) -> bytes:
    """Every line of them once, in their order; a line that cannot be read is kept, and told at the next start."""
    lines = (line.strip() for register in registers for line in register.splitlines())
    return b"".join(line + b"\n" for line in dict.fromkeys(lines) if line)


def registers_near(data: Path) -> list[bytes]:
    """Those of the folder and of everything that is kept in it."""
    kept = (data / name for name in (COPIES_FOLDER, OLD_KEY_FOLDER, BEFORE_RESTORE_FOLDER))
    folders = [data, *(folder for each in kept if each.is_dir() for folder in sorted(each.iterdir()))]
    return [file.read_bytes() for folder in folders if (file := folder / REGISTER_FILE).is_file()]


def register_of_newer(file: Path, manifest: Manifest, master_key: bytes) -> bytes:
    """That of the newest back-up with the same key beside this one, if there is a newer one."""
    files = (other for other in file.parent.glob("dosar-*.dosar") if other.is_file())  # a pipe would never end
    named = ((read_name(other.name), other) for other in files)
    newer = sorted(
        ((name.moment, other) for name, other in named if name and name.moment > manifest.moment), reverse=True
    )
    for _, other in newer:
        try:
            return open_sealed(other, unverified_part(other, SEALED_PART), master_key).register
        except (StoreError, OSError):
            continue  # of somebody else, or damaged
    return b""
