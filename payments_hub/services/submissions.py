"""Answer a request once: sent again under the same key, it gets its first answer and does nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.store import idempotent_answers
from payments_hub.store.idempotent_answers import KeptAnswer

__all__ = ["ANSWERS_KEPT", "KeptAnswer", "KeyRefusal", "Repeatable", "answer_once"]

ANSWERS_KEPT = timedelta(days=7)
"""At least so long the first answer to a key is given again; partners are told."""


class KeyRefusal(StrEnum):
    """Why a request under a key gets no receipt."""

    IN_FLIGHT = "in flight"
    OTHER_REQUEST = "other request"


@dataclass(frozen=True, slots=True)
class Repeatable:
    """
    A request that its sender may send again.

    Args:
        key: The sender's name for it.
        request_sha256: Of all in it that counts: what is the same request has the same.

    """

    partner: str
    key: str
    request_sha256: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and whether it is one that was given before."""

    answer: KeptAnswer
    again: bool


def answer_once(
    session: Session, request: Repeatable, judge: Callable[[], KeptAnswer], now: datetime
) -> Answered | KeyRefusal:
    """
    Answer a request, or give its first answer again.

    Args:
        session: Its transaction holds what was judged and the answer, or neither.
        request: Who sent what under which key.
        judge: Does the work, in the same transaction.
        now: This moment.

    """
    if not idempotent_answers.lock_key(session, request.partner, request.key):
        return KeyRefusal.IN_FLIGHT
    kept = idempotent_answers.kept_answer(session, request.partner, request.key)
    if kept is not None:
        same = kept.request_sha256 == request.request_sha256
        return Answered(kept, again=True) if same else KeyRefusal.OTHER_REQUEST
    answer = judge()
    idempotent_answers.keep_answer(session, request.partner, request.key, answer, now)
    return Answered(answer, again=False)
