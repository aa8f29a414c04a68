"""Partners' API keys: made once, shown once, proved at every call."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.domain.keys import LONGEST_LABEL, MOST_LIVE_KEYS, KeyScope, KeyTerms
from payments_hub.kernel.errors import ConflictError, InvalidValueError, NotFoundError
from payments_hub.kernel.ids import new_id
from payments_hub.services.accounts import HUBS_COMMAND
from payments_hub.services.audit import Act, record
from payments_hub.store import api_keys
from payments_hub.store.api_keys import ApiKey

_SECRET_BYTES = 32
_PREFIX_BYTES = 6
_LONGEST_TOKEN = 200
_TOUCH_EVERY = timedelta(minutes=1)
_EVERYTHING = KeyTerms()


class KeyState(StrEnum):
    """What a presented key proved to be."""

    GOOD = "good"
    UNKNOWN = "unknown"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """
    What came of proving a key.

    Args:
        partner: The partner's code, unless the key is unknown.
        prefix: What names the key, unless it is unknown.
        scopes: What a good key may do.

    """

    state: KeyState
    partner: str | None = None
    prefix: str | None = None
    scopes: frozenset[KeyScope] = frozenset()


def create_key(
    session: Session, partner: str, now: datetime, terms: KeyTerms = _EVERYTHING, *, by: str = HUBS_COMMAND
) -> str:
    """
    Make a key for a partner: `<prefix>.<secret>`, the secret 256 random bits that are kept only as a hash.

    A random secret of this length needs no slow hash: nobody can try 2^256 of them. `by` is the actor that the audit
    names.

    Raises:
        NotFoundError: There is no such partner.
        InvalidValueError: The key could do nothing, or was never good.
        ConflictError: The partner has as many live keys as it may have.

    """
    _check(terms, now)
    partner_id = api_keys.lock_partner(session, partner)
    if partner_id is None:
        raise NotFoundError(f"There is no partner {partner}.", partner=partner)
    if api_keys.live_keys(session, partner_id, now) >= MOST_LIVE_KEYS:
        raise ConflictError(
            f"{partner} has {MOST_LIVE_KEYS} live keys already. Revoke the one that is no longer used, then make this "
            "one; `payments-hub key list` tells when each was last used.",
            partner=partner,
        )
    prefix, secret = "hp" + secrets.token_hex(_PREFIX_BYTES), secrets.token_urlsafe(_SECRET_BYTES)
    key = ApiKey(new_id(now), prefix, partner, _digest(secret), terms, now)
    api_keys.add_key(session, key, partner_id)
    record(session, Act(by, "key_made", subject_of(key), _details(key)), now)
    return f"{prefix}.{secret}"


def list_keys(session: Session, partner: str | None) -> list[ApiKey]:
    """List one partner's keys, or everybody's: by partner, the newest first."""
    return api_keys.list_keys(session, partner)


def find_key(session: Session, prefix: str, *, partner: str | None = None) -> ApiKey:
    """
    Find a key by its prefix; `partner` is whose key it must be, None for anybody's.

    Raises:
        NotFoundError: There is no such key, or it is another partner's.

    """
    key = _find(session, prefix)
    if key is None or (partner is not None and key.partner != partner):
        raise NotFoundError(f"There is no key {prefix}.", prefix=prefix)
    return key


def revoke_key(
    session: Session, prefix: str, now: datetime, *, partner: str | None = None, by: str = HUBS_COMMAND
) -> None:
    """
    Revoke a key by its prefix, from the next call on; doing it again keeps the first time.

    `partner` is whose key it must be, None for anybody's.

    Raises:
        NotFoundError: There is no such key, or it is another partner's.

    """
    key = find_key(session, prefix, partner=partner)
    if api_keys.revoke_key(session, key.key_id, now):
        record(session, Act(by, "key_revoked", subject_of(key), {"partner": key.partner}), now)


def authenticate(session: Session, token: str, now: datetime) -> KeyCheck:
    """Prove a presented key, and remember that it was used."""
    check, key = _prove(session, token, now)
    if check.state is KeyState.GOOD and key and (key.last_used_at is None or now - key.last_used_at >= _TOUCH_EVERY):
        api_keys.touch_key(session, key.key_id, now)
    return check


def recognise(session: Session, token: str, now: datetime) -> KeyCheck:
    """Tell what a key is that was disclosed; it was not used."""
    return _prove(session, token, now)[0]


def _prove(session: Session, token: str, now: datetime) -> tuple[KeyCheck, ApiKey | None]:
    """Prove a key; that it was revoked or has expired is found out only for who knows its secret."""
    prefix, _, secret = token[:_LONGEST_TOKEN].partition(".")
    key = _find(session, prefix)
    kept = b"" if key is None else key.secret_sha256
    if not hmac.compare_digest(_digest(secret), kept) or key is None:
        return KeyCheck(KeyState.UNKNOWN), None
    if not key.is_live(now):
        state = KeyState.EXPIRED if key.revoked_at is None else KeyState.REVOKED
        return KeyCheck(state, key.partner, key.prefix), key
    return KeyCheck(KeyState.GOOD, key.partner, key.prefix, key.terms.scopes), key


def _find(session: Session, prefix: str) -> ApiKey | None:
    # What is no prefix of ours is not looked for: PostgreSQL fails on a NUL, which would pass for a fault of ours.
    return api_keys.find_key(session, prefix) if prefix.isalnum() else None


def _check(terms: KeyTerms, now: datetime) -> None:
    label = terms.label
    if label is not None and not (1 <= len(label) <= LONGEST_LABEL and label.isprintable() and label.strip()):
        raise InvalidValueError(f"A key's label has 1 to {LONGEST_LABEL} printable characters.")
    if not terms.scopes:
        raise InvalidValueError("A key may do at least one thing: send or read.")
    if terms.expires_at is not None and terms.expires_at <= now:
        raise InvalidValueError("A key's last day is today or later.")


def subject_of(key: ApiKey) -> str:
    """Name a key as the audit does."""
    return f"key/{key.prefix}"


def _details(key: ApiKey) -> dict[str, str | int | None]:
    expires_at = key.terms.expires_at
    return {
        "partner": key.partner,
        "label": key.terms.label,
        "scopes": " ".join(sorted(key.terms.scopes)),
        "expires_at": None if expires_at is None else f"{expires_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
    }


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
