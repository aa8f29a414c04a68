"""What a worker sees when it looks around: topics, their ends, suspensions; and the word it leaves of it for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from consumers.broker import Broker
from consumers.errors import DatabaseFaultError
from consumers.faults import own_transaction
from consumers.feeds import Feeds, is_left_by_the_dead
from consumers.placing import hold_to_log
from consumers.reporting import is_taken_over
from consumers.suspending import Rejections
from consumers.topics import Feed
from payments_hub.kernel.clock import Clock
from payments_hub.store import feed_attempts, offsets, suspensions
from payments_hub.store.alerts import AlertKind, open_alerts, raise_alert, resolve_alert
from payments_hub.store.offsets import FeedState, FeedStatus
from payments_hub.store.session import Database

log = structlog.get_logger()

_FAILING_AFTER = 10
"""Faults of ours in a row before it is told: the first of them may be over by themselves."""

_FEED_ALERTS = (AlertKind.FEED_BLOCKED, AlertKind.FEED_FAILING, AlertKind.FEED_HELD_BACK)

_Wanted = dict[tuple[AlertKind, str], dict[str, object]]


@dataclass(slots=True)
class Surroundings:
    """
    The worker's eyes and its word; owned by its thread.

    Args:
        topics: Names the topics to read, from the hub's partners.
        held_back_seconds: How long a sender's transaction may stay open before it is news.

    """

    topics: Callable[[Session], Collection[str]]
    feeds: Feeds
    rejections: Rejections
    database: Database
    clock: Clock
    held_back_seconds: float
    _wanted: Collection[str] = ()
    _heard_at: datetime | None = None
    _is_first_look: bool = True

    def look_around(self, broker: Broker) -> None:
        """
        Find new topics, ask for the ends of the logs (a cut network is only silence to a poll), leave the status.

        Raises:
            DatabaseFaultError: The database does not take it, or does not tell.

        """
        with own_transaction(self.database) as session:
            self._wanted = self.topics(session)
            suspended = suspensions.suspended_partners(session)
            self._see_decisions(session)
        before = self.feeds.positions().keys()
        present = broker.feeds(self._wanted)
        self._follow(broker, present)
        for feed in self.feeds.suspend(suspended):
            self.rejections.forget(feed.partner)
            log.info("feed_resumed", topic=feed.topic, partition=feed.partition)
        self.ask_for_ends(broker)
        self._remember_predecessor()
        self._learn_positions()
        if self.feeds.positions().keys() != before:
            broker.read_from(self.feeds.positions())
        self._leave_word(present)

    def ask_for_ends(self, broker: Broker) -> None:
        """Ask the broker where the logs end: it raises if no broker answers, and shows what changed under a reader."""
        bounds = broker.bounds(self.feeds.followed())
        self._heard_at = self.clock.now()
        hold_to_log(self.feeds, broker, bounds)
        self.feeds.note_ends(bounds)
        for feed in bounds:
            held = self.feeds.held_seconds(feed)
            if held > self.held_back_seconds:
                self.feeds.tell(feed, "a transaction of its sender stays open, and nothing behind it can be read")

    def leave_last_word(self) -> None:
        """Leave how the feeds stand, with when Kafka was last heard, as far as the database takes it."""
        if self._heard_at is None:
            return
        try:
            with own_transaction(self.database) as session:
                offsets.save_status(session, self.feeds.statuses(self._heard_at))
        except DatabaseFaultError as error:
            log.warning("status_lost", error=error.message)

    def _see_decisions(self, session: Session) -> None:
        """Try blocked feeds at once that somebody has moved: their own turn may come much later."""
        blocked = self.feeds.blocked()
        standings = offsets.read_standings(session, {feed.topic for feed in blocked}) if blocked else {}
        for feed, position in blocked.items():
            standing = standings.get((feed.topic, feed.partition))
            if standing is not None and standing.next_offset != position:
                self.feeds.try_soon(feed)

    def _follow(self, broker: Broker, present: Collection[Feed]) -> None:
        """Take new feeds up, and leave vanished ones before a poll asks for them."""
        gone = sorted(set(self.feeds.positions()) - set(present))
        for feed in self.feeds.follow(present):
            log.info("feed_found", topic=feed.topic, partition=feed.partition)
        for feed in gone:
            log.warning("feed_gone", topic=feed.topic, partition=feed.partition)
        if gone:
            broker.read_from(self.feeds.positions())

    def _remember_predecessor(self) -> None:
        """Read all feeds with care if the worker before this one has died: one of them may have been why."""
        if not self._is_first_look:
            return
        with own_transaction(self.database) as session:
            attempts = feed_attempts.count_deaths(session, self._wanted)
            statuses = [one for one in offsets.read_statuses(session) if one.topic in self._wanted]
            is_planned = is_taken_over(session, self._wanted, self.clock.now())
        followed = self.feeds.followed()
        deaths = {Feed(one.topic, one.partition): one.deaths for one in attempts}
        if any(map(is_left_by_the_dead, statuses)):
            if is_planned:
                log.info("feeds_taken_over", feeds=len(followed))
            else:
                log.warning("predecessor_died", feeds=len(followed))
            self.feeds.suspect(followed, deaths)
        else:
            self.feeds.suspect([feed for feed in followed if feed in deaths], deaths)
        self._is_first_look = False

    def _learn_positions(self) -> None:
        """Ask where new feeds stand, so that what is said of them before they are read makes nobody look behind."""
        unknown = self.feeds.unknown()
        if not unknown:
            return
        with own_transaction(self.database) as session:
            standings = offsets.read_standings(session, {feed.topic for feed in unknown})
        for feed in unknown:
            standing = standings.get((feed.topic, feed.partition))
            self.feeds.expect(feed, None if standing is None else standing.next_offset)

    def _leave_word(self, present: Collection[Feed]) -> None:
        now = self.clock.now()
        statuses = self.feeds.statuses(self._heard_at or now)
        absent = set(self._wanted) - {feed.topic for feed in present}
        with own_transaction(self.database) as session:
            offsets.save_status(session, statuses)
            # Nobody speaks of a vanished topic any more; its last word would look like a consumer that fell silent.
            offsets.forget_statuses(session, absent)
            self._mind_alerts(session, statuses, absent, now)

    def _mind_alerts(
        self, session: Session, statuses: Collection[FeedStatus], absent: Collection[str], now: datetime
    ) -> None:
        wanted = self._alerts(statuses, now)
        for (kind, subject), detail in wanted.items():
            if raise_alert(session, kind, subject, detail, now=now):
                log.error("alert_raised", kind=kind.value, subject=subject, **detail)
        # Asked for here, where alerts end: another worker may have suspended somebody since this one looked around.
        over = self._over(statuses, absent, suspensions.suspended_partners(session))
        for alert in open_alerts(session):
            key = (alert.kind, alert.subject)
            if key not in wanted and key in over and resolve_alert(session, *key, now=now):
                log.info("alert_resolved", kind=alert.kind.value, subject=alert.subject)

    def _alerts(self, statuses: Collection[FeedStatus], now: datetime) -> _Wanted:
        wanted: _Wanted = {}
        for status in statuses:
            feed = Feed(status.topic, status.partition)
            held = self.feeds.held_seconds(feed)
            if status.state is FeedState.BLOCKED:
                wanted[AlertKind.FEED_BLOCKED, feed.name] = {"reason": status.detail, "position": status.position}
            elif (times := self.feeds.own_faults(feed)) >= _FAILING_AFTER:
                wanted[AlertKind.FEED_FAILING, feed.name] = {
                    "position": status.position,
                    "times": times,
                    "words": status.detail,
                }
            elif status.state is FeedState.READING and held > self.held_back_seconds:
                since = (now - timedelta(seconds=held)).isoformat(timespec="seconds")
                wanted[AlertKind.FEED_HELD_BACK, feed.name] = {
                    "position": status.position,
                    "log_end": status.log_end,
                    "since": since,
                }
        for topic, partitions in Counter(status.topic for status in statuses).items():
            if partitions > 1:
                wanted[AlertKind.TOPIC_PARTITIONS, topic] = {"partitions": partitions}
        return wanted

    def _over(
        self, statuses: Collection[FeedStatus], absent: Collection[str], suspended: Collection[str]
    ) -> set[tuple[AlertKind, str]]:
        """Name the alerts that are over unless they are wanted: nothing is known of a feed that only waits."""
        known = [one for one in statuses if one.state in {FeedState.READING, FeedState.SUSPENDED}]
        feeds = {Feed(one.topic, one.partition) for one in known} | {Feed(topic, 0) for topic in absent}
        topics = {one.topic for one in statuses} | set(absent)
        partners = {Feed(topic, 0).partner for topic in topics}
        return {
            *((kind, feed.name) for kind in _FEED_ALERTS for feed in feeds),
            *((AlertKind.TOPIC_PARTITIONS, topic) for topic in topics),
            *((AlertKind.FEED_SUSPENDED, partner) for partner in partners - set(suspended)),
        }
