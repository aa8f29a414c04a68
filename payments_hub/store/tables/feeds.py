"""Where each Kafka feed stands: the position that counts is here, not in Kafka."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class FeedOffsetRow(Base):
    """
    The next offset to read of a topic's partition, moved only in the transaction that stored what came before.

    `topic_id` is the one that Kafka gave the topic when it was made: an offset means nothing in another topic of the
    same name. None until a worker has asked.
    """

    __tablename__ = "feed_offset"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_offset: Mapped[int] = mapped_column(BigInteger)
    topic_id: Mapped[str | None]
    updated_at: Mapped[datetime]


class ConsumerStatusRow(Base):
    """What a consumer last said of a partition: its heartbeat, its lag, and why it stands still if it does."""

    __tablename__ = "consumer_status"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    log_end: Mapped[int | None] = mapped_column(BigInteger)
    last_poll_at: Mapped[datetime]
    state: Mapped[str]
    detail: Mapped[str | None]


class ConsumerWorkerRow(Base):
    """
    The worker of a group of partners on one machine, as its supervisor last saw it.

    `restarts` counts those since the supervisor began; `last_end` says how the worker before ended.
    """

    __tablename__ = "consumer_worker"

    machine: Mapped[str] = mapped_column(primary_key=True)
    feed_group: Mapped[str] = mapped_column(primary_key=True)
    process: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    restarts: Mapped[int]
    memory_bytes: Mapped[int | None]
    last_end: Mapped[str | None]


class FeedAttemptRow(Base):
    """
    A read that a worker has begun and not come back from: what a worker that died leaves of it.

    It is written before a read that may end the process, and goes when what was read is stored. `deaths` counts the
    workers that did not survive this offset.
    """

    __tablename__ = "feed_attempt"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int]
    deaths: Mapped[int]
    begun_at: Mapped[datetime]


class FeedSuspensionRow(Base):
    """A partner's feed that is not read, because it sent too much that was refused, until an operator resumes it."""

    __tablename__ = "feed_suspension"
    __table_args__ = (Index("feed_suspension_open", "partner_id", unique=True, postgresql_where="resumed_at IS NULL"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    suspended_at: Mapped[datetime]
    rejected: Mapped[int]
    resumed_at: Mapped[datetime | None]
    resumed_by: Mapped[str | None]
    reason: Mapped[str | None]


class AlertRow(Base):
    """
    Something that needs an operator, from when it was first seen until it was over.

    `kind` and `subject` name it (one is open at a time); `detail` holds what its sentence is made of.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index("alert_open", "kind", "subject", unique=True, postgresql_where="resolved_at IS NULL"),
        Index(None, "raised_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]


class ReconciliationRow(Base):
    """
    One partner's deliveries of one day, counted anew from what was delivered and from what was answered.

    `rejected` and the others are counts of the verdicts that hold. `faults` names what does not add up; empty if all
    does.
    """

    __tablename__ = "reconciliation"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    delivered: Mapped[int]
    accepted: Mapped[int]
    superseded: Mapped[int]
    no_change: Mapped[int]
    duplicate: Mapped[int]
    held: Mapped[int]
    rejected: Mapped[int]
    faults: Mapped[list[str]]
    checked_at: Mapped[datetime]
