"""What people and operators did, in a chain that shows any later change; and what was refused to whom."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class AuditEntryRow(Base):
    """
    One act, written in the transaction of what it did.

    `number` has no gaps. `sha256` is over the entry's canonical form and the hash of the entry before, so that a change
    of any entry, or one more or less, breaks every hash after it.
    """

    __tablename__ = "audit_entry"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[dict[str, object]] = mapped_column(JSONB)
    previous_sha256: Mapped[bytes]
    sha256: Mapped[bytes]


class SecurityEventRow(Base):
    """
    Something that was refused: to whom, where, and why; never a key, a password or a message.

    `folded` tells how many more like it came since the row before: of those alike one row a second is kept.
    """

    __tablename__ = "security_event"
    __table_args__ = (Index(None, "at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    actor: Mapped[str | None]
    partner: Mapped[str | None]
    address: Mapped[str | None]
    endpoint: Mapped[str | None]
    request_id: Mapped[str | None]
    folded: Mapped[int]
