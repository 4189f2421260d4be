"""A database opened by a key, and whether one does. Nothing is imported that takes time: a start asks this before its
address answers."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import OperationalError

from dosar.database.store import Store
from dosar.database.store_errors import StoreUnreachable, WrongKey


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


def open_store_or_empty(data: Path, key: bytes | None, url: str | None = None) -> Store:
    """The database at ``url``, or else the one in the folder; an empty one too. Raises :class:`StoreError`."""
    try:
        return Store.open(data, url, key)
    except OperationalError:
        raise StoreUnreachable from None
