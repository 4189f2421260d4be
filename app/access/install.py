"""Creating the gate's tables."""

from flask_appbuilder import Model
from sqlalchemy import Connection

from app.access.tables import ACCESS_TABLES


def install(connection: Connection) -> None:
    """Create what is missing of the gate's tables, inside the caller's transaction."""
    Model.metadata.create_all(connection, tables=list(ACCESS_TABLES), checkfirst=True)
