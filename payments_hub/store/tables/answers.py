"""What leaves the hub for partners: receipts on their way to Kafka, and answers kept for a request sent twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class ReceiptOutboxRow(Base):
    """A receipt that is still to be published on its partner's topic; written with the receipt, gone once published."""

    __tablename__ = "receipt_outbox"

    partner_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    receipt_id: Mapped[str]
    written_at: Mapped[datetime]


class IdempotentAnswerRow(Base):
    """The first answer to a request with an `Idempotency-Key`, written in the transaction that it tells of."""

    __tablename__ = "idempotent_answer"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[bytes]
    status: Mapped[int]
    content_type: Mapped[str]
    body: Mapped[bytes]
    answered_at: Mapped[datetime] = mapped_column(index=True)
