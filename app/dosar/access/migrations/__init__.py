"""Alembic migrations of the tables of access control: users, roles, permissions, sessions, settings, account history.

Every start brings a database to the newest revision, inside the transaction of the start; a new one runs them all.
A file in ``versions`` is one step. To give users a column: the column in :mod:`dosar.access.tables`, and a file with
``op.add_column``. Never rebuild a table that others point to (``batch_alter_table`` on SQLite drops it, and what
points to its rows goes with them).
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, inspect, select, table

from dosar.database.format_version import DatabaseNewer

HERE = Path(__file__).parent
VERSIONS = HERE / "versions"
VERSION_TABLE = "dosar_access_version"
_VERSION: Any = table(VERSION_TABLE, column("version_num"))


def migrate(connection: Connection, versions: Path = VERSIONS) -> None:
    """Bring the tables to the newest revision, inside the caller's transaction.

    Raises :class:`DatabaseNewer` for a database that a newer Dosar has opened.
    """
    known = sorted(file.stem.partition("_")[0] for file in versions.glob("*_*.py"))
    current = revision(connection)
    if current is not None and current not in known:
        raise DatabaseNewer
    if current != known[-1]:
        _upgrade(connection, versions)


def revision(connection: Connection) -> str | None:
    """The step the database stands at; none for a new one, and for one of the time before there were steps."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(select(_VERSION.c.version_num))
    return found


def _upgrade(connection: Connection, versions: Path) -> None:
    from alembic import command  # takes a while to come, and most starts have nothing to migrate
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", _escaped(HERE))
    config.set_main_option("version_locations", _escaped(versions))
    config.set_main_option("path_separator", "newline")
    command.upgrade(config, "head")


def _escaped(folder: Path) -> str:
    """Alembic's settings read ``%`` as the beginning of a name."""
    return str(folder).replace("%", "%%")
