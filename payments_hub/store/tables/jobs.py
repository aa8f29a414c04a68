"""Scheduled work: who may run it now, and what has been run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class LeaseRow(Base):
    """The right to run scheduled work until a time; the token grows with each holder, so that a late one is told."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    token: Mapped[int] = mapped_column(BigInteger)
    held_until: Mapped[datetime]


class JobRunRow(Base):
    """One run of a job in one slot of its schedule: the key lets no slot run twice."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]


class JobRequestRow(Base):
    """Work asked for between its slots, such as a forecast made anew."""

    __tablename__ = "job_request"

    job: Mapped[str] = mapped_column(primary_key=True)
    requested_at: Mapped[datetime]
