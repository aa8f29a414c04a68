"""
Reading feeds one at a time, to find the one whose records end a poll or the whole worker.

A record may raise out of a poll (a codec that is missing, a byte that fell over), take all memory, or let the poll or
the judging of it never return. Before each poll of a suspect the worker commits that it begins one, and takes the note
back when what came is stored; a worker that starts and finds such a note knows what its predecessor died of. It takes
those records one by one, each with a note of its own, until the note stands at the one that is deadly. In sound times
no feed is a suspect, and nothing of this is written.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consumers.broker import Broker, Polled
from consumers.errors import DatabaseFaultError, words_of
from consumers.faults import own_transaction
from consumers.feeds import Feeds
from consumers.placing import block
from consumers.settings import BLOCKED_RETRY_SECONDS, POLL_SECONDS
from consumers.shutdown import Shutdown
from consumers.topics import Feed
from payments_hub.kernel.clock import Clock
from payments_hub.store import feed_attempts
from payments_hub.store.session import Database

UNREADABLE_AFTER = 3
"""Tries with a new connection before records count as unreadable: a byte may have fallen on the way."""

_ALONE_SECONDS = 10.0
"""How long one suspect keeps the others waiting. What lies further back in its log is found in a later turn."""

_EMPTY_POLLS = 3
"""After so many in a row there is nothing to fear just now."""


@dataclass(frozen=True, slots=True)
class Careful:
    """
    Reads suspects alone; owned by the worker.

    Args:
        take: Stores what a poll brought.

    """

    feeds: Feeds
    database: Database
    clock: Clock
    stop: Shutdown
    take: Callable[[Broker, Polled], None]
    beat: Callable[[], None]

    def read_suspects(self, broker: Broker, until: float) -> bool:
        """
        Read the suspects that have records waiting, the likeliest culprit last.

        Args:
            broker: Reads them, each alone.
            until: When the worker must look around, on the monotonic clock; at least one suspect is read before.

        Returns:
            Whether all had their turn; until then nothing else may be read.

        Raises:
            Exception: What a poll raised; its feed is blamed for it, and stands still after some times.
            DatabaseFaultError: That a read begins could not be noted, so it did not begin.

        """
        suspects = self.feeds.suspects()
        for number, feed in enumerate(suspects, 1):
            self._read_alone(broker, feed)
            if number < len(suspects) and time.monotonic() > until:
                return False
        if suspects:
            broker.read_from(self.feeds.positions())
        return True

    def _read_alone(self, broker: Broker, feed: Feed) -> None:
        standing = self.feeds.standing(feed)
        if standing is None:
            return
        broker.read_from({feed: standing.next_offset})
        until, empty = time.monotonic() + _ALONE_SECONDS, 0
        while self.feeds.is_behind(feed) and empty < _EMPTY_POLLS and time.monotonic() < until:
            if self.stop.requested:
                return
            self.beat()
            polls = self._poll_with_note(broker, feed, until)
            if polls is None:
                return
            empty = 0 if polls else empty + 1
        if self.feeds.placed(feed):
            self.feeds.trust(feed)

    def _poll_with_note(self, broker: Broker, feed: Feed, until: float) -> Sequence[Polled] | None:
        """Poll and store what came, with a note as long as it may end the worker; None if not all of it was stored."""
        standing = self.feeds.standing(feed)
        position = 0 if standing is None else standing.next_offset
        self._begin(feed, position)
        try:
            polls = self._poll(broker, feed, position)
            is_all = all(self._take(broker, polled, until) for polled in polls)
        except MemoryError:
            raise  # it ends the worker, and the note that stays says over what
        except Exception:
            # Whatever the database says to it: after one out of a poll the connection must not be polled again.
            with contextlib.suppress(DatabaseFaultError):
                self._end(feed)
            raise
        self._end(feed)
        return polls if is_all else None

    def _poll(self, broker: Broker, feed: Feed, position: int) -> Sequence[Polled]:
        try:
            return broker.poll(POLL_SECONDS)
        except MemoryError:
            raise
        except Exception as error:
            self._blame(feed, position, words_of(error))
            raise

    def _take(self, broker: Broker, polled: Polled, until: float) -> bool:
        """Store a poll, each piece with the note at its own offset; tell whether that was all before its turn ended."""
        feed, noted = polled.feed, polled.start
        for piece in polled.pieces(self.feeds.piece_size(feed)):
            if piece.start != noted:
                self._begin(feed, piece.start)
            noted = piece.start
            self.take(broker, piece)
            if self.stop.requested or not self.feeds.placed(feed):
                return False
            # After the piece and not before it: however slow a poll was, each turn stores something.
            if time.monotonic() > until and piece.position != polled.position:
                return False
        self.feeds.acquit(feed)
        return True

    def _begin(self, feed: Feed, position: int) -> None:
        with own_transaction(self.database) as session:
            feed_attempts.begin(session, feed.topic, feed.partition, position=position, now=self.clock.now())

    def _end(self, feed: Feed) -> None:
        with own_transaction(self.database) as session:
            feed_attempts.end(session, feed.topic, feed.partition)

    def _blame(self, feed: Feed, position: int, words: str) -> None:
        if self.feeds.set_back(feed, words, is_ours=False) >= UNREADABLE_AFTER:
            reason = f"its records cannot be read: {words}"
            block(self.feeds, feed, position, reason, retry_seconds=BLOCKED_RETRY_SECONDS)
