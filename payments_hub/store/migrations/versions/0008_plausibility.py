"""What is usual of a series, what was remarkable, and what partners answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from payments_hub.store.migrations.append_only import allow_changes, make_append_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_GROWING = ("warning_answer",)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "plausibility_band",
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("season", sa.Text(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("median", sa.Double(), nullable=False),
        sa.Column("deviation", sa.Double(), nullable=False),
        sa.Column("observations", sa.BigInteger(), nullable=False),
        sa.Column("computed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_plausibility_band_partner_id_partner")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_plausibility_band_place_id_place")),
        sa.PrimaryKeyConstraint(
            "partner_id",
            "flow",
            "place_id",
            "frequency",
            "measure",
            "instrument",
            "season",
            name=op.f("pk_plausibility_band"),
        ),
    )
    op.create_table(
        "series_warning",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("frequency", sa.Text(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("finding", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.CheckConstraint("code IN ('W5002', 'W5004')", name=op.f("ck_series_warning_code")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_series_warning_partner_id_partner")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_series_warning_place_id_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_warning")),
        sa.UniqueConstraint("partner_id", "flow", "place_id", "frequency", "start", "code", name="series_warning_of"),
    )
    op.create_table(
        "warning_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("partner_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=True),
        sa.Column("series_warning_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(receipt_id IS NULL) <> (series_warning_id IS NULL)", name=op.f("ck_warning_answer_about_one")
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_warning_answer_partner_id_partner")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_warning_answer_place_id_place")),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"], name=op.f("fk_warning_answer_receipt_id_receipt")),
        sa.ForeignKeyConstraint(
            ["series_warning_id"],
            ["series_warning.id"],
            name=op.f("fk_warning_answer_series_warning_id_series_warning"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_answer")),
        sa.UniqueConstraint("receipt_id", "code", "pointer", name="warning_answer_of_receipt"),
        sa.UniqueConstraint("series_warning_id", name="warning_answer_of_series"),
    )
    op.create_index(
        "warning_answer_series",
        "warning_answer",
        ["partner_id", "flow", "place_id", "code", "instrument"],
        unique=False,
    )

    for table in _GROWING:
        make_append_only(table)


def downgrade() -> None:
    """Drop the tables and all that is in them."""
    for table in _GROWING:
        allow_changes(table)
    op.drop_index("warning_answer_series", table_name="warning_answer")
    op.drop_table("warning_answer")
    op.drop_table("series_warning")
    op.drop_table("plausibility_band")
