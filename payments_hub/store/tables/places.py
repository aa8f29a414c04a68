"""Where payments happen: dated area schemes, their units, and sites."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class AreaSchemeRow(Base):
    """One dated division of a territory; `valid_to` is the last day, None while it holds."""

    __tablename__ = "area_scheme"

    id: Mapped[int] = mapped_column(SmallInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title_vi: Mapped[str]
    title_en: Mapped[str]
    total_level: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class PlaceRow(Base):
    """A site, or a unit of a dated area scheme: whatever a slice can be about."""

    __tablename__ = "place"
    __table_args__ = (CheckConstraint("(kind = 'AREA') = (scheme_id IS NOT NULL)", "area_has_scheme"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("area_scheme.id"))
    level: Mapped[str | None]
    unit_type: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("place.id"), index=True)
    tile_column: Mapped[int | None] = mapped_column(SmallInteger)
    tile_row: Mapped[int | None] = mapped_column(SmallInteger)


class SiteIntervalRow(Base):
    """A span in which a site is open, both days included; a site has many."""

    __tablename__ = "site_interval"
    __table_args__ = (CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", "in_order"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    opened_on: Mapped[date] = mapped_column(primary_key=True)
    closed_on: Mapped[date | None]


class SiteAreaRow(Base):
    """The one area that a site lies in over a span of days, both included."""

    __tablename__ = "site_area"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", "in_order"),)

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    area_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)


class AreaChangeRow(Base):
    """Which old unit went, wholly or in part, into which new one."""

    __tablename__ = "area_change"

    old_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    new_place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    old_unit_split: Mapped[bool]


class PlaceReachRow(Base):
    """
    A place whose figures count in another's over a span of days: itself, a site's area, the units above.

    Derived from the other tables whenever places are saved, so that a rollup's sources are one join. A unit that is not
    of its scheme's total level reaches itself alone: a total uses one level, never two.
    """

    __tablename__ = "place_reach"

    reached_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date]


class ReferenceStateRow(Base):
    """One row: a number that grows with each change of places, partners or obligations, so that caches can tell."""

    __tablename__ = "reference_state"
    __table_args__ = (CheckConstraint("single", "one_row"),)

    single: Mapped[bool] = mapped_column(primary_key=True)
    version: Mapped[int]
