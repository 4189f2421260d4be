"""An organisation that once had people never starts as a new one.

An empty database opens as well as a full one: after a disk that was full, a copy that was killed or a file that was
deleted, Dosar would greet the first worker of the day with the page of a new organisation. So the data folder
remembers, beside its database, that there were people. Where the folder itself is gone (a disk that is not mounted
looks like an empty folder), the key tells it: it is made at the first start only.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import exists, inspect, select

from dosar.database.atomic_files import write_atomically
from dosar.database.store import Store
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import form_version_table, history_table
from dosar.database.users import user_table

FOUNDED_FILE = "organisation-there"
FOUNDED_TEXT = (
    "The database of this folder holds an organisation. While this file is here, Dosar does not begin a new one.\n"
    "Baza de date din acest dosar cuprinde o organizație. Cât timp fișierul este aici, Dosar nu începe alta nouă.\n"
)


BEGINNING_FILE = "first-start"
"""There from before the key is made until the database is ready: a first start that was killed is begun again."""


def may_begin(data: Path, is_known: bool) -> bool:
    """Whether an organisation may begin in this folder, whose key or passphrase ``is_known`` from before or not."""
    return not is_known or (data / BEGINNING_FILE).exists()


def mark_beginning(data: Path) -> None:
    """From now on, what is made of a first start is nothing that could be missed."""
    write_atomically(data / BEGINNING_FILE, "")


def end_beginning(data: Path) -> None:
    """The first start, if it was one, has come to its end."""
    (data / BEGINNING_FILE).unlink(missing_ok=True)


def is_used(store: Store) -> bool:
    """Whether Dosar ever made this database ready."""
    with store.snapshot() as connection:
        return inspect(connection).has_table(form_version_table.name)


def lost_database(data: Path) -> StoreError:
    """Says that there is a key, but nothing that it opens."""
    return StoreError(
        "The database of the data folder %(folder)s is missing or empty, but its key or passphrase is known: a disk "
        "may not be connected, or the database was lost. Nothing was changed. Connect the disk, or copy dosar.db back "
        "from your last copy. Only if nothing was ever kept there: dosar start --new-organisation",
        folder=data,
    )


def begin_anew(store: Store, data: Path) -> None:
    """Forget the organisation that was here: somebody said that a new one shall begin. Raises :class:`StoreError`
    where there is one."""
    if is_used(store):
        raise StoreError(
            "The database is not empty, so no new organisation begins in it. Start without --new-organisation, or name "
            "another folder with --data."
        )
    (data / FOUNDED_FILE).unlink(missing_ok=True)


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
    if worked_in or is_founded(data):
        raise lost_people(data)


def is_founded(data: Path) -> bool:
    """Whether the folder says that there were people."""
    return (data / FOUNDED_FILE).exists()


def lost_people(data: Path) -> StoreError:
    """Says that there was an organisation, and no way to begin another one in its folder."""
    return StoreError(
        "The database is empty, but this data folder belongs to an organisation that had people: its database "
        "was lost, or a copy was not finished. Nothing was changed. Copy dosar.db back from %(copies)s or from "
        "your own copy. To begin a new organisation, name another folder with --data.",
        copies=data / "copies",
    )


def _has_any(connection: Any, column: Any, *conditions: Any) -> bool:
    if not inspect(connection).has_table(column.table.name):
        return False
    return bool(connection.scalar(select(exists(select(column).where(*conditions)))))
