"""An organisation that once had people never starts as a new one.

An empty database opens as well as a full one: after a disk that was full, a copy that was killed or a file that was
deleted, Dosar would greet the first worker of the day with the page of a new organisation. So the data folder
remembers, beside its database, that there were people.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import exists, inspect, select

from dosar.database.atomic_files import write_atomically
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import history_table
from dosar.database.users import user_table

FOUNDED_FILE = "organisation-there"
FOUNDED_TEXT = (
    "The database of this folder holds an organisation. While this file is here, Dosar does not begin a new one.\n"
    "Baza de date din acest dosar cuprinde o organizație. Cât timp fișierul este aici, Dosar nu începe alta nouă.\n"
)


def has_people(store: Store) -> bool:
    """Whether anybody can sign in to this database."""
    with store.snapshot() as connection:
        return _has_any(connection, user_table.c.id)


def mark_founded(data: Path) -> None:
    """From now on the folder belongs to an organisation."""
    if data.is_dir() and not (data / FOUNDED_FILE).exists():
        write_atomically(data / FOUNDED_FILE, FOUNDED_TEXT)


def require_people(store: Store, data: Path) -> None:
    """Raises :class:`StoreError` for a database without people where there were some."""
    with store.snapshot() as connection:
        if _has_any(connection, user_table.c.id):
            return
        worked_in = _has_any(connection, history_table.c.id, history_table.c.user_id.is_not(None))
    if worked_in or (data / FOUNDED_FILE).exists():
        raise StoreError(
            "The database is empty, but this data folder belongs to an organisation that had people: its database "
            "was lost, or a copy was not finished. Nothing was changed. Copy dosar.db back from %(copies)s or from "
            "your own copy. To begin a new organisation, name another folder with --data.",
            copies=data / "copies",
        )


def _has_any(connection: Any, column: Any, *conditions: Any) -> bool:
    if not inspect(connection).has_table(column.table.name):
        return False
    return bool(connection.scalar(select(exists(select(column).where(*conditions)))))
