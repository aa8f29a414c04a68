"""Firms, their yearly facts, enrolments, and the files they came in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "firm_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("refused_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm_import")),
    )
    op.create_index(op.f("ix_firm_import_sha256"), "firm_import", ["sha256"], unique=False)
    op.create_table(
        "firm",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tax_code", sa.Text(), nullable=True),
        sa.Column("person_hash", sa.LargeBinary(), nullable=True),
        sa.Column("person_mask", sa.Text(), nullable=True),
        sa.Column("person_key", sa.Text(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'household') = (tax_code IS NULL)", name=op.f("ck_firm_household_has_no_code")),
        sa.CheckConstraint("(kind = 'household') = (person_hash IS NOT NULL)", name=op.f("ck_firm_household_has_hash")),
        sa.CheckConstraint("(person_hash IS NULL) = (person_mask IS NULL)", name=op.f("ck_firm_hash_has_mask")),
        sa.CheckConstraint("(person_hash IS NULL) = (person_key IS NULL)", name=op.f("ck_firm_hash_has_key")),
        sa.CheckConstraint(
            "tax_code ~ '^[0-9]{10}(-[0-9]{3})?$'", name=op.f("ck_firm_code_is_no_personal_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_firm")),
        sa.UniqueConstraint("person_hash", name=op.f("uq_firm_person_hash")),
        sa.UniqueConstraint("tax_code", name=op.f("uq_firm_tax_code")),
    )
    op.create_table(
        "firm_facts",
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("facts_year", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=True),
        sa.Column("sector_code", sa.Text(), nullable=True),
        sa.Column("insured_employees", sa.BigInteger(), nullable=True),
        sa.Column("annual_revenue_vnd", sa.BigInteger(), nullable=True),
        sa.Column("total_capital_vnd", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("insured_employees >= 0", name=op.f("ck_firm_facts_employees_not_negative")),
        sa.CheckConstraint("annual_revenue_vnd >= 0", name=op.f("ck_firm_facts_revenue_not_negative")),
        sa.CheckConstraint("total_capital_vnd >= 0", name=op.f("ck_firm_facts_capital_not_negative")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_firm_facts_firm_id_firm")),
        sa.ForeignKeyConstraint(["import_id"], ["firm_import.id"], name=op.f("fk_firm_facts_import_id_firm_import")),
        sa.PrimaryKeyConstraint("firm_id", "facts_year", "version", name=op.f("pk_firm_facts")),
    )
    op.create_index(op.f("ix_firm_facts_import_id"), "firm_facts", ["import_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("firm_id", sa.BigInteger(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("ended_on >= enrolled_on", name=op.f("ck_enrolment_in_order")),
        sa.ForeignKeyConstraint(["firm_id"], ["firm.id"], name=op.f("fk_enrolment_firm_id_firm")),
        sa.ForeignKeyConstraint(["import_id"], ["firm_import.id"], name=op.f("fk_enrolment_import_id_firm_import")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint(
            "firm_id", "programme", "enrolled_on", name=op.f("uq_enrolment_firm_id_programme_enrolled_on")
        ),
    )
    op.create_index(op.f("ix_enrolment_import_id"), "enrolment", ["import_id"], unique=False)
    op.create_index(
        "ix_enrolment_open",
        "enrolment",
        ["firm_id", "programme"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )


def downgrade() -> None:
    """Drop the tables and all that is in them."""
    op.drop_index("ix_enrolment_open", table_name="enrolment", postgresql_where=sa.text("ended_on IS NULL"))
    op.drop_index(op.f("ix_enrolment_import_id"), table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_index(op.f("ix_firm_facts_import_id"), table_name="firm_facts")
    op.drop_table("firm_facts")
    op.drop_table("firm")
    op.drop_index(op.f("ix_firm_import_sha256"), table_name="firm_import")
    op.drop_table("firm_import")
