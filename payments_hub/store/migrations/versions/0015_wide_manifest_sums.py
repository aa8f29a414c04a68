"""Sums under a manifest are as wide as rollups: a thousand slices of the largest amount pass 64 bits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SUMS = ("received_count", "received_amount")


def upgrade() -> None:
    """Widen the columns."""
    for name in _SUMS:
        op.alter_column("manifest_state", name, type_=sa.Numeric(38, 0))


def downgrade() -> None:
    """Make them whole numbers of 64 bits again; refused while one does not fit."""
    for name in _SUMS:
        op.alter_column("manifest_state", name, type_=sa.BigInteger())
