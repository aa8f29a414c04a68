"""Ingest beside a raw COPY: the same cells to one PostgreSQL, and whether both then hold the same."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psycopg

from benchmarks.cost import Cost, Trees
from benchmarks.feeds import Feed
from payments_hub.bootstrap import Hub
from payments_hub.domain.verdicts import Verdict

MESSAGES_A_TRANSACTION = 500
"""As many as one poll of Kafka brings; of large messages fewer, as there."""

_CELLS_A_TRANSACTION = 25_000
_BLOCK = 1 << 18
_PEER_TABLE = Path(__file__).with_name("peer_cells.sql")
_COLUMNS = ("count", "amount", "refund_count", "refund_amount", "contributors_n")
_SUMS = ", ".join(f"sum(cell.{name})::bigint" for name in _COLUMNS)
_SHARES = "sum(cell.{0}top1_bp)::bigint, sum(cell.{0}top2_bp)::bigint, count(*)"
_HUB_SUMS = f"""
SELECT {_SUMS}, {_SHARES.format("contributors_")}
FROM slice_head AS head
JOIN partner ON partner.id = head.partner_id
JOIN slice_cell AS cell ON cell.revision_id = head.content_revision_id
WHERE partner.code = ANY (%s)
"""  # noqa: S608 - put together from this module's own text
_PEER_SUMS = f"SELECT {_SUMS}, {_SHARES.format('')} FROM peer_cells AS cell"  # noqa: S608 - as above


class DifferentSumsError(Exception):
    """The hub and the peer do not hold the same."""


@dataclass(frozen=True, slots=True)
class PeerTable:
    """
    The table that the peers write, in the hub's own database.

    Args:
        server: PostgreSQL's processes.

    """

    url: str
    server: Trees

    def make(self) -> None:
        """Make it."""
        with psycopg.connect(self.url) as connection:
            connection.execute(_PEER_TABLE.read_bytes())

    def clear(self) -> None:
        """Empty it."""
        with psycopg.connect(self.url) as connection:
            connection.execute("TRUNCATE peer_cells")

    def copy(self, feeds: Sequence[Feed]) -> Cost:
        """Write feeds' rows by one COPY, and tell what it cost, client and server, until the commit was back."""
        lines = b"".join(rows for feed in feeds for rows in feed.rows)
        with psycopg.connect(self.url, autocommit=True) as connection:
            work, begin, own = self.server.cpu_seconds(), time.perf_counter(), time.thread_time()
            with (
                connection.transaction(),
                connection.cursor() as cursor,
                cursor.copy("COPY peer_cells FROM STDIN") as copy,
            ):
                for first in range(0, len(lines), _BLOCK):
                    copy.write(lines[first : first + _BLOCK])
            seconds, own = time.perf_counter() - begin, time.thread_time() - own
            return Cost(cells_of(feeds), seconds, self.server.cpu_seconds() - work + own)

    def check_same_sums(self, feeds: Sequence[Feed]) -> None:
        """
        Compare what the hub holds of feeds with all that the table holds.

        Raises:
            DifferentSumsError: They differ, or are not as many cells as the feeds have.

        """
        with psycopg.connect(self.url) as connection:
            peer = connection.execute(_PEER_SUMS).fetchone()
            hub = connection.execute(_HUB_SUMS, [[feed.partner for feed in feeds]]).fetchone()
        if hub != peer or hub is None or hub[-1] != cells_of(feeds):
            partners = ", ".join(feed.partner for feed in feeds)
            raise DifferentSumsError(f"{partners}: the hub holds {hub}, the peer {peer}.")


def cells_of(feeds: Sequence[Feed]) -> int:
    """Count the cells of feeds."""
    return sum(feed.cell_count for feed in feeds)


def accept_feed(hub: Hub, feed: Feed) -> float:
    """Let the hub take a feed in, poll by poll, and tell the seconds from the first call until the last commit."""
    arrivals = iter(feed.arrivals(hub.clock.now()))
    size = min(MESSAGES_A_TRANSACTION, _CELLS_A_TRANSACTION * len(feed.bodies) // feed.cell_count)
    begin = time.perf_counter()
    for batch in iter(lambda: list(islice(arrivals, size)), []):
        with hub.database.transaction() as session:
            verdicts = {receipt.verdict for receipt in hub.accept(session, batch)}
        if verdicts != {Verdict.ACCEPTED}:
            raise DifferentSumsError(f"{feed.partner}: the verdicts are {verdicts}.")
    return time.perf_counter() - begin
