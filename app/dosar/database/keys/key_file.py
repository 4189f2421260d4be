"""The key of the encrypted database as it lies in a key file kept apart from the data, or is made of a passphrase.

A stolen data folder alone must tell nothing, so a key file inside it is refused. A key is made only
when there is no database yet: a new key for old data would look like lost data. Folders with key slots
(:mod:`dosar.database.keys.master_key`) keep in the file what opens a slot, and no longer make a key of a passphrase.
"""

import os
import secrets
import stat
from pathlib import Path

from argon2.low_level import Type, hash_secret_raw
from platformdirs import user_config_path

from dosar.database.atomic_files import write_atomically
from dosar.database.installation.installation_marker import BEGINNING_FILE
from dosar.database.keys.key_name import (
    NAME_BYTES,
    folder_mark,
    keep_name,
    name_by_path,
    name_in_folder,
    own_name,
    path_digest,
)
from dosar.database.keys.key_slots_file import slots_file
from dosar.database.store import database_file
from dosar.database.store_errors import StoreError

SALT_FILE = "passphrase.salt"
KEY_BYTES = 32
SALT_BYTES = 16
SHORTEST_PASSPHRASE = 14
PASSPHRASE_MEMORY_KIB = 256 * 1024
"""What one guess at a passphrase costs. Another number makes another key: it is never changed."""


def keys_folder() -> Path:
    """Where key files lie unless somebody names another place."""
    return user_config_path("dosar") / "keys"


def default_key_file(data: Path) -> Path:
    """Where the key of a data folder lies unless somebody names another place."""
    name = name_in_folder(data) or name_by_path(keys_folder(), data) or path_digest(data)
    return keys_folder() / f"{name}.key"


def own_key_file(data: Path) -> Path:
    """The same, for a key that is made: of this folder and no other."""
    keys, found = keys_folder(), default_key_file(data)
    is_named = found.exists() or name_in_folder(data) is not None
    return keys / f"{own_name(keys, data, found.stem)}.key" if is_named else new_key_file()


def new_key_file() -> Path:
    """A file that opens nothing yet."""
    return keys_folder() / f"{secrets.token_hex(NAME_BYTES)}.key"


def remember_key_file(data: Path, file: Path) -> None:
    """The folder goes by the name of its key file from now on, wherever it is moved."""
    keep_name(keys_folder(), data, file.stem)


def salt_file(data: Path) -> Path:
    """The salt of the passphrase: no secret, but the database cannot be opened without it."""
    return data / SALT_FILE


def knows_folder(data: Path, key_file: Path | None = None) -> bool:
    """Whether there is already a key or a passphrase for this data folder: then there was a database, too."""
    known = (folder_mark(keys_folder(), data), _passphrase_marker(data))
    signs = (key_file or default_key_file(data), salt_file(data), slots_file(data), *known)
    return any(sign.is_file() for sign in signs)


def remember_passphrase(data: Path) -> None:
    """Write down, apart from the data, that there is a passphrase for this folder; what it is, nobody can tell."""
    if not _passphrase_marker(data).exists():
        write_atomically(_passphrase_marker(data), "")


def _passphrase_marker(data: Path) -> Path:
    return keys_folder() / f"{path_digest(data)}.passphrase"


def key_from_file(data: Path, key_file: Path | None = None) -> bytes:
    """The key in ``key_file``, 32 bytes, made on the first start. Raises :class:`StoreError`."""
    file = key_file or default_key_file(data)
    _refuse_beside_the_data(file, data)
    if not file.exists():
        if has_database(data) or (key_file is None and _had_key(data)):
            raise StoreError(
                "The key file %(file)s is missing. Copy it back from where you keep its copy, or name it "
                "with --key-file: without it nobody can read the database.",
                file=file,
            )
        file = key_file or own_key_file(data)
        write_secrets(data, file, secrets.token_bytes(KEY_BYTES))
        if key_file is None:
            remember_key_file(data, file)
    return secrets_in_file(data, file)[0]


def _had_key(data: Path) -> bool:
    """Whether a key was made for the folder, in a start that came to its end; the data may be on a server."""
    return name_in_folder(data) is not None and not (data / BEGINNING_FILE).exists()


def secrets_in_file(data: Path, file: Path) -> list[bytes]:
    """What the key file holds: 32 bytes, and while the key is being changed those of before, too.

    Raises :class:`StoreError` for a file that is damaged, or that others can read."""
    if not file.is_file():
        raise StoreError("%(file)s is a folder and no key file. Name the file itself with --key-file.", file=file)
    _refuse_beside_the_data(file, data)
    _refuse_open_to_others(file)
    return _read_keys(file, KEY_BYTES)


def write_secrets(data: Path, file: Path, *secrets: bytes) -> None:
    """Write a key file. Raises :class:`StoreError` for one beside the data."""
    _refuse_beside_the_data(file, data)
    write_atomically(file, "".join(f"{secret.hex()}\n" for secret in secrets))


def key_from_passphrase(data: Path, passphrase: str) -> bytes:
    """The key made of a passphrase and the salt in the data folder, 32 bytes, in about two seconds.

    Raises :class:`StoreError`; a wrong passphrase is noticed only when the database does not open.
    """
    file = salt_file(data)
    if not file.exists():
        if has_database(data):
            raise StoreError(
                "The file %(file)s is missing, and the passphrase does not open the database without it. "
                "Copy it back from a backup, or start with the key file if that is how it was made.",
                file=file,
            )
        if len(passphrase) < SHORTEST_PASSPHRASE:
            raise StoreError("Choose a passphrase of at least 14 characters.")
        write_atomically(file, f"{secrets.token_hex(SALT_BYTES)}\n")
    return hash_secret_raw(
        passphrase.encode(),
        _read_keys(file, SALT_BYTES)[0],
        time_cost=3,
        memory_cost=PASSPHRASE_MEMORY_KIB,
        parallelism=2,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def keep_out_of_core_dumps() -> None:
    """A crash must not write the key and the opened pages to the disk."""
    try:
        import resource
    except ImportError:  # Windows writes none unless somebody asks for them
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def has_database(data: Path) -> bool:
    """Whether anything was ever written into the database of this folder."""
    file = database_file(data)
    return file.exists() and file.stat().st_size > 0


def _refuse_beside_the_data(file: Path, data: Path) -> None:
    if file.resolve().is_relative_to(data.resolve()):
        raise StoreError(
            "The key file %(file)s lies inside the data folder: who takes the folder has the key too. "
            "Keep it elsewhere, and name it with --key-file.",
            file=file,
        )


def _refuse_open_to_others(file: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise StoreError(
            "Other accounts of this computer can read the key file %(file)s. Close it: chmod 600 %(file)s",
            file=file,
        )


MOST_KEYS = 2


def _read_keys(file: Path, size: int) -> list[bytes]:
    """A key in each line."""
    try:
        found = [bytes.fromhex(line) for line in file.read_text("ascii").split()]
    except ValueError:
        found = []
    if not 1 <= len(found) <= MOST_KEYS or any(len(key) != size for key in found):
        raise StoreError("The file %(file)s is damaged. Copy it back from where you keep its copy.", file=file)
    return found
