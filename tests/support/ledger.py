"""The barest thing that can stand behind a feed: a table without any key, so that a record stored twice shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.ingest.arrivals import Arrival
from payments_hub.store.session import Database


@dataclass(frozen=True, slots=True)
class Line:
    """One arrival as it was recorded."""

    partner: str
    position: str
    body: bytes | None
    content_type: str | None
    headers: str


def make_ledger(database: Database) -> None:
    """Make the table."""
    with database.transaction() as session:
        session.execute(
            text(
                "CREATE TABLE ledger (number bigserial, partner text, position text, body bytea, content_type text,"
                " headers text)"
            )
        )


def record(session: Session, arrivals: Sequence[Arrival]) -> None:
    """Record arrivals, as `accept` would judge them."""
    session.execute(
        text(
            "INSERT INTO ledger (partner, position, body, content_type, headers)"
            " VALUES (:partner, :position, :body, :content_type, :headers)"
        ),
        [
            {
                "partner": arrival.partner,
                "position": arrival.position,
                "body": arrival.body,
                "content_type": arrival.content_type,
                "headers": repr(arrival.headers),
            }
            for arrival in arrivals
        ],
    )


def lines(database: Database, partner: str) -> list[Line]:
    """Read what was recorded of a partner, in the order it was recorded."""
    with database.transaction() as session:
        found = session.execute(
            text(
                "SELECT partner, position, body, content_type, headers FROM ledger WHERE partner = :partner"
                " ORDER BY number"
            ),
            {"partner": partner},
        )
        return [Line(row[0], row[1], None if row[2] is None else bytes(row[2]), row[3], row[4]) for row in found]


def bodies(database: Database, partner: str) -> list[bytes | None]:
    """Read the bodies recorded of a partner, in order."""
    return [line.body for line in lines(database, partner)]


def count(database: Database, partner: str) -> int:
    """Count what was recorded of a partner."""
    with database.transaction() as session:
        found = session.execute(text("SELECT count(*) FROM ledger WHERE partner = :partner"), {"partner": partner})
        return int(found.scalar_one())
