"""How a database is laid out, as a number: a program does not touch one that it does not know.

The gate's tables have steps of their own (:mod:`dosar.access.migrations`); this number stands for all the others.
"""

from sqlalchemy import Column, Connection, Integer, Table, delete, func, insert, inspect, select

from dosar.database.format_number import FORMAT_VERSION as FORMAT_VERSION
from dosar.database.store_errors import StoreError
from dosar.database.system_tables import SYSTEM_METADATA

format_table = Table("dosar_format", SYSTEM_METADATA, Column("version", Integer, primary_key=True, autoincrement=False))
"""One row: the number of the program that wrote here last."""


class DatabaseNewer(StoreError):
    """A newer Dosar has opened it."""

    def __init__(self) -> None:
        super().__init__(
            "A newer version of Dosar has worked with this database, so this one leaves it alone. Start the newer one, "
            "or install it. To go back to this one with the data of before: dosar update --back; or restore the "
            "back-up of before the update."
        )


def require_known_format(connection: Connection) -> None:
    """Raises :class:`DatabaseNewer` for a database that a newer Dosar has opened."""
    if stored_format(connection) > FORMAT_VERSION:
        raise DatabaseNewer


def stored_format(connection: Connection) -> int:
    """The number that stands in the table; 0 where there is no table yet."""
    if not inspect(connection).has_table(format_table.name):
        return 0
    return connection.scalar(select(func.max(format_table.c.version))) or 0


def stamp_format(connection: Connection) -> None:
    """Write down that the database is laid out as this program knows it."""
    if stored_format(connection) != FORMAT_VERSION:
        connection.execute(delete(format_table))
        connection.execute(insert(format_table).values(version=FORMAT_VERSION))
