"""
How much one partner may ask of the hub: requests and messages a minute, messages a day, batches at once.

The counts live in each web process's memory: with n processes up to n times as much passes, and a restart forgets
them. They keep one partner from taking what the others need; they are no accounting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from threading import Lock

from flask import Flask, Response, current_app, g

from payments_hub.domain.languages import Words
from payments_hub.kernel.clock import end_of_local_day, local_day
from payments_hub.kernel.settings import Settings
from payments_hub.web.capacity import THREADS
from payments_hub.web.context import caller_partner, current_hub
from payments_hub.web.refusals import RefusalError

BATCHES_AT_ONCE = THREADS // 2
"""A partner's batches are judged one after the other: those that wait hold threads, of which half are for others."""

_LIMITS = "payments_hub_partner_limits"
_MINUTE_SECONDS = 60


@dataclass(slots=True)
class Bucket:
    """
    What may be used in a minute, refilled evenly; owned by `PartnerLimits`.

    Args:
        capacity: How much is in it when it is full.
        filled_at: When it was last looked at.
        content: How much was left then.

    """

    capacity: int
    filled_at: datetime
    content: float

    def take(self, count: int, now: datetime) -> float:
        """Take so much out, or nothing and tell in how many seconds there will be enough."""
        passed = max((now - self.filled_at) / timedelta(seconds=1), 0.0)
        self.content = min(self.capacity, self.content + passed * self.capacity / _MINUTE_SECONDS)
        self.filled_at = now
        if count > self.content:
            return (count - self.content) * _MINUTE_SECONDS / self.capacity
        self.content -= count
        return 0.0

    def headers(self) -> tuple[tuple[str, str], ...]:
        """Tell what is left, as headers."""
        until_full = (self.capacity - self.content) * _MINUTE_SECONDS / self.capacity
        return (
            ("RateLimit-Limit", str(self.capacity)),
            ("RateLimit-Remaining", str(int(self.content))),
            ("RateLimit-Reset", str(ceil(until_full))),
        )


@dataclass(slots=True)
class _Used:
    """What one partner has used."""

    requests: Bucket
    messages: Bucket
    day: date
    messages_today: int = 0
    batches: int = 0


@dataclass(slots=True)
class PartnerLimits:
    """
    Counts what each partner uses; owned by one app, shared between its threads.

    Args:
        settings: They say how much there is.

    """

    settings: Settings
    _changing: Lock = field(default_factory=Lock)
    _used: dict[str, _Used] = field(default_factory=dict)

    def count_request(self, partner: str, now: datetime) -> tuple[tuple[str, str], ...]:
        """
        Count one request, and tell what is left, as headers.

        Raises:
            RefusalError: 429; there were too many.

        """
        with self._changing:
            bucket = self._of(partner, now).requests
            wait = bucket.take(1, now)
            headers = bucket.headers()
        if wait:
            raise _too_many("TOO_MANY_REQUESTS", _REQUESTS, wait, headers)
        return headers

    def count_messages(self, partner: str, count: int, now: datetime) -> None:
        """
        Count messages that are about to be judged.

        Raises:
            RefusalError: 429; there were too many in a minute, or today. None of these is judged.

        """
        with self._changing:
            used = self._of(partner, now)
            if used.messages_today + count > self.settings.api_messages_a_day:
                wait = (end_of_local_day(used.day) - now) / timedelta(seconds=1)
                raise _too_many("TOO_MANY_MESSAGES_TODAY", _TODAY, wait)
            wait = used.messages.take(count, now)
            if wait:
                raise _too_many("TOO_MANY_MESSAGES", _MESSAGES, wait, used.messages.headers())
            used.messages_today += count

    @contextmanager
    def batch(self, partner: str, now: datetime) -> Iterator[None]:
        """
        Hold one of the places for a partner's batches.

        Raises:
            RefusalError: 429; all are taken.

        """
        with self._changing:
            used = self._of(partner, now)
            if used.batches >= BATCHES_AT_ONCE:
                raise _too_many("TOO_MANY_BATCHES", _BATCHES, 1)
            used.batches += 1
        try:
            yield
        finally:
            with self._changing:
                used.batches -= 1

    def _of(self, partner: str, now: datetime) -> _Used:
        if partner not in self._used:
            requests, messages = self.settings.api_requests_a_minute, self.settings.api_messages_a_minute
            self._used[partner] = _Used(
                Bucket(requests, now, requests), Bucket(messages, now, messages), local_day(now)
            )
        used = self._used[partner]
        if local_day(now) != used.day:
            used.day, used.messages_today = local_day(now), 0
        return used


_REQUESTS = Words(
    "Quá nhiều yêu cầu trong một phút. Hãy đợi theo Retry-After; nên gửi nhiều lát trong một lô.",
    "Too many requests in a minute. Wait as Retry-After says; send several slices in one batch.",
)
_MESSAGES = Words(
    "Quá nhiều thông điệp trong một phút; chưa thông điệp nào của yêu cầu này được nhận. Hãy đợi theo Retry-After.",
    "Too many messages in a minute; none of this request was taken in. Wait as Retry-After says.",
)
_TODAY = Words(
    "Đã đủ số thông điệp của một ngày; chưa thông điệp nào của yêu cầu này được nhận. Gửi tiếp vào ngày mai, hoặc báo "
    "người quản trị nếu cần nhiều hơn.",
    "The messages of a day are used up; none of this request was taken in. Go on tomorrow, or ask the hub's operator "
    "if you need more.",
)
_BATCHES = Words(
    "Các lô trước của đơn vị đang được xử lý. Hãy gửi lại lô này sau giây lát.",
    "Earlier batches of yours are being judged. Send this one again in a moment.",
)


def register_limits(app: Flask) -> None:
    """Give an app its counts."""
    with app.app_context():
        app.extensions[_LIMITS] = PartnerLimits(current_hub().settings)


def partner_limits() -> PartnerLimits:
    """Find the app's counts."""
    limits = current_app.extensions[_LIMITS]
    if not isinstance(limits, PartnerLimits):
        raise TypeError("the app was not made by create_app")
    return limits


def count_request() -> None:
    """Count a request that came with a good key; runs before each."""
    if "partner" in g:
        g.limit_headers = partner_limits().count_request(caller_partner(), current_hub().clock.now())


def tell_what_is_left(answer: Response) -> Response:
    """Add to an answer what is left of the minute; runs after each."""
    for name, value in g.get("limit_headers", ()):
        answer.headers.setdefault(name, value)
    return answer


def _too_many(code: str, words: Words, wait_seconds: float, more: tuple[tuple[str, str], ...] = ()) -> RefusalError:
    return RefusalError(429, code, words, headers=(("Retry-After", str(max(ceil(wait_seconds), 1))), *more))
