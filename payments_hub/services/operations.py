"""Whether everything runs: feeds, jobs, what waits, who is silent; and what needs somebody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.domain.feed_calendar import CalendarRow
from payments_hub.domain.languages import Words
from payments_hub.ingest.reference import Reference
from payments_hub.kernel.clock import local_day
from payments_hub.services.alerts import WordedAlert, alerts_now
from payments_hub.services.feeds import all_rows
from payments_hub.services.job_words import job_name
from payments_hub.store.backlog import Backlog, drain_backlog
from payments_hub.store.consumer_workers import ConsumerWorker, feed_groups, read_workers
from payments_hub.store.offsets import RECEIPTS_PREFIX, FeedState, FeedStatus, read_statuses
from payments_hub.store.operations import JobState, LeaseState, Waiting, job_states, lease_states, waiting
from payments_hub.store.partners import any_simulated
from payments_hub.store.reconciliation import CheckedDay, checked_days

CONSUMER_SILENT = timedelta(seconds=20)
"""A consumer asks Kafka for the ends of its logs every five seconds, and says so: a cut network is only silence."""

WORKER_GONE = timedelta(seconds=30)
"""A supervisor looks after its workers every few seconds."""

RECONCILED_DAYS = 7

DRAIN_LATE = timedelta(minutes=5)
"""The longest drain that is allowed takes four minutes."""

RECEIPTS_LATE = timedelta(minutes=10)
JOB_GRACE = timedelta(minutes=11)
"""The longest job may take ten minutes, in which it has no slot of its own."""


class Urgency(StrEnum):
    """Who has to look, and how soon."""

    NOW = "now"
    SOON = "soon"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs somebody, in a sentence."""

    code: str
    urgency: Urgency
    words: Words


@dataclass(frozen=True, slots=True)
class Operations:
    """
    What an operator watches, at one moment.

    Args:
        alerts: What is open, worded, the oldest first.
        over: Alerts that were over lately, the newest first.
        feeds: What is read from Kafka.
        publishing: The topics that receipts are published on.
        groups: The group of feeds that each partner is read in.
        checked: The last days' deliveries as they were counted anew, the newest first.
        silent: Places whose newest due slices did not come, longest silence first.
        place_names: Of those places.
        troubles: What needs somebody; none while everything runs.

    """

    now: datetime
    alerts: tuple[WordedAlert, ...]
    over: tuple[WordedAlert, ...]
    workers: tuple[ConsumerWorker, ...]
    feeds: tuple[FeedStatus, ...]
    publishing: tuple[FeedStatus, ...]
    groups: Mapping[str, str]
    checked: tuple[CheckedDay, ...]
    jobs: tuple[JobState, ...]
    leases: tuple[LeaseState, ...]
    backlog: Backlog
    waiting: Waiting
    silent: tuple[CalendarRow, ...]
    place_names: Mapping[str, Words]
    troubles: tuple[Trouble, ...]
    simulated: bool

    @property
    def runs(self) -> bool:
        """Tell whether nothing needs somebody at once."""
        return all(trouble.urgency is not Urgency.NOW for trouble in self.troubles)


def operations(session: Session, reference: Reference, *, now: datetime) -> Operations:
    """Look at everything, and say what needs somebody."""
    statuses, jobs, leases = read_statuses(session), job_states(session), lease_states(session)
    feeds = tuple(status for status in statuses if not status.topic.startswith(RECEIPTS_PREFIX))
    publishing = tuple(status for status in statuses if status.topic.startswith(RECEIPTS_PREFIX))
    backlog, waits = drain_backlog(session), waiting(session)
    alerts, over = alerts_now(session, now=now)
    workers, today = read_workers(session), local_day(now)
    silent = silent_rows(session, reference, today=today)
    troubles = (
        *_alert_troubles(alerts),
        *_worker_troubles(workers, now),
        *_feed_troubles(feeds, now),
        *_publishing_troubles(publishing, now),
        *_job_troubles(jobs, leases, now),
        *_waiting_troubles(backlog, waits, uses_kafka=bool(statuses), now=now),
        *_silence_troubles(silent),
    )
    return Operations(
        now=now,
        alerts=alerts,
        over=over,
        workers=workers,
        feeds=feeds,
        publishing=publishing,
        groups=feed_groups(session),
        checked=checked_days(session, today - timedelta(days=RECONCILED_DAYS - 1), today),
        jobs=tuple(jobs),
        leases=tuple(leases),
        backlog=backlog,
        waiting=waits,
        silent=silent,
        place_names={row.place: _name(reference, row.place) for row in silent},
        troubles=troubles,
        simulated=any_simulated(session),
    )


