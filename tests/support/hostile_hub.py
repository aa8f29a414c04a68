"""A hub that judges the hostile messages by the lists of `tests.builders`, and what it must have kept of each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import text

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import load_schemes
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme, save_site
from payments_hub.store.session import Database
from tests.builders import COMMUNE, MALL, NOW, PARTNER, slice_message
from tests.support.hostile import Hostile

LARGEST = 262_144
KEPT_OF_OVERSIZE = 4_096
_SINCE = date(2020, 1, 1)
_SAME_ID, _SAME_DAY = b"01J8ZK3W7Q", b"2026-07-03"
_ALWAYS = Interval(date(2000, 1, 1))

_STORED = text("""
SELECT receipt.verdict, receipt.findings, delivery.bytes_sha256, quarantine.delivery_id IS NOT NULL AS is_kept,
       quarantine.body, quarantine.truncated
FROM delivery
JOIN receipt ON receipt.delivery_id = delivery.id
LEFT JOIN quarantine ON quarantine.delivery_id = delivery.id
ORDER BY delivery.id
""")


@dataclass(frozen=True, slots=True)
class Kept:
    """
    What the database holds of one delivery.

    Args:
        codes: Of the receipt's findings, each once.
        quarantine: The bytes in quarantine and whether they were cut; None where nothing is there.

    """

    verdict: str
    codes: tuple[str, ...]
    bytes_sha256: bytes
    quarantine: tuple[bytes | None, bool] | None


def make_hostile_hub(database: Database, partner: str = PARTNER) -> None:
    """Save both area schemes, the one mall, the partner, and its daily duty."""
    site = Site(MALL, "MALL", "Trung tâm thương mại", "Mall", (Interval(_SINCE),), (SiteArea(_ALWAYS, COMMUNE),))
    with database.transaction() as session:
        for scheme in load_schemes():
            save_scheme(session, scheme)
        save_site(session, site)
        save_partner(session, Partner(partner, partner, partner, "VND", simulated=False), now=NOW)
        save_obligations(session, [Obligation(partner, "POS_SALES", MALL, Frequency.DAY, 1, _SINCE)])
        refresh_reach(session)


def told_apart(messages: Iterable[Hostile], partner: str = PARTNER) -> list[Hostile]:
    """Give each message an event id and a day of its own, so that none is judged by what another left behind."""
    return [_numbered(message, number, partner) for number, message in enumerate(messages)]


def good_message(number: int, partner: str = PARTNER) -> bytes:
    """Write a message without fault; each number is another day's, two days apart: neighbours look copied."""
    day = date(2022, 1, 1) + timedelta(days=2 * number)
    return slice_message(id=f"good-{number}", source=f"urn:hp:partner:{partner}", period=day.isoformat())


def must_be_kept(message: Hostile) -> Kept:
    """Tell what the database must hold of a message: of a rejected one its bytes, of an oversize one its beginning."""
    body = message.body
    kept = None
    if message.verdict is Verdict.REJECTED:
        cut = body is not None and len(body) > LARGEST
        kept = (body[:KEPT_OF_OVERSIZE] if body is not None and cut else body, cut)
    return Kept(message.verdict.value, tuple(sorted(message.codes)), hashlib.sha256(body or b"").digest(), kept)


def all_kept(database: Database) -> list[Kept]:
    """Read what the database holds of every delivery, in the order they came."""
    with database.transaction() as session:
        return [
            Kept(
                row.verdict,
                tuple(sorted({finding["code"] for finding in row.findings})),
                bytes(row.bytes_sha256),
                (None if row.body is None else bytes(row.body), row.truncated) if row.is_kept else None,
            )
            for row in session.execute(_STORED)
        ]


def kept_of(database: Database, messages: Sequence[Hostile]) -> dict[str, Kept]:
    """Read what the database holds of messages that came in this order, and nothing else; by their ids."""
    return dict(zip([message.id for message in messages], all_kept(database), strict=True))


def differences(expected: Mapping[str, object], found: Mapping[str, object]) -> dict[str, object]:
    """Name the rows of two tables that differ, each with what was expected and what was found."""
    names = expected.keys() | found.keys()
    return {
        name: (expected.get(name), found.get(name)) for name in sorted(names) if expected.get(name) != found.get(name)
    }


def _numbered(message: Hostile, number: int, partner: str) -> Hostile:
    if message.body is None:
        return message
    day = date(2024, 1, 1) + timedelta(days=2 * number)
    body = message.body.replace(_SAME_ID, b"row-%06d" % number).replace(_SAME_DAY, day.isoformat().encode())
    return replace(
        message, body=body.replace(f"urn:hp:partner:{PARTNER}".encode(), f"urn:hp:partner:{partner}".encode())
    )
