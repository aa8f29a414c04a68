"""Rollups, and the schedule that drains them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "job_request",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("pk_job_request")),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_job_run")),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "rollup_key",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_rollup_key_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_key")),
        sa.UniqueConstraint("place_id", "flow", "frequency", "partner_id", "currency", "start", name="rollup_key_of"),
    )
    op.create_table(
        "rollup",
        sa.Column("key_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("known_to", sa.Date(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.BigInteger(), nullable=True),
        sa.Column("count", sa.Numeric(precision=38, scale=0), nullable=True),
        sa.Column("amount", sa.Numeric(precision=38, scale=0), nullable=True),
        sa.Column("refund_count", sa.Numeric(precision=38, scale=0), nullable=True),
        sa.Column("refund_amount", sa.Numeric(precision=38, scale=0), nullable=True),
        sa.PrimaryKeyConstraint("key_id", "dimension", "code", "known_from", name=op.f("pk_rollup")),
    )


def downgrade() -> None:
    """Drop the tables and all that is in them."""
    op.drop_table("rollup")
    op.drop_table("rollup_key")
    op.drop_table("lease")
    op.drop_table("job_run")
    op.drop_table("job_request")
