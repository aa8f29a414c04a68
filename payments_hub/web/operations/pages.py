"""The operations page as it is read, and the same for a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.feed_calendar import CalendarRow
from payments_hub.domain.languages import Language, Words
from payments_hub.services.feeds import FeedChoice
from payments_hub.services.operations import CONSUMER_SILENT, Operations, Urgency, is_late
from payments_hub.store.offsets import FeedState, FeedStatus
from payments_hub.store.operations import JobState
from payments_hub.web.components import Fact, Link, Tag
from payments_hub.web.feeds.calendars import PERIODS
from payments_hub.web.feeds.pages import choice_value

SILENT_SHOWN = 50

_TITLE = Words("Vận hành", "Operations")
_STATES: dict[FeedState, tuple[str, Words]] = {
    FeedState.READING: ("good", Words("Đang đọc", "Reading")),
    FeedState.WAITING: ("watch", Words("Đang thử lại", "Trying again")),
    FeedState.BLOCKED: ("off", Words("Đứng lại", "Blocked")),
}


@dataclass(frozen=True, slots=True)
class TroubleItem:
    """One thing that needs somebody."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One partition of Kafka."""

    topic: str
    state: Tag
    lag: str
    heard: str
    detail: str


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job's last run."""

    name: str
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
    feeds: tuple[FeedLine, ...]
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
        troubles=tuple(
            TroubleItem("off" if one.urgency is Urgency.NOW else "watch", one.words.of(language))
            for one in seen.troubles
        ),
        feeds=tuple(_feed(feed, seen.now, language) for feed in seen.feeds),
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
        "feeds": [
            {
                "topic": feed.topic,
                "partition": feed.partition,
                "state": feed.state.value,
                "lag": feed.lag,
                "last_poll_at": feed.last_poll_at.isoformat(),
            }
            for feed in seen.feeds
        ],
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


def _feed(feed: FeedStatus, now: datetime, language: Language) -> FeedLine:
    kind, words = _STATES[feed.state]
    if now - feed.last_poll_at > CONSUMER_SILENT:
        kind, words = "off", Words("Không lên tiếng", "Silent")
    return FeedLine(
        topic=f"{feed.topic}-{feed.partition}",
        state=Tag(words.of(language), kind, kind),
        lag=formatting.NOTHING if feed.lag is None else formatting.whole(feed.lag, language),
        heard=_ago(now - feed.last_poll_at, language),
        detail=feed.detail or "",
    )


def _job(job: JobState, now: datetime, language: Language) -> JobLine:
    late = is_late(job, now)
    words = Words("Trễ", "Late") if late else Words("Đúng lịch", "On time")
    took = formatting.NOTHING
    if job.ended_at is not None:
        took = f"{formatting.decimal((job.ended_at - job.started_at).total_seconds(), 1, language)} s"
    return JobLine(
        name=job.job,
        slot=_ago(now - job.slot, language),
        took=took,
        outcome=job.outcome or formatting.NOTHING,
        state=Tag(words.of(language), "off" if late else "good", "off" if late else "good"),
    )


def _facts(seen: Operations, language: Language) -> tuple[Fact, ...]:
    def counted(count: int, since: datetime | None) -> str:
        number = formatting.whole(count, language)
        if since is None:
            return number
        oldest = _ago(seen.now - since, language)
        return Words(f"{number}, cũ nhất {oldest}", f"{number}, the oldest {oldest}").of(language)

    holders = ", ".join(f"{lease.name}: {lease.holder}" for lease in seen.leases if lease.held_until > seen.now)
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
    return tuple(Fact(name.of(language), value) for name, value in named)


def _silent(row: CalendarRow, seen: Operations, language: Language) -> SilentLine:
    first = row.silence[0].period
    unit, missing = PERIODS[row.frequency], len(row.silence)
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
        missing=at_least + Words(f"{missing} {unit.vi}", f"{missing} {unit.en}").of(language),
    )


def _silent_words(seen: Operations, language: Language) -> str:
    count = len(seen.silent)
    if count <= SILENT_SHOWN:
        return ""
    return Words(f"{SILENT_SHOWN} nơi đầu trong {count}.", f"The first {SILENT_SHOWN} of {count}.").of(language)


def _ago(passed: timedelta, language: Language) -> str:
    seconds = max(0, int(passed.total_seconds()))
    for size, vi, en in ((86_400, "ngày", "d"), (3_600, "giờ", "h"), (60, "phút", "min")):
        if seconds >= 2 * size:
            return Words(f"{seconds // size} {vi} trước", f"{seconds // size} {en} ago").of(language)
    return Words(f"{seconds} giây trước", f"{seconds} s ago").of(language)
