"""The keys that partners sign their messages with: a public key that is handed over, or a secret that is shown once."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime
from typing import assert_never

from sqlalchemy.orm import Session

from payments_hub.contracts.public_keys import PublicKeyFault, read_public_key
from payments_hub.domain.keys import LONGEST_LABEL, MOST_LIVE_KEYS, SigningAlgorithm
from payments_hub.kernel.errors import ConflictError, InvalidValueError, NotFoundError
from payments_hub.services.accounts import HUBS_COMMAND
from payments_hub.services.audit import Act, record
from payments_hub.store import signing_keys
from payments_hub.store.api_keys import lock_partner
from payments_hub.store.signing_keys import KeptSigningKey

_SECRET_BYTES = 32
_KID_BYTES = 6


def add_public_key(
    session: Session, partner: str, public_key: str, now: datetime, *, label: str | None = None, by: str = HUBS_COMMAND
) -> str:
    """
    Take a partner's public key for Ed25519, and name it.

    Raises:
        NotFoundError: There is no such partner.
        InvalidValueError: The text is no public key that could be used, or the label none.
        ConflictError: The partner has as many live keys as it may have.

    """
    read = read_public_key(public_key)
    if isinstance(read, PublicKeyFault):
        raise InvalidValueError(_why_not(read))
    return _add(session, _made(partner, SigningAlgorithm.ED25519, label, now), read, by)


def make_shared_secret(
    session: Session, partner: str, now: datetime, *, label: str | None = None, by: str = HUBS_COMMAND
) -> tuple[str, str]:
    """
    Make a secret of 256 random bits for HMAC-SHA256.

    Returns:
        The key's name, and the secret as Standard Webhooks writes it: it is shown this once.

    Raises:
        NotFoundError: There is no such partner.
        InvalidValueError: The label is none.
        ConflictError: The partner has as many live keys as it may have.

    """
    secret = secrets.token_bytes(_SECRET_BYTES)
    kid = _add(session, _made(partner, SigningAlgorithm.HMAC_SHA256, label, now), secret, by)
    return kid, f"whsec_{b64encode(secret).decode()}"


def list_signing_keys(session: Session, partner: str | None) -> list[KeptSigningKey]:
    """List one partner's keys, or everybody's: by partner, the newest first."""
    return signing_keys.list_signing_keys(session, partner)


def find_signing_key(session: Session, kid: str, *, partner: str | None = None) -> KeptSigningKey:
    """
    Find a key by its name; `partner` is whose key it must be, None for anybody's.

    Raises:
        NotFoundError: There is no such key, or it is another partner's.

    """
    # What is no name of ours is not looked for: PostgreSQL fails on a NUL, which would pass for a fault of ours.
    key = signing_keys.find_signing_key(session, kid) if kid.isalnum() else None
    if key is None or (partner is not None and key.partner != partner):
        raise NotFoundError(f"There is no signing key {kid}.", kid=kid)
    return key


def revoke_signing_key(
    session: Session, kid: str, now: datetime, *, partner: str | None = None, by: str = HUBS_COMMAND
) -> None:
    """
    Revoke a key, from the next batch on; doing it again keeps the first time.

    `partner` is whose key it must be, None for anybody's. Whoever revokes the last one need not sign any more.

    Raises:
        NotFoundError: There is no such key, or it is another partner's.

    """
    key = find_signing_key(session, kid, partner=partner)
    if signing_keys.revoke_signing_key(session, key.kid, now):
        record(session, Act(by, "signing_key_revoked", _subject_of(key), {"partner": key.partner}), now)


def _made(partner: str, algorithm: SigningAlgorithm, label: str | None, now: datetime) -> KeptSigningKey:
    if label is not None and not (1 <= len(label) <= LONGEST_LABEL and label.isprintable() and label.strip()):
        raise InvalidValueError(f"A key's label has 1 to {LONGEST_LABEL} printable characters.")
    return KeptSigningKey("sk" + secrets.token_hex(_KID_BYTES), partner, algorithm, label, now)


def _add(session: Session, key: KeptSigningKey, material: bytes, by: str) -> str:
    partner_id = lock_partner(session, key.partner)
    if partner_id is None:
        raise NotFoundError(f"There is no partner {key.partner}.", partner=key.partner)
    if signing_keys.count_live_signing_keys(session, partner_id) >= MOST_LIVE_KEYS:
        raise ConflictError(
            f"{key.partner} has {MOST_LIVE_KEYS} live signing keys already. Revoke the one that is no longer used, "
            "then add this one; `payments-hub signing-key list` tells when each was last used.",
            partner=key.partner,
        )
    signing_keys.add_signing_key(session, key, partner_id, material)
    record(session, Act(by, "signing_key_added", _subject_of(key), _details(key)), key.created_at)
    return key.kid


def _subject_of(key: KeptSigningKey) -> str:
    return f"signing-key/{key.kid}"


def _details(key: KeptSigningKey) -> dict[str, str | int | None]:
    return {"partner": key.partner, "algorithm": key.algorithm.value, "label": key.label}


def _why_not(fault: PublicKeyFault) -> str:
    match fault:
        case PublicKeyFault.PRIVATE:
            return (
                "This is a private key, which is yours alone: treat it as disclosed, make a new pair, and hand over "
                "the public key."
            )
        case PublicKeyFault.UNREADABLE:
            return "This is no public key for Ed25519. Hand over the PEM file (BEGIN PUBLIC KEY), or whpk_ and base 64."
        case PublicKeyFault.WEAK:
            return "Under this public key anybody could sign. Make a new pair with a library or with OpenSSL."
        case _:
            assert_never(fault)
