"""The operations page as it is read, and the same for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.feed_calendar import CalendarRow
from payments_hub.domain.languages import Language, Words
from payments_hub.services.feeds import FeedChoice
from payments_hub.services.job_words import job_name, outcome_words
from payments_hub.services.operations import Operations, Trouble, Urgency, is_gone, is_late
from payments_hub.store.offsets import FeedStatus
from payments_hub.store.operations import JobState
from payments_hub.web.components import Fact, Link, Tag
from payments_hub.web.feeds.calendars import PERIODS
from payments_hub.web.feeds.pages import choice_value
from payments_hub.web.operations.feeds import (
    AlertItem,
    CheckedLine,
    FeedLine,
    WorkerLine,
    ago,
    alert_items,
    checked_lines,
    feed_lines,
    over_items,
    publishing_lines,
    verdict_words,
    worker_lines,
)

SILENT_SHOWN = 50

_TITLE = Words("Vận hành", "Operations")
_SOLVED: dict[str, tuple[str, Words]] = {
    "ALERTS": ("#alerts", Words("Xem cảnh báo", "See the alerts")),
    "WORKERS_GONE": ("#workers", Words("Xem tiến trình đọc", "See the workers")),
    "FEEDS_BLOCKED": ("#kafka", Words("Xem luồng nào", "See which feeds")),
    "FEEDS_SUSPENDED": ("#kafka", Words("Xem luồng nào", "See which feeds")),
    "CONSUMER_SILENT": ("#kafka", Words("Xem luồng nào", "See which feeds")),
    "FEEDS_WAITING": ("#kafka", Words("Xem luồng nào", "See which feeds")),
    "PUBLISHER_SILENT": ("#publishing", Words("Xem gửi biên nhận", "See the receipts")),
    "PUBLISHING_WAITING": ("#publishing", Words("Xem gửi biên nhận", "See the receipts")),
    "SCHEDULER_AWAY": ("#jobs", Words("Xem việc định kỳ", "See the jobs")),
    "JOBS_LATE": ("#jobs", Words("Xem việc định kỳ", "See the jobs")),
    "DRAIN_LATE": ("#jobs", Words("Xem việc định kỳ", "See the jobs")),
    "RECEIPTS_LATE": ("#waiting", Words("Xem những gì đang chờ", "See what waits")),
    "HELD": ("/locks", Words("Quyết định ở trang kỳ khóa", "Decide on the page of locked periods")),
    "SILENCE": ("#silence", Words("Xem nơi nào im lặng", "See which places")),
}
"""Where each thing that needs somebody is dealt with."""


@dataclass(frozen=True, slots=True)
class TroubleItem:
    """One thing that needs somebody."""

    kind: str
    text: str
    link: Link


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job's last run."""

    name: str
    code: str
    slot: str
    took: str
    outcome: str
    state: Tag


@dataclass(frozen=True, slots=True)
class SilentLine:
    """One place that is silent."""

    partner: str
    address: str
    flow: str
    place: str
    code: str
    since: str
    missing: str


