"""Where each Kafka feed stands: the position that counts is here, not in Kafka."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class FeedOffsetRow(Base):
    """The next offset to read of a topic's partition, moved only in the transaction that stored what came before."""

    __tablename__ = "feed_offset"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    next_offset: Mapped[int] = mapped_column(BigInteger)
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
