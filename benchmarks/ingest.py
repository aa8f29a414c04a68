"""Ingest beside its peer: the hub takes a feed in, COPY writes the same cells as rows, both to one PostgreSQL."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psycopg

from benchmarks.feeds import Feed
from payments_hub.bootstrap import Hub
from payments_hub.domain.verdicts import Verdict

MESSAGES_A_TRANSACTION = 500
"""As many as one poll of Kafka brings; of large messages fewer, as there."""

_CELLS_A_TRANSACTION = 25_000
_BLOCK = 1 << 18
_PEER_TABLE = Path(__file__).with_name("peer_cells.sql")
_COLUMNS = ("count", "amount", "refund_count", "refund_amount", "contributors_n")
_SUMS = ", ".join(f"sum({{0}}.{name})::bigint" for name in _COLUMNS)
_SHARES = "sum({0}.{1}top1_bp)::bigint, sum({0}.{1}top2_bp)::bigint, count(*)"
_HUB_SUMS = f"""
SELECT {_SUMS.format("cell")}, {_SHARES.format("cell", "contributors_")}
FROM slice_head AS head
JOIN partner ON partner.id = head.partner_id
JOIN slice_cell AS cell ON cell.revision_id = head.content_revision_id
WHERE partner.code = %s
"""  # noqa: S608 - put together from this module's own text
_PEER_SUMS = f"SELECT {_SUMS.format('cell')}, {_SHARES.format('cell', '')} FROM peer_cells AS cell WHERE partner = %s"  # noqa: S608 - as above


class DifferentSumsError(Exception):
    """The hub and the peer do not hold the same."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The peer's table, in the hub's own database."""

    url: str

    def make_table(self) -> None:
        """Make the table."""
        with psycopg.connect(self.url) as connection:
            connection.execute(_PEER_TABLE.read_bytes())

    def copy(self, feed: Feed) -> float:
        """Empty the table, write a feed's lines, and tell how many seconds until the commit was back."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("TRUNCATE peer_cells")
            begin = time.perf_counter()
            with (
                connection.transaction(),
                connection.cursor() as cursor,
                cursor.copy("COPY peer_cells FROM STDIN") as copy,
            ):
                for first in range(0, len(feed.lines), _BLOCK):
                    copy.write(feed.lines[first : first + _BLOCK])
            return time.perf_counter() - begin

    def check_same_sums(self, feed: Feed) -> None:
        """
        Compare what both hold of a feed.

        Raises:
            DifferentSumsError: They differ, or are not as many cells as the feed has.

        """
        with psycopg.connect(self.url) as connection:
            peer = connection.execute(_PEER_SUMS, [feed.partner]).fetchone()
            hub = connection.execute(_HUB_SUMS, [feed.partner]).fetchone()
        if hub != peer or hub is None or hub[-1] != feed.cell_count:
            raise DifferentSumsError(f"{feed.partner}: the hub holds {hub}, the peer {peer}.")


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
