"""Firms, what is known of them year by year, and the programmes they take part in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class FirmImportRow(Base):
    """One file that changed the register: where it came from, and the hash that knows it again."""

    __tablename__ = "firm_import"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    sha256: Mapped[bytes] = mapped_column(index=True)
    source: Mapped[str]
    imported_at: Mapped[datetime]
    line_count: Mapped[int]
    refused_count: Mapped[int]


class FirmRow(Base):
    """
    A firm by its identity alone: all else about it is dated.

    A household's code is its representative's personal number, so it is here as a keyed hash and a mask. The key's
    fingerprint tells hashes of another key from those of other households.
    """

    __tablename__ = "firm"
    __table_args__ = (
        CheckConstraint("(kind = 'household') = (tax_code IS NULL)", "household_has_no_code"),
        CheckConstraint("(kind = 'household') = (person_hash IS NOT NULL)", "household_has_hash"),
        CheckConstraint("(person_hash IS NULL) = (person_mask IS NULL)", "hash_has_mask"),
        CheckConstraint("(person_hash IS NULL) = (person_key IS NULL)", "hash_has_key"),
        CheckConstraint(r"tax_code ~ '^[0-9]{10}(-[0-9]{3})?$'", "code_is_no_personal_number"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    kind: Mapped[str]
    tax_code: Mapped[str | None] = mapped_column(unique=True)
    person_hash: Mapped[bytes | None] = mapped_column(unique=True)
    person_mask: Mapped[str | None]
    person_key: Mapped[str | None]
    registered_at: Mapped[datetime]


class FirmFactsRow(Base):
    """One statement about a firm for one year; a later one is a new version, and none is overwritten."""

    __tablename__ = "firm_facts"
    __table_args__ = (
        CheckConstraint("insured_employees >= 0", "employees_not_negative"),
        CheckConstraint("annual_revenue_vnd >= 0", "revenue_not_negative"),
        CheckConstraint("total_capital_vnd >= 0", "capital_not_negative"),
    )

    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"), primary_key=True)
    facts_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str]
    area_code: Mapped[str | None]
    sector_code: Mapped[str | None]
    insured_employees: Mapped[int | None]
    annual_revenue_vnd: Mapped[int | None]
    total_capital_vnd: Mapped[int | None]
    import_id: Mapped[int] = mapped_column(ForeignKey("firm_import.id"), index=True)


class EnrolmentRow(Base):
    """One enrolment of a firm in a programme: its first day, and its last one once it is over."""

    __tablename__ = "enrolment"
    __table_args__ = (
        UniqueConstraint("firm_id", "programme", "enrolled_on"),
        Index("ix_enrolment_open", "firm_id", "programme", unique=True, postgresql_where=text("ended_on IS NULL")),
        CheckConstraint("ended_on >= enrolled_on", "in_order"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    firm_id: Mapped[int] = mapped_column(ForeignKey("firm.id"))
    programme: Mapped[str]
    enrolled_on: Mapped[date]
    ended_on: Mapped[date | None]
    import_id: Mapped[int] = mapped_column(ForeignKey("firm_import.id"), index=True)
