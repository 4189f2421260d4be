"""Creating the gate's tables."""

from flask_appbuilder import Model
from sqlalchemy import Connection

from app.access.tables import ACCESS_TABLES, account_history_table
from app.records.closing import close_tables, closed_tables


def install(connection: Connection) -> None:
    """Create what is missing of the gate's tables, inside the caller's transaction."""
    Model.metadata.create_all(connection, tables=list(ACCESS_TABLES), checkfirst=True)
    if account_history_table.name not in closed_tables(connection):
        close_tables(connection, [account_history_table.name])
