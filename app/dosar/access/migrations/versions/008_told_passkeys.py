"""Passkeys of which their owner was told."""

import sqlalchemy as sa
from alembic import op

revision = "008"
down_revision = "007"


def upgrade() -> None:
    """Of those there are, everybody is told once more."""
    op.add_column("dosar_passkey", sa.Column("told", sa.DateTime(), nullable=True))
