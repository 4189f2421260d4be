"""Sessions whose contents are sealed."""

from alembic import op

revision = "009"
down_revision = "008"


def upgrade() -> None:
    """Those there are lie in clear: they end, and PostgreSQL begins the table in a new file."""
    on_server = op.get_bind().dialect.name == "postgresql"
    op.execute("TRUNCATE dosar_session" if on_server else "DELETE FROM dosar_session")
