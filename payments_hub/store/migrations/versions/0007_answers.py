"""Receipts that follow each other, locks and held slices, replays, manifests, and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from payments_hub.store.migrations.append_only import allow_changes, make_append_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_GROWING = ("replayed_delivery", "manifest_revision")

# The hash of cells was not kept before: a head of that time is compared with no other period.
_TOTALS = """
UPDATE slice_head SET
    cell_count = (SELECT count(*) FROM slice_cell WHERE revision_id = slice_head.content_revision_id),
    total_count = slice_revision.control_count, total_amount = slice_revision.control_amount
FROM slice_revision WHERE slice_revision.id = slice_head.content_revision_id
"""


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "period_lock",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("locked_by", sa.Text(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unlock_reason", sa.Text(), nullable=True),
        sa.Column("unlocked_by", sa.Text(), nullable=True),
        sa.Column("unlocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_lock")),
    )
    op.create_index(
        "period_lock_open",
        "period_lock",
        ["flow", "frequency", "start"],
        unique=True,
        postgresql_where="unlocked_at IS NULL",
    )
    op.create_table(
        "receipt_outbox",
        sa.Column("partner_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "number", name=op.f("pk_receipt_outbox")),
    )
    op.create_table(
        "replay",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("replayed_by", sa.Text(), nullable=False),
        sa.Column("replayed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replay")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_idempotent_answer_partner_id_partner")),
        sa.PrimaryKeyConstraint("partner_id", "key", name=op.f("pk_idempotent_answer")),
    )
    op.create_index(op.f("ix_idempotent_answer_answered_at"), "idempotent_answer", ["answered_at"], unique=False)
    op.create_table(
        "manifest_revision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("slices", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('ACCEPTED', 'SUPERSEDED', 'NO_CHANGE')", name=op.f("ck_manifest_revision_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_manifest_revision_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_manifest_revision_partner_id_partner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manifest_revision")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_manifest_revision_delivery_id")),
        sa.UniqueConstraint("partner_id", "flow", "frequency", "start", "revision", name="manifest_revision_key"),
    )
    op.create_table(
        "replayed_delivery",
        sa.Column("replay_id", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_replayed_delivery_delivery_id_delivery")
        ),
        sa.ForeignKeyConstraint(["replay_id"], ["replay.id"], name=op.f("fk_replayed_delivery_replay_id_replay")),
        sa.PrimaryKeyConstraint("replay_id", "delivery_id", name=op.f("pk_replayed_delivery")),
    )
    op.create_index(op.f("ix_replayed_delivery_delivery_id"), "replayed_delivery", ["delivery_id"], unique=False)
    op.create_table(
        "held_slice",
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("lock_id", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=True),
        sa.Column("keep_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("decision IN ('RELEASED', 'REFUSED')", name=op.f("ck_held_slice_decision")),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL)", name=op.f("ck_held_slice_decided_with_decision")
        ),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_held_slice_delivery_id_delivery")),
        sa.ForeignKeyConstraint(["lock_id"], ["period_lock.id"], name=op.f("fk_held_slice_lock_id_period_lock")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_held_slice_partner_id_partner")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_held_slice_place_id_place")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_held_slice_receipt_id_receipt")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_held_slice")),
    )
    op.create_index(
        "held_slice_waiting",
        "held_slice",
        ["partner_id", "flow", "place_id", "frequency", "start", "revision"],
        unique=True,
        postgresql_where="decided_at IS NULL",
    )
    op.create_index(op.f("ix_held_slice_lock_id"), "held_slice", ["lock_id"], unique=False)
    op.create_table(
        "manifest_state",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("manifest_id", sa.BigInteger(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("slices", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("received_slices", sa.BigInteger(), nullable=False),
        sa.Column("received_count", sa.BigInteger(), nullable=True),
        sa.Column("received_amount", sa.BigInteger(), nullable=True),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('WAITING', 'MATCHES', 'DIFFERS', 'OUTDATED')", name=op.f("ck_manifest_state_state")
        ),
        sa.ForeignKeyConstraint(
            ["manifest_id"], ["manifest_revision.id"], name=op.f("fk_manifest_state_manifest_id_manifest_revision")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_manifest_state_partner_id_partner")),
        sa.PrimaryKeyConstraint("partner_id", "flow", "frequency", "start", name=op.f("pk_manifest_state")),
    )
    op.add_column("quarantine", sa.Column("keep_until", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE quarantine SET keep_until = received_at + INTERVAL '400 days' FROM delivery WHERE delivery.id = delivery_id"
    )
    op.alter_column("quarantine", "keep_until", nullable=False)
    op.add_column("receipt", sa.Column("number", sa.BigInteger(), sa.Identity(always=False), nullable=False))
    op.add_column("receipt", sa.Column("partner_id", sa.BigInteger(), nullable=True))
    op.add_column("receipt", sa.Column("previous_id", sa.Text(), nullable=True))
    op.add_column("receipt", sa.Column("cause", sa.Text(), nullable=True))
    op.add_column("receipt", sa.Column("replay_id", sa.Text(), nullable=True))
    allow_changes("receipt")
    op.execute(
        "UPDATE receipt SET partner_id = delivery.partner_id, cause = 'ARRIVAL' FROM delivery WHERE delivery.id = delivery_id"
    )
    make_append_only("receipt")
    op.alter_column("receipt", "partner_id", nullable=False)
    op.alter_column("receipt", "cause", nullable=False)
    op.create_index("receipt_cursor", "receipt", ["partner_id", "number"], unique=True)
    op.create_index(
        "receipt_follows", "receipt", ["previous_id"], unique=True, postgresql_where="previous_id IS NOT NULL"
    )
    op.create_index("receipt_slice", "receipt", ["partner_id", "flow", "site", "period"], unique=False)
    op.add_column("slice_head", sa.Column("cell_count", sa.BigInteger(), nullable=True))
    op.add_column("slice_head", sa.Column("total_count", sa.BigInteger(), nullable=True))
    op.add_column("slice_head", sa.Column("total_amount", sa.BigInteger(), nullable=True))
    op.add_column("slice_head", sa.Column("cells_sha256", sa.LargeBinary(), nullable=True))
    op.execute(_TOTALS)
    op.alter_column("slice_head", "cell_count", nullable=False)

    # It is the duplicate rule's memory, not proof: a refused slice gives its id back.
    allow_changes("seen_event")
    for table in _GROWING:
        make_append_only(table)


def downgrade() -> None:
    """Drop the tables and all that is in them."""
    for table in _GROWING:
        allow_changes(table)
    make_append_only("seen_event")
    op.drop_column("slice_head", "cells_sha256")
    op.drop_column("slice_head", "total_amount")
    op.drop_column("slice_head", "total_count")
    op.drop_column("slice_head", "cell_count")
    op.drop_index("receipt_slice", table_name="receipt")
    op.drop_index("receipt_follows", table_name="receipt", postgresql_where="previous_id IS NOT NULL")
    op.drop_index("receipt_cursor", table_name="receipt")
    op.drop_column("receipt", "replay_id")
    op.drop_column("receipt", "cause")
    op.drop_column("receipt", "previous_id")
    op.drop_column("receipt", "partner_id")
    op.drop_column("receipt", "number")
    op.drop_column("quarantine", "keep_until")
    op.drop_table("manifest_state")
    op.drop_index(op.f("ix_held_slice_lock_id"), table_name="held_slice")
    op.drop_index("held_slice_waiting", table_name="held_slice", postgresql_where="decided_at IS NULL")
    op.drop_table("held_slice")
    op.drop_index(op.f("ix_replayed_delivery_delivery_id"), table_name="replayed_delivery")
    op.drop_table("replayed_delivery")
    op.drop_table("manifest_revision")
    op.drop_index(op.f("ix_idempotent_answer_answered_at"), table_name="idempotent_answer")
    op.drop_table("idempotent_answer")
    op.drop_table("replay")
    op.drop_table("receipt_outbox")
    op.drop_index("period_lock_open", table_name="period_lock", postgresql_where="unlocked_at IS NULL")
    op.drop_table("period_lock")
