"""
The keys that partners sign with, in the database.

A secret for HMAC has to be kept as it is: what is only hashed can verify nothing. Readers may not see the column.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from payments_hub.contracts.signatures import SigningKey
from payments_hub.domain.keys import SigningAlgorithm
from payments_hub.store.reference_state import note_reference_change
from payments_hub.store.tables.partners import PartnerRow, SigningKeyRow

_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class KeptSigningKey:
    """One key as it is listed, without its material."""

    kid: str
    partner: str
    algorithm: SigningAlgorithm
    label: str | None
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        """Tell whether messages may be signed with it."""
        return self.revoked_at is None


def add_signing_key(session: Session, key: KeptSigningKey, partner_id: int, material: bytes) -> None:
    """Add a key: from the next batch on the partner's messages must be signed."""
    session.add(
        SigningKeyRow(
            kid=key.kid,
            partner_id=partner_id,
            algorithm=key.algorithm.value,
            material=material,
            label=key.label,
            created_at=key.created_at,
            revoked_at=None,
            last_used_at=None,
        )
    )
    session.flush()
    note_reference_change(session)


def count_live_signing_keys(session: Session, partner_id: int) -> int:
    """Count a partner's keys that are not revoked."""
    counted = select(func.count()).where(SigningKeyRow.partner_id == partner_id, SigningKeyRow.revoked_at.is_(None))
    return session.execute(counted).scalar_one()


def live_signing_keys(session: Session) -> dict[str, tuple[SigningKey, ...]]:
    """Read the keys that messages are verified with, by their partner's code, the oldest first; not for readers."""
    query = (
        select(PartnerRow.code, SigningKeyRow.kid, SigningKeyRow.algorithm, SigningKeyRow.material)
        .join(PartnerRow, PartnerRow.id == SigningKeyRow.partner_id)
        .where(SigningKeyRow.revoked_at.is_(None))
        .order_by(SigningKeyRow.created_at, SigningKeyRow.kid)
    )
    found: dict[str, list[SigningKey]] = defaultdict(list)
    for partner, kid, algorithm, material in session.execute(query):
        found[partner].append(SigningKey(kid, SigningAlgorithm(algorithm), bytes(material)))
    return {partner: tuple(keys) for partner, keys in found.items()}


def find_signing_key(session: Session, kid: str) -> KeptSigningKey | None:
    """Find a key by its name, revoked or not."""
    return next(iter(_listed(session, kid=kid)), None)


def list_signing_keys(session: Session, partner: str | None) -> list[KeptSigningKey]:
    """List one partner's keys, or everybody's: by partner, the newest first."""
    return _listed(session, partner=partner)


def revoke_signing_key(session: Session, kid: str, now: datetime) -> bool:
    """
    Revoke a key, from the next batch on.

    Returns:
        False if it was revoked before; then the first time stays.

    """
    statement = update(SigningKeyRow).where(SigningKeyRow.kid == kid, SigningKeyRow.revoked_at.is_(None))
    if session.scalar(statement.values(revoked_at=now).returning(SigningKeyRow.kid)) is None:
        return False
    note_reference_change(session)
    return True


def touch_signing_keys(session: Session, kids: Collection[str], now: datetime) -> None:
    """Remember that keys verified something, to the minute: a busy feed does not write a row each batch."""
    if kids:
        used = SigningKeyRow.last_used_at
        due = or_(used.is_(None), used <= now - _TOUCH_EVERY)
        session.execute(update(SigningKeyRow).where(SigningKeyRow.kid.in_(kids), due).values(last_used_at=now))


def _listed(session: Session, *, partner: str | None = None, kid: str | None = None) -> list[KeptSigningKey]:
    query = select(SigningKeyRow, PartnerRow.code).join(PartnerRow, PartnerRow.id == SigningKeyRow.partner_id)
    if partner is not None:
        query = query.where(PartnerRow.code == partner)
    if kid is not None:
        query = query.where(SigningKeyRow.kid == kid)
    ordered = query.order_by(PartnerRow.code, SigningKeyRow.created_at.desc(), SigningKeyRow.kid.desc())
    return [
        KeptSigningKey(
            kid=row.kid,
            partner=code,
            algorithm=SigningAlgorithm(row.algorithm),
            label=row.label,
            created_at=row.created_at,
            revoked_at=row.revoked_at,
            last_used_at=row.last_used_at,
        )
        for row, code in session.execute(ordered)
    ]
