"""Making the gate's tables, or bringing those of an earlier version along."""

from sqlalchemy import Connection

from app.access.migrations import migrate
from app.access.tables import account_history_table
from app.records.closing import close_tables, closed_tables


def install(connection: Connection) -> None:
    """Bring the gate's tables to what this version knows, inside the caller's transaction."""
    migrate(connection)
    if account_history_table.name not in closed_tables(connection):
        close_tables(connection, [account_history_table.name])
