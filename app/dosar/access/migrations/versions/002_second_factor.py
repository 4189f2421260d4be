"""Codes beside passwords: secrets of telephones, recovery codes, and sessions that wait for a code."""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"


def upgrade() -> None:
    """Sessions that are open stay open; whoever signs in next is asked to connect her telephone."""
    op.create_table(
        "dosar_second_factor",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("enrolled", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "dosar_recovery_code",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_dosar_recovery_code_user_id", "dosar_recovery_code", ["user_id"])
    op.add_column("dosar_session", sa.Column("pending_id", sa.Integer(), nullable=True))
    op.add_column("dosar_session", sa.Column("confirmed", sa.DateTime(), nullable=True))
    op.add_column("dosar_session", sa.Column("device", sa.String(length=64), nullable=True))
    op.create_index("ix_dosar_session_pending_id", "dosar_session", ["pending_id"])
