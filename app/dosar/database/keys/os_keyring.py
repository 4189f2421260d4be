"""The computer's own keyring: a secret that is there once somebody has signed in to the computer.

Needs the extra ``dosar[keyring]``; imported when it is asked for, since its back ends take long and may be missing.
"""

from contextlib import suppress
from typing import Any

from dosar.database.store_errors import StoreError

SERVICE = "dosar"


def secret_in_keyring(place: str) -> bytes | None:
    """The secret kept under this name; None where there is none, or no keyring just now."""
    try:
        keyring = _keyring()
    except StoreError:
        return None
    with suppress(keyring.errors.KeyringError, ValueError):
        found = keyring.get_password(SERVICE, place)
        return None if found is None else bytes.fromhex(found)
    return None


def keep_in_keyring(place: str, secret: bytes) -> None:
    """Keep the secret under this name. Raises :class:`StoreError` where the computer has no keyring."""
    keyring = _keyring()
    try:
        keyring.set_password(SERVICE, place, secret.hex())
    except keyring.errors.KeyringError:
        raise StoreError(
            "This computer has no keyring that Dosar can use, or it is locked. Sign in to the desktop of the account "
            "that runs Dosar, or use a key file: dosar key file"
        ) from None


def forget_in_keyring(place: str) -> None:
    """Nothing is kept under this name any more."""
    with suppress(StoreError):
        keyring = _keyring()
        with suppress(keyring.errors.KeyringError):
            keyring.delete_password(SERVICE, place)


def _keyring() -> Any:
    try:
        import keyring
        import keyring.errors
    except ImportError:
        raise StoreError("The computer's keyring needs one more library: pip install 'dosar[keyring]'") from None
    return keyring
