"""What the operations page says of Kafka: alerts, workers, feeds, and deliveries held against their receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.services.alerts import WordedAlert, partner_of_feed
from payments_hub.services.feed_halts import reason_words
from payments_hub.services.operations import Operations, is_gone, is_silent
from payments_hub.services.reconciliation import fault_words
from payments_hub.services.worker_ends import end_words
from payments_hub.store.consumer_workers import ConsumerWorker
from payments_hub.store.offsets import FeedState, FeedStatus
from payments_hub.store.reconciliation import CheckedDay
from payments_hub.web.components import Tag, verdict_tag

FILE_COLUMNS = (
    *("partner", "day", "deliveries", "accepted", "superseded", "no_change", "duplicate", "held", "rejected"),
    *("adds_up", "faults", "checked_at", "simulated_data"),
)
_STATES: dict[FeedState, tuple[str, Words]] = {
    FeedState.READING: ("good", Words("Đang đọc", "Reading")),
    FeedState.WAITING: ("watch", Words("Đang thử lại", "Trying again")),
    FeedState.BLOCKED: ("off", Words("Đứng lại", "Blocked")),
    FeedState.SUSPENDED: ("off", Words("Tạm ngừng đọc", "Suspended")),
}
_PUBLISHING: dict[FeedState, tuple[str, Words]] = _STATES | {
    FeedState.READING: ("good", Words("Đang gửi biên nhận", "Publishing")),
}
_VERDICTS = (
    *(Verdict.ACCEPTED, Verdict.SUPERSEDED, Verdict.NO_CHANGE),
    *(Verdict.DUPLICATE, Verdict.HELD, Verdict.REJECTED),
)
_UNITS = ((86_400, "ngày", "d"), (3_600, "giờ", "h"), (60, "phút", "min"))


@dataclass(frozen=True, slots=True)
class AlertItem:
    """One alert: what happened, since when, more of it, what to do, and what to run for it."""

    text: str
    since: str
    details: tuple[str, ...]
    do: str
    command: str


@dataclass(frozen=True, slots=True)
class WorkerLine:
    """The worker of one group on one machine."""

    group: str
    machine: str
    state: Tag
    process: str
    running: str
    restarts: str
    memory: str
    last_end: str


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One partition of Kafka."""

    topic: str
    address: str
    group: str
    state: Tag
    lag: str
    heard: str
    alerts: str
    detail: str


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """One partner's day, counted anew."""

    partner: str
    address: str
    day: str
    delivered: str
    counts: tuple[str, ...]
    adds_up: bool
    faults: tuple[str, ...]
    checked_at: str
    simulated: bool


def alert_items(seen: Operations, language: Language) -> tuple[AlertItem, ...]:
    """Word the open alerts."""
    return tuple(_alert(one, _since(one, seen, language), language) for one in seen.alerts)


def over_items(seen: Operations, language: Language) -> tuple[AlertItem, ...]:
    """Word the alerts that were over lately."""
    return tuple(_alert(one, _span(one, language), language) for one in seen.over)


def worker_lines(seen: Operations, language: Language) -> tuple[WorkerLine, ...]:
    """Word the workers."""
    return tuple(_worker(worker, seen, language) for worker in seen.workers)


def feed_lines(seen: Operations, language: Language) -> tuple[FeedLine, ...]:
    """Word the partitions."""
    return tuple(_feed(feed, seen, language) for feed in seen.feeds)


def publishing_lines(seen: Operations, language: Language) -> tuple[FeedLine, ...]:
    """Word the topics that receipts are published on."""
    return tuple(_publishing(topic, seen, language) for topic in seen.publishing)


def checked_lines(seen: Operations, language: Language) -> tuple[CheckedLine, ...]:
    """Word the days that were counted anew."""
    return tuple(_checked(day, language) for day in seen.checked)


def verdict_words(language: Language) -> tuple[str, ...]:
    """Name the verdicts in the order in which they are counted."""
    return tuple(verdict_tag(verdict, language).word for verdict in _VERDICTS)


def file_rows(checked: Sequence[CheckedDay]) -> Iterator[Sequence[str]]:
    """Write the days that were counted anew as rows, under the names of the columns."""
    yield FILE_COLUMNS
    for day in checked:
        counted = day.counted
        yield (
            *(day.partner, counted.day.isoformat(), str(counted.delivered), *map(str, _counts(day))),
            "no" if counted.faults else "yes",
            " ".join(fault_words(fault).en for fault in counted.faults),
            day.checked_at.isoformat(),
            "yes" if day.simulated else "no",
        )


def ago(passed: timedelta, language: Language) -> str:
    """Tell how long ago something was."""
    return Words(f"{lasting(passed, Language.VI)} trước", f"{lasting(passed, Language.EN)} ago").of(language)


