"""Every partner claiming to be every partner, by one way in; and what the ledger must hold of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, product

from sqlalchemy import text

from payments_hub.store.session import Database
from tests.support.small_hub import nothing_to_report

CLAIMANTS = ("HP-1", "HP-10", "HP-1X")
"""Names that begin alike: a check of beginnings would take one for another."""

_WRITTEN = text("""
SELECT partner.code,
    count(*) FILTER (WHERE receipt.verdict = 'ACCEPTED') AS accepted,
    count(*) FILTER (WHERE receipt.verdict = 'REJECTED' AND receipt.findings @> '[{"code": "E1101"}]') AS refused,
    count(*) AS answered
FROM partner JOIN receipt ON receipt.partner_id = partner.id GROUP BY partner.code
""")
_FOREIGN_ROWS = text("""
SELECT count(*) FROM slice_revision JOIN partner ON partner.id = slice_revision.partner_id
WHERE slice_revision.source <> 'urn:hp:partner:' || partner.code
""")
_TOLD = text("SELECT DISTINCT partner FROM security_event WHERE kind = 'foreign_source'")


@dataclass(frozen=True, slots=True)
class Written:
    """What the ledger holds of one sender's messages, and whether a security event tells of those in others' names."""

    accepted: int
    refused: int
    answered: int
    told: bool


def claim_everything(send: Callable[[str, bytes], object]) -> None:
    """Let each partner send a message in its own name and one in each other's."""
    numbers = count(1)
    for sender, claimed in product(CLAIMANTS, CLAIMANTS):
        send(sender, nothing_to_report(claimed, next(numbers)))


def written(database: Database) -> dict[str, Written]:
    """Read what became of it, by sender."""
    with database.transaction() as session:
        told = set(session.scalars(_TOLD))
        rows = session.execute(_WRITTEN).all()
    return {row.code: Written(row.accepted, row.refused, row.answered, row.code in told) for row in rows}


def foreign_rows(database: Database) -> int:
    """Count the slices that are kept as one partner's and came in another's name."""
    with database.transaction() as session:
        return int(session.execute(_FOREIGN_ROWS).scalar_one())


OWN_ALONE = dict.fromkeys(CLAIMANTS, Written(accepted=1, refused=2, answered=3, told=True))
"""What must be there: of each partner its own message, and the two in others' names refused and told of."""
