"""Area schemes, places and sites."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "area_scheme",
        sa.Column("id", sa.SmallInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title_vi", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("total_level", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_scheme")),
        sa.UniqueConstraint("code", name=op.f("uq_area_scheme_code")),
    )
    op.create_table(
        "reference_state",
        sa.Column("single", sa.Boolean(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("single", name=op.f("ck_reference_state_one_row")),
        sa.PrimaryKeyConstraint("single", name=op.f("pk_reference_state")),
    )
    op.create_table(
        "place",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_vi", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("scheme_id", sa.SmallInteger(), nullable=True),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("unit_type", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("tile_column", sa.SmallInteger(), nullable=True),
        sa.Column("tile_row", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("(kind = 'AREA') = (scheme_id IS NOT NULL)", name=op.f("ck_place_area_has_scheme")),
        sa.ForeignKeyConstraint(["parent_id"], ["place.id"], name=op.f("fk_place_parent_id_place")),
        sa.ForeignKeyConstraint(["scheme_id"], ["area_scheme.id"], name=op.f("fk_place_scheme_id_area_scheme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("code", name=op.f("uq_place_code")),
    )
    op.create_index(op.f("ix_place_parent_id"), "place", ["parent_id"], unique=False)
    op.create_table(
        "area_change",
        sa.Column("old_place_id", sa.BigInteger(), nullable=False),
        sa.Column("new_place_id", sa.BigInteger(), nullable=False),
        sa.Column("old_unit_split", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["new_place_id"], ["place.id"], name=op.f("fk_area_change_new_place_id_place")),
        sa.ForeignKeyConstraint(["old_place_id"], ["place.id"], name=op.f("fk_area_change_old_place_id_place")),
        sa.PrimaryKeyConstraint("old_place_id", "new_place_id", name=op.f("pk_area_change")),
    )
    op.create_table(
        "place_reach",
        sa.Column("reached_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_reach_place_id_place")),
        sa.ForeignKeyConstraint(["reached_id"], ["place.id"], name=op.f("fk_place_reach_reached_id_place")),
        sa.PrimaryKeyConstraint("reached_id", "place_id", "valid_from", name=op.f("pk_place_reach")),
    )
    op.create_index(op.f("ix_place_reach_place_id"), "place_reach", ["place_id"], unique=False)
    op.create_table(
        "site_area",
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("area_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_site_area_in_order")),
        sa.ForeignKeyConstraint(["area_id"], ["place.id"], name=op.f("fk_site_area_area_id_place")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_site_area_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", "valid_from", name=op.f("pk_site_area")),
    )
    op.create_index(op.f("ix_site_area_area_id"), "site_area", ["area_id"], unique=False)
    op.create_table(
        "site_interval",
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name=op.f("ck_site_interval_in_order")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_site_interval_place_id_place")),
        sa.PrimaryKeyConstraint("place_id", "opened_on", name=op.f("pk_site_interval")),
    )
    op.execute("INSERT INTO reference_state (single, version) VALUES (true, 1)")


def downgrade() -> None:
    """Drop the tables and all that is in them."""
    op.drop_table("site_interval")
    op.drop_index(op.f("ix_site_area_area_id"), table_name="site_area")
    op.drop_table("site_area")
    op.drop_index(op.f("ix_place_reach_place_id"), table_name="place_reach")
    op.drop_table("place_reach")
    op.drop_table("area_change")
    op.drop_index(op.f("ix_place_parent_id"), table_name="place")
    op.drop_table("place")
    op.drop_table("reference_state")
    op.drop_table("area_scheme")
