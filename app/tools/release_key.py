"""``python -m tools.release_key FILE``: the key by which a program knows an update of those who publish it.

The file is the private key: it stays on a computer that is not connected, and a copy of it in a safe. What is printed
is the public key, which every build pins (``python -m tools.package --release-key PUBLIC``). A program may know
several, so that one can follow another.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from getpass import getpass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

PASSPHRASE_VARIABLE = "DOSAR_RELEASE_PASSPHRASE"  # noqa: S105 - the name of a variable
"""The passphrase of the key file, for whoever cannot be asked; empty: none."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Make a key, or say the public one of a key that is there."""
    parser = ArgumentParser(prog="python -m tools.release_key", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("file", type=Path, help="where the private key lies, or is to lie")
    file = parser.parse_args(arguments).file
    print((read_key(file) if file.exists() else make_key(file)).public_key().public_bytes_raw().hex())
    return 0


def make_key(file: Path) -> Ed25519PrivateKey:
    """A new key, for this account alone, under the passphrase that is typed."""
    key, passphrase = Ed25519PrivateKey.generate(), _passphrase()
    how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(content)
    return key


def read_key(file: Path) -> Ed25519PrivateKey:
    """The key in the file."""
    content = file.read_bytes()
    key = load_pem_private_key(content, (_passphrase() or None) if b"ENCRYPTED" in content else None)
    if not isinstance(key, Ed25519PrivateKey):
        sys.exit(f"{file} is no key that python -m tools.release_key has made.")
    return key


def _passphrase() -> bytes:
    given = os.environ.get(PASSPHRASE_VARIABLE)
    return (getpass("Passphrase of the release key: ") if given is None else given).encode()


if __name__ == "__main__":
    raise SystemExit(main())
