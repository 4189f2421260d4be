"""Making the tables of access control, or bringing those of an earlier version along."""

from sqlalchemy import Connection

from dosar.access.migrations import migrate
from dosar.access.tables import account_history_table
from dosar.database.writing.append_only import close_tables, closed_tables


def create_access_tables(connection: Connection) -> None:
    """Bring the tables of access control to what this version knows, inside the caller's transaction."""
    migrate(connection)
    if account_history_table.name not in closed_tables(connection):
        close_tables(connection, [account_history_table.name])
