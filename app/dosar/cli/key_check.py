"""Whether a key opens the database of a data folder."""

from collections.abc import Callable
from pathlib import Path

from dosar.cli.runtime import open_store_or_empty
from dosar.database.store_errors import WrongKey


def opens_database(data: Path, url: str | None) -> Callable[[bytes], bool]:
    """Asks the database at ``url``, or else the one in the folder."""

    def opens(key: bytes) -> bool:
        try:
            store = open_store_or_empty(data, key, url)
        except WrongKey:
            return False
        try:
            store.require_right_key()
        except WrongKey:
            return False
        finally:
            store.close()
        return True

    return opens
