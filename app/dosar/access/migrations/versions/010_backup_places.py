"""Where back-ups go, and how each of them went."""

import sqlalchemy as sa
from alembic import op

revision = "010"
down_revision = "009"


def upgrade() -> None:
    """There are none yet."""
    op.create_table(
        "dosar_backup_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("settings", sa.LargeBinary(), nullable=False),
        sa.Column("added", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "dosar_backup_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("begun_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=False),
        sa.Column("cause", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("rehearsed_at", sa.DateTime(), nullable=True),
        sa.Column("trouble", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["place_id"], ["dosar_backup_place.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dosar_backup_run_place", "dosar_backup_run", ["place_id", "verified", "id"])
