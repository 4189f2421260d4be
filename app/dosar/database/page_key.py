"""The key of an encrypted file, given to a connection that was just opened to it."""

from typing import Any


def give_page_key(connection: Any, key: bytes) -> None:
    """Before anything is read; SQLCipher's own log would name the file. ``key`` has 32 bytes."""
    connection.execute("PRAGMA cipher_log_level=NONE")
    connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
