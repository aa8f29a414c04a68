"""Find the receipts that warn among the many that do not."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index them by their ids, which are in order of time."""
    op.create_index(
        "receipt_warned",
        "receipt",
        ["id"],
        unique=False,
        postgresql_where=sa.text("""findings @> '[{"severity": "warning"}]'::jsonb"""),
    )


def downgrade() -> None:
    """Drop the index."""
    op.drop_index("receipt_warned", table_name="receipt")