def silent_rows(session: Session, reference: Reference, *, today: date) -> tuple[CalendarRow, ...]:
    """List the places whose newest due slices did not come, by the calendar of what is expected, longest first."""
    silent = [row for row in all_rows(session, reference, today=today) if row.silence]
    return tuple(sorted(silent, key=lambda row: (row.silence[0].period.end, row.partner, row.flow, row.place)))


def is_late(job: JobState, now: datetime) -> bool:
    """Tell whether a job missed several of its slots."""
    return job.every is not None and now - job.slot > 3 * job.every + JOB_GRACE


def is_gone(worker: ConsumerWorker, now: datetime) -> bool:
    """Tell whether nobody has looked after a worker lately."""
    return now - worker.seen_at > WORKER_GONE


def is_silent(feed: FeedStatus, now: datetime) -> bool:
    """Tell whether Kafka was not heard on a feed lately."""
    return now - feed.last_poll_at > CONSUMER_SILENT


def _alert_troubles(alerts: tuple[WordedAlert, ...]) -> Iterator[Trouble]:
    if alerts:
        count = len(alerts)
        vi, en = f"{count} cảnh báo đang mở.", f"{count} alert{'s are' if count != 1 else ' is'} open."
        yield Trouble("ALERTS", Urgency.NOW, Words(vi, en))


def _worker_troubles(workers: tuple[ConsumerWorker, ...], now: datetime) -> Iterator[Trouble]:
    gone = ", ".join(f"{worker.feed_group} ({worker.machine})" for worker in workers if is_gone(worker, now))
    if gone:
        vi, en = f"Không thấy tiến trình đọc Kafka của nhóm {gone}.", f"The worker of group {gone} is not to be seen."
        yield Trouble("WORKERS_GONE", Urgency.NOW, Words(vi, en))


def _feed_troubles(feeds: tuple[FeedStatus, ...], now: datetime) -> Iterator[Trouble]:
    blocked = sum(feed.state is FeedState.BLOCKED for feed in feeds)
    if blocked:
        vi, en = (
            f"{blocked} phân vùng Kafka đứng lại, chờ người quyết định.",
            f"{_partitions(blocked)} blocked.",
        )
        yield Trouble("FEEDS_BLOCKED", Urgency.NOW, Words(vi, en))
    quiet = sum(is_silent(feed, now) for feed in feeds)
    if quiet:
        vi = f"Không nghe thấy Kafka ở {quiet} phân vùng: Kafka, mạng hoặc bộ đọc có sự cố."
        en = f"Kafka is not heard on {quiet} partition{'s' * (quiet != 1)}: Kafka, the network or the consumer is away."
        yield Trouble("CONSUMER_SILENT", Urgency.NOW, Words(vi, en))
    suspended = sum(feed.state is FeedState.SUSPENDED for feed in feeds)
    if suspended:
        vi = f"{suspended} phân vùng Kafka tạm ngừng đọc vì quá nhiều thông điệp bị từ chối."
        en = f"{_partitions(suspended)} suspended: too much of what came was refused."
        yield Trouble("FEEDS_SUSPENDED", Urgency.NOW, Words(vi, en))
    stuck = sum(feed.state is FeedState.WAITING for feed in feeds)
    if stuck:
        vi = f"{stuck} phân vùng Kafka đang tự thử lại."
        yield Trouble("FEEDS_WAITING", Urgency.SOON, Words(vi, f"{_partitions(stuck)} being tried again."))


