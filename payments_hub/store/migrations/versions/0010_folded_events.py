"""How many refusals alike one security event stands for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the count, 0 for what is there."""
    op.add_column("security_event", sa.Column("folded", sa.BigInteger(), server_default="0", nullable=False))
    op.alter_column("security_event", "folded", server_default=None)


def downgrade() -> None:
    """Drop the count."""
    op.drop_column("security_event", "folded")
