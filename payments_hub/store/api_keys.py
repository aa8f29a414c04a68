"""Partners' API keys in the database: a prefix to find one, the hash of its secret to prove it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from payments_hub.domain.keys import KeyScope, KeyTerms
from payments_hub.store.tables.partners import ApiKeyRow, PartnerRow


@dataclass(frozen=True, slots=True)
class ApiKey:
    """
    One key, without its secret.

    Args:
        prefix: What stands before the dot, which names the key wherever it is spoken of.
        secret_sha256: Empty in a list: nobody needs it there, and nothing has that hash.

    """

    key_id: str
    prefix: str
    partner: str
    secret_sha256: bytes
    terms: KeyTerms
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def has_expired(self, now: datetime) -> bool:
        """Tell whether its time is over."""
        return self.terms.expires_at is not None and self.terms.expires_at <= now

    def is_live(self, now: datetime) -> bool:
        """Tell whether a call with it is answered."""
        return self.revoked_at is None and not self.has_expired(now)


def lock_partner(session: Session, code: str) -> int | None:
    """Let nobody else make keys for a partner until the transaction ends; tell its number, or None for no partner."""
    return session.scalar(select(PartnerRow.id).where(PartnerRow.code == code).with_for_update(key_share=True))


def live_keys(session: Session, partner_id: int, now: datetime) -> int:
    """Count a partner's keys that are neither revoked nor expired."""
    counted = select(func.count()).where(
        ApiKeyRow.partner_id == partner_id,
        ApiKeyRow.revoked_at.is_(None),
        or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now),
    )
    return session.execute(counted).scalar_one()


def add_key(session: Session, key: ApiKey, partner_id: int) -> None:
    """Add a key."""
    session.add(
        ApiKeyRow(
            id=key.key_id,
            partner_id=partner_id,
            prefix=key.prefix,
            secret_sha256=key.secret_sha256,
            label=key.terms.label,
            scopes=sorted(key.terms.scopes),
            created_at=key.created_at,
            expires_at=key.terms.expires_at,
            revoked_at=None,
            last_used_at=None,
        )
    )
    session.flush()


def find_key(session: Session, prefix: str) -> ApiKey | None:
    """Find a key by its prefix, revoked or not."""
    found = session.execute(_keys().where(ApiKeyRow.prefix == prefix)).one_or_none()
    return None if found is None else _key(found[0], found[1], found[0].secret_sha256)


def list_keys(session: Session, partner: str | None) -> list[ApiKey]:
    """List one partner's keys, or everybody's: by partner, the newest first."""
    query = _keys().order_by(PartnerRow.code, ApiKeyRow.created_at.desc(), ApiKeyRow.id.desc())
    if partner is not None:
        query = query.where(PartnerRow.code == partner)
    return [_key(row, code) for row, code in session.execute(query)]


def touch_key(session: Session, key_id: str, now: datetime) -> None:
    """Remember when a key was used."""
    session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_at=now))


def revoke_key(session: Session, key_id: str, now: datetime) -> bool:
    """
    Revoke a key.

    Returns:
        False if it was revoked before; then the first time stays.

    """
    statement = update(ApiKeyRow).where(ApiKeyRow.id == key_id, ApiKeyRow.revoked_at.is_(None))
    return session.scalar(statement.values(revoked_at=now).returning(ApiKeyRow.id)) is not None


def _keys() -> Select[ApiKeyRow, str]:
    return select(ApiKeyRow, PartnerRow.code).join(PartnerRow, PartnerRow.id == ApiKeyRow.partner_id)


def _key(row: ApiKeyRow, partner: str, secret_sha256: bytes = b"") -> ApiKey:
    scopes = frozenset(KeyScope(scope) for scope in row.scopes)
    return ApiKey(
        key_id=row.id,
        prefix=row.prefix,
        partner=partner,
        secret_sha256=secret_sha256,
        terms=KeyTerms(row.label, scopes, row.expires_at),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