@dataclass(frozen=True, slots=True)
class OperationsPage:
    """What the operations page shows."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    at: str
    simulated: bool
    troubles: tuple[TroubleItem, ...]
    alerts: tuple[AlertItem, ...]
    over: tuple[AlertItem, ...]
    workers: tuple[WorkerLine, ...]
    feeds: tuple[FeedLine, ...]
    publishing: tuple[FeedLine, ...]
    checked: tuple[CheckedLine, ...]
    verdicts: tuple[str, ...]
    jobs: tuple[JobLine, ...]
    facts: tuple[Fact, ...]
    silent: tuple[SilentLine, ...]
    silent_words: str


def operations_page(seen: Operations, language: Language) -> OperationsPage:
    """Word what was seen."""
    return OperationsPage(
        crumbs=(Link(_TITLE.of(language), ""),),
        title=_TITLE.of(language),
        lede=_lede(seen).of(language),
        at=formatting.instant(seen.now, language),
        simulated=seen.simulated,
        troubles=tuple(_trouble(one, language) for one in seen.troubles),
        alerts=alert_items(seen, language),
        over=over_items(seen, language),
        workers=worker_lines(seen, language),
        feeds=feed_lines(seen, language),
        publishing=publishing_lines(seen, language),
        checked=checked_lines(seen, language),
        verdicts=verdict_words(language),
        jobs=tuple(_job(job, seen.now, language) for job in seen.jobs),
        facts=_facts(seen, language),
        silent=tuple(_silent(row, seen, language) for row in seen.silent[:SILENT_SHOWN]),
        silent_words=_silent_words(seen, language),
    )


def as_json(seen: Operations) -> dict[str, object]:
    """Write what was seen for a machine."""
    return {
        "at": seen.now.isoformat(),
        "runs": seen.runs,
        "troubles": [
            {"code": one.code, "urgency": one.urgency.value, "text_vi": one.words.vi, "text_en": one.words.en}
            for one in seen.troubles
        ],
        "alerts": [
            {
                "kind": one.alert.kind.value,
                "subject": one.alert.subject,
                "since": one.alert.raised_at.isoformat(),
                "text_vi": one.says.vi,
                "text_en": one.says.en,
                "detail": one.alert.detail,
            }
            for one in seen.alerts
        ],
        "workers": [
            {
                "group": worker.feed_group,
                "machine": worker.machine,
                "process": worker.process,
                "started_at": worker.started_at.isoformat(),
                "seen_at": worker.seen_at.isoformat(),
                "gone": is_gone(worker, seen.now),
                "restarts": worker.restarts,
                "memory_bytes": worker.memory_bytes,
                "last_end": worker.last_end,
            }
            for worker in seen.workers
        ],
        "reconciliation": [
            {
                "partner": day.partner,
                "day": day.counted.day.isoformat(),
                "delivered": day.counted.delivered,
                "faults": list(day.counted.faults),
                "checked_at": day.checked_at.isoformat(),
            }
            for day in seen.checked
        ],
        "feeds": [_feed_for_machines(feed) for feed in seen.feeds],
        "publishing": [_feed_for_machines(topic) for topic in seen.publishing],
        "jobs": [
            {"job": job.job, "slot": job.slot.isoformat(), "outcome": job.outcome, "late": is_late(job, seen.now)}
            for job in seen.jobs
        ],
        "slices_waiting": seen.backlog.slices,
        "receipts_waiting": seen.waiting.receipts,
        "held": seen.waiting.held,
        "quarantined": seen.waiting.quarantined,
        "database_bytes": seen.waiting.database_bytes,
        "silent": [
            {
                "partner": row.partner,
                "flow": row.flow,
                "place": row.place,
                "since": str(row.silence[0].period),
                "missing": len(row.silence),
            }
            for row in seen.silent
        ],
        "simulated": seen.simulated,
    }


def _feed_for_machines(feed: FeedStatus) -> dict[str, object]:
    return {
        "topic": feed.topic,
        "partition": feed.partition,
        "state": feed.state.value,
        "lag": feed.lag,
        "last_poll_at": feed.last_poll_at.isoformat(),
    }


def _lede(seen: Operations) -> Words:
    urgent = sum(one.urgency is Urgency.NOW for one in seen.troubles)
    later = len(seen.troubles) - urgent
    if urgent:
        return Words(
            f"{urgent} việc cần người xử lý ngay.",
            f"{urgent} thing{'s need' if urgent > 1 else ' needs'} somebody now.",
        )
    if later:
        verb = "things need" if later > 1 else "thing needs"
        return Words(f"Mọi phần đang chạy; {later} việc cần để ý.", f"Everything runs; {later} {verb} a look.")
    return Words("Mọi phần đang chạy, không có việc gì chờ người.", "Everything runs, and nothing waits for anybody.")


def _trouble(one: Trouble, language: Language) -> TroubleItem:
    address, words = _SOLVED[one.code]
    kind = "off" if one.urgency is Urgency.NOW else "watch"
    return TroubleItem(kind, one.words.of(language), Link(words.of(language), address))


def _job(job: JobState, now: datetime, language: Language) -> JobLine:
    late = is_late(job, now)
    words = Words("Trễ", "Late") if late else Words("Đúng lịch", "On time")
    took = formatting.NOTHING
    if job.ended_at is not None:
        took = f"{formatting.decimal((job.ended_at - job.started_at).total_seconds(), 1, language)} s"
    return JobLine(
        name=job_name(job.job).of(language),
        code=job.job,
        slot=ago(now - job.slot, language),
        took=took,
        outcome=outcome_words(job.job, job.outcome).of(language) if job.outcome else formatting.NOTHING,
        state=Tag(words.of(language), "off" if late else "good", "off" if late else "good"),
    )


def _facts(seen: Operations, language: Language) -> tuple[Fact, ...]:
    def counted(count: int, since: datetime | None) -> str:
        number = formatting.whole(count, language)
        if since is None:
            return number
        oldest = ago(seen.now - since, language)
        return Words(f"{number}, cũ nhất {oldest}", f"{number}, the oldest {oldest}").of(language)

    holders = ", ".join(_holder(lease.holder, language) for lease in seen.leases if lease.held_until > seen.now)
    nobody = Words("không ai", "nobody").of(language)
    megabytes = formatting.whole(round(seen.waiting.database_bytes / 1_000_000), language)
    waits = seen.waiting
    named = (
        (
            Words("Lát chờ cộng vào số tổng hợp", "Slices to be added up"),
            counted(seen.backlog.slices, seen.backlog.since),
        ),
        (
            Words("Biên nhận chờ gửi ra Kafka", "Receipts to be published"),
            counted(waits.receipts, waits.receipts_since),
        ),
        (Words("Lát tạm giữ chờ cán bộ", "Held slices"), counted(waits.held, waits.held_since)),
        (
            Words("Thông điệp còn trong khu cách ly", "Messages in quarantine"),
            formatting.whole(waits.quarantined, language),
        ),
        (Words("Đang giữ quyền chạy việc định kỳ", "Runs the jobs"), holders or nobody),
        (Words("Cỡ cơ sở dữ liệu", "Size of the database"), f"{megabytes} MB"),
    )
    addresses = ("", "", "/locks", "/quarantine", "", "")
    return tuple(
        Fact(name.of(language), value, address=address) for (name, value), address in zip(named, addresses, strict=True)
    )


def _holder(holder: str, language: Language) -> str:
    """Say which process holds a lease: its machine, its number, and what tells it from others before it."""
    machine, process, told_apart = ["", "", *holder.rsplit("-", 2)][-3:]
    if not (machine and process.isdecimal() and told_apart.isdecimal()):
        return holder
    return Words(f"máy {machine}, tiến trình {process}", f"machine {machine}, process {process}").of(language)


def _silent(row: CalendarRow, seen: Operations, language: Language) -> SilentLine:
    first = row.silence[0].period
    unit, missing = PERIODS[row.frequency], len(row.silence)
    units = unit.en.removesuffix("s") if missing == 1 else unit.en
    # A window of nothing but gaps began before it.
    at_least = Words("ít nhất ", "at least ").of(language) if missing == row.due else ""
    choice = choice_value(FeedChoice(row.flow, row.frequency))
    return SilentLine(
        partner=row.partner,
        address=url_for("feeds.one", partner=row.partner, flow=choice),
        flow=row.flow,
        place=seen.place_names[row.place].of(language),
        code=row.place,
        since=formatting.period_short(first, language),
        missing=at_least + Words(f"{missing} {unit.vi}", f"{missing} {units}").of(language),
    )


def _silent_words(seen: Operations, language: Language) -> str:
    count = len(seen.silent)
    if count <= SILENT_SHOWN:
        return ""
    return Words(f"{SILENT_SHOWN} nơi đầu trong {count}.", f"The first {SILENT_SHOWN} of {count}.").of(language)