def lasting(passed: timedelta, language: Language) -> str:
    """Tell how long something takes."""
    seconds = max(0, int(passed.total_seconds()))
    for size, vi, en in _UNITS:
        if seconds >= 2 * size:
            return Words(f"{seconds // size} {vi}", f"{seconds // size} {en}").of(language)
    return Words(f"{seconds} giây", f"{seconds} s").of(language)


def _alert(one: WordedAlert, since: str, language: Language) -> AlertItem:
    return AlertItem(
        text=one.says.of(language),
        since=since,
        details=tuple(detail.of(language) for detail in one.details),
        do=one.do.of(language),
        command=one.command,
    )


def _since(one: WordedAlert, seen: Operations, language: Language) -> str:
    raised = one.alert.raised_at
    at, passed = formatting.instant(raised, language), ago(seen.now - raised, language)
    return Words(f"Từ {at} ({passed}).", f"Since {at} ({passed}).").of(language)


def _span(one: WordedAlert, language: Language) -> str:
    raised, resolved = one.alert.raised_at, one.alert.resolved_at or one.alert.raised_at
    at, long = formatting.instant(raised, language), lasting(resolved - raised, language)
    return Words(f"Từ {at}, kéo dài {long}.", f"From {at}, for {long}.").of(language)


def _worker(worker: ConsumerWorker, seen: Operations, language: Language) -> WorkerLine:
    gone = is_gone(worker, seen.now)
    running = worker.memory_bytes is not None
    if gone:
        kind, words = "off", Words("Không thấy", "Not seen")
    elif running:
        kind, words = "good", Words("Đang chạy", "Running")
    else:
        kind, words = "watch", Words("Đang chạy lại", "Being started again")
    megabytes = formatting.NOTHING
    if worker.memory_bytes is not None:
        megabytes = f"{formatting.whole(round(worker.memory_bytes / 1_000_000), language)} MB"
    return WorkerLine(
        group=worker.feed_group,
        machine=worker.machine,
        state=Tag(words.of(language), kind, kind),
        process=str(worker.process),
        running=lasting((worker.seen_at if gone else seen.now) - worker.started_at, language),
        restarts=formatting.whole(worker.restarts, language),
        memory=megabytes,
        last_end=end_words(worker.last_end).of(language) if worker.last_end else formatting.NOTHING,
    )


def _feed(feed: FeedStatus, seen: Operations, language: Language) -> FeedLine:
    kind, words = _STATES[feed.state]
    if is_silent(feed, seen.now):
        kind, words = "off", Words("Không nghe thấy Kafka", "Kafka is not heard")
    subject, partner = f"{feed.topic}-{feed.partition}", partner_of_feed(feed.topic)
    alerts = sum(one.alert.subject in {subject, feed.topic} for one in seen.alerts)
    told = Words(f"{alerts} cảnh báo", f"{alerts} alert{'s' * (alerts != 1)}")
    return FeedLine(
        topic=subject,
        address=url_for("feeds.one", partner=partner) if partner in seen.groups else "",
        group=seen.groups.get(partner, ""),
        state=Tag(words.of(language), kind, kind),
        lag=formatting.NOTHING if feed.lag is None else formatting.whole(feed.lag, language),
        heard=ago(seen.now - feed.last_poll_at, language),
        alerts=told.of(language) if alerts else "",
        detail=_detail(feed, language),
    )


def _publishing(topic: FeedStatus, seen: Operations, language: Language) -> FeedLine:
    kind, words = _PUBLISHING[topic.state]
    if is_silent(topic, seen.now):
        kind, words = "off", Words("Không báo gì", "Not heard")
    return FeedLine(
        topic=topic.topic,
        address="",
        group="",
        state=Tag(words.of(language), kind, kind),
        lag=formatting.NOTHING if topic.lag is None else formatting.whole(topic.lag, language),
        heard=ago(seen.now - topic.last_poll_at, language),
        alerts="",
        detail=_detail(topic, language),
    )


def _detail(status: FeedStatus, language: Language) -> str:
    return reason_words(status.detail).of(language) if status.detail else ""


def _checked(day: CheckedDay, language: Language) -> CheckedLine:
    return CheckedLine(
        partner=day.partner,
        address=f"{url_for('feeds.one', partner=day.partner)}#days",
        day=formatting.day(day.counted.day, language),
        delivered=formatting.whole(day.counted.delivered, language),
        counts=tuple(formatting.whole(count, language) for count in _counts(day)),
        adds_up=not day.counted.faults,
        faults=tuple(fault_words(fault).of(language) for fault in day.counted.faults),
        checked_at=formatting.instant(day.checked_at, language),
        simulated=day.simulated,
    )


def _counts(day: CheckedDay) -> tuple[int, ...]:
    one = day.counted
    return one.accepted, one.superseded, one.no_change, one.duplicate, one.held, one.rejected
