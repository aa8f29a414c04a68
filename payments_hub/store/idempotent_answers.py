"""The first answers to requests with an `Idempotency-Key`, and a lock for each key while its request is at work."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, delete, insert, select, text
from sqlalchemy.orm import Session

from payments_hub.store.tables.answers import IdempotentAnswerRow
from payments_hub.store.tables.partners import PartnerRow

_LOCK = text("SELECT pg_try_advisory_xact_lock(:number)")


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """
    An answer as it was given.

    Args:
        request_sha256: Of the request that it answers.
        status: The HTTP status.

    """

    request_sha256: bytes
    status: int
    content_type: str
    body: bytes


def lock_key(session: Session, partner: str, key: str) -> bool:
    """
    Take a key until the transaction ends; the keys of different partners have nothing to do with each other.

    Returns:
        False if another transaction has it.

    """
    # The lock's name is 64 bits of a hash: that two keys in use at once share one is as good as impossible, and would
    # only make one of the two requests come again.
    digest = hashlib.sha256(f"idempotency-key\n{partner}\n{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    return bool(session.execute(_LOCK, {"number": number}).scalar_one())


def kept_answer(session: Session, partner: str, key: str) -> KeptAnswer | None:
    """Find the first answer to a key."""
    found = session.scalar(
        select(IdempotentAnswerRow)
        .join(PartnerRow, PartnerRow.id == IdempotentAnswerRow.partner_id)
        .where(PartnerRow.code == partner, IdempotentAnswerRow.key == key)
    )
    if found is None:
        return None
    return KeptAnswer(bytes(found.request_sha256), found.status, found.content_type, bytes(found.body))


def keep_answer(session: Session, partner: str, key: str, answer: KeptAnswer, now: datetime) -> None:
    """Keep the first answer to a key."""
    session.execute(
        insert(IdempotentAnswerRow).values(
            partner_id=select(PartnerRow.id).where(PartnerRow.code == partner).scalar_subquery(),
            key=key,
            request_sha256=answer.request_sha256,
            status=answer.status,
            content_type=answer.content_type,
            body=answer.body,
            answered_at=now,
        )
    )


def forget_answers(session: Session, *, before: datetime) -> int:
    """Delete answers that were given before an instant, and tell how many."""
    gone = session.execute(delete(IdempotentAnswerRow).where(IdempotentAnswerRow.answered_at < before))
    return gone.rowcount if isinstance(gone, CursorResult) else 0
