"""Feeds that never stall: groups, topics' ids, workers, suspensions, alerts, reconciliations, signing keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from payments_hub.store.migrations.readers import SCOPE_PARTNER, forget_readers, hide, show_own, show_to_city

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_BY_NUMBER = ("feed_suspension", "reconciliation")
_OF_THE_CITY = ("consumer_worker", "alert")
_HIDDEN = ("feed_attempt",)
_SIGNING_KEY = ("kid", "partner_id", "algorithm", "label", "created_at", "revoked_at", "last_used_at")


def upgrade() -> None:
    """Add the columns and make the tables."""
    op.add_column("partner", sa.Column("feed_group", sa.Text(), server_default="main", nullable=False))
    op.add_column("feed_offset", sa.Column("topic_id", sa.Text(), nullable=True))
    # Deliveries are counted anew by their day: what arrives together lies together, so ranges of pages are enough.
    op.create_index("ix_delivery_received_at", "delivery", ["received_at"], unique=False, postgresql_using="brin")
    _make_workers()
    _make_alerts()
    _make_reconciliation()
    _make_signing_key()
    for table in _BY_NUMBER:
        show_own(table, f"partner_id = {SCOPE_PARTNER}")
    show_own("signing_key", f"partner_id = {SCOPE_PARTNER}", _SIGNING_KEY)
    for table in _OF_THE_CITY:
        show_to_city(table)
    for table in _HIDDEN:
        hide(table)


def downgrade() -> None:
    """Drop all of it."""
    for table in (*_BY_NUMBER, "signing_key", *_OF_THE_CITY, *_HIDDEN):
        forget_readers(table)
        op.drop_table(table)
    op.drop_index("ix_delivery_received_at", table_name="delivery")
    op.drop_column("feed_offset", "topic_id")
    op.drop_column("partner", "feed_group")


def _make_workers() -> None:
    op.create_table(
        "consumer_worker",
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("feed_group", sa.Text(), nullable=False),
        sa.Column("process", sa.BigInteger(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("restarts", sa.BigInteger(), nullable=False),
        sa.Column("memory_bytes", sa.BigInteger(), nullable=True),
        sa.Column("last_end", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("machine", "feed_group", name="pk_consumer_worker"),
    )
    op.create_table(
        "feed_attempt",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("deaths", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name="pk_feed_attempt"),
    )
    op.create_table(
        "feed_suspension",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("suspended_at", _INSTANT, nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("resumed_at", _INSTANT, nullable=True),
        sa.Column("resumed_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_feed_suspension_partner_id_partner"),
        sa.PrimaryKeyConstraint("id", name="pk_feed_suspension"),
    )
    op.create_index(
        "feed_suspension_open",
        "feed_suspension",
        ["partner_id"],
        unique=True,
        postgresql_where=sa.text("resumed_at IS NULL"),
    )


def _make_alerts() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("raised_at", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("resolved_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
    )
    op.create_index(
        "alert_open", "alert", ["kind", "subject"], unique=True, postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.create_index("ix_alert_raised_at", "alert", ["raised_at"], unique=False)


def _make_reconciliation() -> None:
    counts = ("delivered", "accepted", "superseded", "no_change", "duplicate", "held", "rejected")
    op.create_table(
        "reconciliation",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
        sa.Column("faults", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("checked_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_reconciliation_partner_id_partner"),
        sa.PrimaryKeyConstraint("partner_id", "day", name="pk_reconciliation"),
    )


def _make_signing_key() -> None:
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("material", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        sa.Column("last_used_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name="fk_signing_key_partner_id_partner"),
        sa.PrimaryKeyConstraint("kid", name="pk_signing_key"),
    )
    op.create_index("ix_signing_key_partner_id", "signing_key", ["partner_id"], unique=False)
