"""Deliveries, receipts, revisions and heads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from payments_hub.store.migrations.append_only import allow_changes, create_guard, drop_guard, make_append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LEDGER = ("delivery", "receipt", "seen_event", "slice_revision", "slice_cell")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "consumer_status",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("log_end", sa.BigInteger(), nullable=True),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_consumer_status")),
    )
    op.create_table(
        "feed_offset",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_feed_offset")),
    )
    op.create_table(
        "slice_cell",
        sa.Column("revision_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.Column("initiation", sa.Text(), nullable=True),
        sa.Column("sector", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("refund_count", sa.BigInteger(), nullable=True),
        sa.Column("refund_amount", sa.BigInteger(), nullable=True),
        sa.Column("contributors_n", sa.BigInteger(), nullable=True),
        sa.Column("contributors_top1_bp", sa.SmallInteger(), nullable=True),
        sa.Column("contributors_top2_bp", sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint("revision_id", "ordinal", name=op.f("pk_slice_cell")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("transport", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bytes_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("byte_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_delivery_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_table(
        "quarantine",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_quarantine_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("flow", sa.Text(), nullable=True),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("period", sa.Text(), nullable=True),
        sa.Column("revision", sa.Text(), nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_receipt_id", sa.Text(), nullable=True),
        sa.Column("current_revision", sa.BigInteger(), nullable=True),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("has_more_findings", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_receipt_delivery_id_delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_delivery_id"), "receipt", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_receipt_issued_at"), "receipt", ["issued_at"], unique=False)
    op.create_table(
        "slice_head",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("content_revision_id", sa.BigInteger(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_slice_head_partner_id_partner")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_slice_head_place_id_place")),
        sa.PrimaryKeyConstraint("partner_id", "flow", "place_id", "frequency", "start", name=op.f("pk_slice_head")),
    )
    op.create_table(
        "slice_revision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("content_revision_id", sa.BigInteger(), nullable=False),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("finality", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("rollup_currency", sa.Text(), nullable=False),
        sa.Column("coverage_reporting", sa.BigInteger(), nullable=True),
        sa.Column("coverage_total", sa.BigInteger(), nullable=True),
        sa.Column("contributors_n", sa.BigInteger(), nullable=True),
        sa.Column("contributors_top1_bp", sa.SmallInteger(), nullable=True),
        sa.Column("contributors_top2_bp", sa.SmallInteger(), nullable=True),
        sa.Column("control_count", sa.BigInteger(), nullable=True),
        sa.Column("control_amount", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("partition_key", sa.Text(), nullable=True),
        sa.Column("data_schema", sa.Text(), nullable=True),
        sa.Column("event_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('ACCEPTED', 'SUPERSEDED', 'NO_CHANGE')", name=op.f("ck_slice_revision_verdict")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_slice_revision_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_slice_revision_partner_id_partner")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_slice_revision_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slice_revision")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_slice_revision_delivery_id")),
        sa.UniqueConstraint(
            "partner_id", "flow", "place_id", "frequency", "start", "revision", name="slice_revision_key"
        ),
    )
    op.create_index(
        "slice_revision_view",
        "slice_revision",
        ["flow", "start"],
        unique=False,
        postgresql_where="verdict = 'ACCEPTED'",
    )
    op.create_table(
        "touched_slice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_touched_slice_partner_id_partner")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_touched_slice_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touched_slice")),
    )
    op.create_table(
        "seen_event",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_seen_event_partner_id_partner")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_seen_event_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("partner_id", "event_id", name=op.f("pk_seen_event")),
    )

    create_guard()
    for table in _LEDGER:
        make_append_only(table)


def downgrade() -> None:
    """Drop the tables and all that is in them."""
    for table in _LEDGER:
        allow_changes(table)
    drop_guard()
    op.drop_table("seen_event")
    op.drop_table("touched_slice")
    op.drop_index("slice_revision_view", table_name="slice_revision", postgresql_where="verdict = 'ACCEPTED'")
    op.drop_table("slice_revision")
    op.drop_table("slice_head")
    op.drop_index(op.f("ix_receipt_issued_at"), table_name="receipt")
    op.drop_index(op.f("ix_receipt_delivery_id"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("quarantine")
    op.drop_table("delivery")
    op.drop_table("slice_cell")
    op.drop_table("feed_offset")
    op.drop_table("consumer_status")