def _partitions(count: int) -> str:
    return f"{count} Kafka partition{'s are' if count != 1 else ' is'}"


def _publishing_troubles(publishing: tuple[FeedStatus, ...], now: datetime) -> Iterator[Trouble]:
    if any(is_silent(topic, now) for topic in publishing):
        words = Words(
            "Tiến trình gửi biên nhận ra Kafka không báo gì: nó không chạy, hoặc bị kẹt.",
            "The publisher of receipts says nothing: it does not run, or is stuck.",
        )
        yield Trouble("PUBLISHER_SILENT", Urgency.NOW, words)
    stuck = sum(topic.state is FeedState.WAITING for topic in publishing)
    if stuck:
        vi = f"Chưa gửi được biên nhận của {stuck} đối tác ra Kafka, đang tự thử lại."
        en = f"Receipts of {stuck} partner{'s' * (stuck != 1)} cannot be published yet; it is tried again."
        yield Trouble("PUBLISHING_WAITING", Urgency.SOON, Words(vi, en))


def _job_troubles(jobs: list[JobState], leases: list[LeaseState], now: datetime) -> Iterator[Trouble]:
    if not any(lease.held_until > now for lease in leases):
        words = Words(
            "Bộ lập lịch không chạy: số liệu không được cộng vào.", "The scheduler does not run: nothing is added up."
        )
        yield Trouble("SCHEDULER_AWAY", Urgency.NOW, words)
    late = [job_name(job.job) for job in jobs if is_late(job, now)]
    if late:
        vi, en = ", ".join(name.vi for name in late), ", ".join(name.en for name in late)
        yield Trouble("JOBS_LATE", Urgency.NOW, Words(f"Việc định kỳ bị trễ: {vi}.", f"Jobs are late: {en}."))


def _waiting_troubles(backlog: Backlog, waits: Waiting, *, uses_kafka: bool, now: datetime) -> Iterator[Trouble]:
    if backlog.since is not None and now - backlog.since > DRAIN_LATE:
        vi, en = (
            f"{backlog.slices} lát chờ được cộng quá lâu.",
            f"{_slices(backlog.slices)} too long to be added up.",
        )
        yield Trouble("DRAIN_LATE", Urgency.NOW, Words(vi, en))
    if uses_kafka and waits.receipts_since is not None and now - waits.receipts_since > RECEIPTS_LATE:
        vi = f"{waits.receipts} biên nhận chưa gửi ra Kafka."
        en = f"{waits.receipts} receipt{'s are' if waits.receipts != 1 else ' is'} not published."
        yield Trouble("RECEIPTS_LATE", Urgency.NOW, Words(vi, en))
    if waits.held:
        vi, en = f"{waits.held} lát tạm giữ chờ cán bộ.", f"{_slices(waits.held, 'held ')} for an officer."
        yield Trouble("HELD", Urgency.SOON, Words(vi, en))


def _slices(count: int, kind: str = "") -> str:
    return f"{count} {kind}slice{' waits' if count == 1 else 's wait'}"


def _silence_troubles(silent: tuple[CalendarRow, ...]) -> Iterator[Trouble]:
    if silent:
        partners, places = len({row.partner for row in silent}), len(silent)
        vi = f"{places} nơi im lặng, của {partners} đối tác."
        en = f"{places} place{'s are' if places != 1 else ' is'} silent, of {partners} partner{'s' * (partners != 1)}."
        yield Trouble("SILENCE", Urgency.SOON, Words(vi, en))


def _name(reference: Reference, code: str) -> Words:
    place = reference.places.get(code)
    return Words(code, code) if place is None else Words(place.name_vi, place.name_en)
