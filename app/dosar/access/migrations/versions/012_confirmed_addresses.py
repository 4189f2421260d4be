"""A mail address gets digests once a code came back from it; one that was typed before has to show it too."""

import sqlalchemy as sa
from alembic import op

revision = "012"
down_revision = "011"


def upgrade() -> None:
    """None is confirmed."""
    op.add_column("dosar_digest_choice", sa.Column("confirmed", sa.DateTime(), nullable=True))
    op.add_column("dosar_digest_choice", sa.Column("code", sa.LargeBinary(), nullable=True))
    op.add_column("dosar_digest_choice", sa.Column("code_until", sa.DateTime(), nullable=True))
