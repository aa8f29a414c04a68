"""Where a feed may be read on: only from where the database says, and only if the log has every record from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import structlog

from consumers.broker import Bounds, Broker
from consumers.faults import own_transaction
from consumers.feeds import Feeds
from consumers.topics import Feed
from payments_hub.store import feed_attempts, offsets
from payments_hub.store.feed_attempts import Attempt
from payments_hub.store.offsets import Standing
from payments_hub.store.session import Database

DEADLY_AFTER = 3
"""Workers that may end over one record before it is left to a person."""

_RETRY_SECONDS = 2.0
"""How soon a gap is looked at again: it costs two questions, and whoever has mended it waits for the answer."""

log = structlog.get_logger()


def obstacle(standing: Standing, bounds: Bounds, topic_id: str | None) -> str | None:
    """
    Say what keeps a feed from being read on from where it stands; None if nothing does. The id is the topic's now.

    >>> obstacle(Standing(3, None), Bounds(10, 20), None)
    '7 records were deleted before they were read: offsets 3 to 9'
    """
    if topic_id is not None and standing.topic_id is not None and standing.topic_id != topic_id:
        return "the topic was deleted and made anew: offsets mean nothing in it"
    position = standing.next_offset
    if position < bounds.first:
        lost = f"offsets {position} to {bounds.first - 1}"
        return f"{bounds.first - position} records were deleted before they were read: {lost}"
    if position > bounds.end:
        return f"the log ends at {bounds.end}, before the stored position {position}: it was cut"
    return None


def place_due(feeds: Feeds, broker: Broker, database: Database) -> None:
    """
    Ask the database where to read the feeds that stand still, and read them from there if the log has it.

    Raises:
        DatabaseFaultError: It does not tell.

    """
    due = feeds.due()
    if not due:
        return
    # In this order: a log only grows, so what another worker stores meanwhile lies within it.
    standings, attempts = _stored(database, due)
    bounds = broker.bounds(due)
    standings = {**standings, **_start(database, broker, due, standings, bounds)}
    for feed in due:
        _place(feeds, feed, standings[feed], obstacle(standings[feed], bounds[feed], broker.topic_id(feed.topic)))
        _keep_from_deadly(feeds, feed, attempts.get(feed))
    feeds.note_ends(bounds)
    broker.read_from(feeds.positions())


def hold_to_log(feeds: Feeds, broker: Broker, bounds: Mapping[Feed, Bounds]) -> None:
    """Stop feeds whose log has changed under them while they were being read."""
    for feed, bound in bounds.items():
        standing = feeds.standing(feed)
        reason = None if standing is None else obstacle(standing, bound, broker.topic_id(feed.topic))
        if standing is not None and reason is not None:
            block(feeds, feed, standing.next_offset, reason, retry_seconds=_RETRY_SECONDS)


def block(feeds: Feeds, feed: Feed, position: int, reason: str, *, retry_seconds: float) -> None:
    """Stop a feed until a person has decided; say so once."""
    if feeds.block(feed, position, reason, retry_seconds=retry_seconds):
        log.error("feed_blocked", topic=feed.topic, partition=feed.partition, position=position, detail=reason)


def _stored(database: Database, due: Collection[Feed]) -> tuple[dict[Feed, Standing], dict[Feed, Attempt]]:
    topics = {feed.topic for feed in due}
    with own_transaction(database) as session:
        standings = offsets.read_standings(session, topics)
        attempts = feed_attempts.read(session, topics)
    return (
        {Feed(*place): standing for place, standing in standings.items()},
        {Feed(one.topic, one.partition): one for one in attempts},
    )


def _start(
    database: Database,
    broker: Broker,
    due: Collection[Feed],
    standings: Mapping[Feed, Standing],
    bounds: Mapping[Feed, Bounds],
) -> dict[Feed, Standing]:
    """Begin feeds that were never read where their logs begin, said aloud rather than left to a default."""
    new = [feed for feed in due if feed not in standings or standings[feed].topic_id is None]
    if not new:
        return {}
    with own_transaction(database) as session:
        return {
            feed: offsets.start(
                session,
                feed.topic,
                feed.partition,
                offset=bounds[feed].first,
                topic_id=broker.topic_id(feed.topic),
            )
            for feed in new
        }


def _place(feeds: Feeds, feed: Feed, standing: Standing, reason: str | None) -> None:
    if reason is None:
        feeds.place(feed, standing)
    else:
        block(feeds, feed, standing.next_offset, reason, retry_seconds=_RETRY_SECONDS)


def _keep_from_deadly(feeds: Feeds, feed: Feed, attempt: Attempt | None) -> None:
    standing = feeds.standing(feed)
    if attempt is None or standing is None or attempt.deaths < DEADLY_AFTER:
        return
    if attempt.position == standing.next_offset:
        reason = f"its record at offset {attempt.position} makes the reader end: {attempt.deaths} workers did"
        # Tried again only after a person has said so: each try would cost all feeds of the group their worker.
        block(feeds, feed, attempt.position, reason, retry_seconds=_RETRY_SECONDS)
