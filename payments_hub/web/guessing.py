"""Attempts to prove something: where each comes from, and the answer when there were too many."""

from __future__ import annotations

from flask import request

from payments_hub.domain.languages import Words
from payments_hub.services.attempts import WINDOW, Attempt
from payments_hub.services.security_events import Kind
from payments_hub.web.context import caller_address, request_id
from payments_hub.web.refusals import RefusalError


def attempt_of(kind: Kind) -> Attempt:
    """Describe this request as an attempt; whose account it is on is found where it is judged."""
    return Attempt(kind, None, caller_address(), request.endpoint or "", request_id())


def too_many() -> RefusalError:
    """Make the answer to one attempt too many; raise it after the transaction that counted."""
    minutes = int(WINDOW.total_seconds()) // 60
    words = Words(
        f"Đã thử sai quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại.",
        f"Too many attempts have failed. Wait {minutes} minutes and try again.",
    )
    return RefusalError(429, "TOO_MANY_REQUESTS", words, headers=(("Retry-After", str(minutes * 60)),))
