"""A partner's machine that signs, written from Standard Webhooks' text and not from what the hub verifies with."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from payments_hub.services.signing_keys import add_public_key, make_shared_secret
from payments_hub.store.session import Database
from tests.builders import NOW

SIGNED_AT = int(NOW.timestamp())


@dataclass(frozen=True, slots=True)
class Signer:
    """
    What a partner signs with.

    Args:
        kid: What the hub calls the key.
        private: The private key of Ed25519, or None.
        secret: The shared secret, or nothing.

    """

    kid: str
    private: Ed25519PrivateKey | None = None
    secret: bytes = b""

    def sign(self, body: bytes, *, message_id: str = "msg-1", at: int = SIGNED_AT) -> str:
        """Sign a body, and write the signature as the header has it."""
        signed = f"{message_id}.{at}.".encode() + body
        if self.private is not None:
            return f"v1a,{b64encode(self.private.sign(signed)).decode()}"
        return f"v1,{b64encode(hmac.new(self.secret, signed, hashlib.sha256).digest()).decode()}"

    def headers(self, body: bytes, *, message_id: str = "msg-1", at: int = SIGNED_AT) -> dict[str, str]:
        """Write the three headers of a body."""
        signature = self.sign(body, message_id=message_id, at=at)
        return {"webhook-id": message_id, "webhook-timestamp": str(at), "webhook-signature": signature}


def as_record(headers: Mapping[str, str]) -> tuple[tuple[str, bytes | None], ...]:
    """Write headers as Kafka has them."""
    return tuple((name, value.encode()) for name, value in headers.items())


def pem_of(private: Ed25519PrivateKey) -> str:
    """Write the public key of a pair as a PEM file."""
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(signer: Signer) -> bytes:
    """Write the private key of a pair as a partner keeps it."""
    if signer.private is None:
        raise LookupError("the signer has no private key")
    return signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def ed25519_signer(database: Database, partner: str) -> Signer:
    """Make a pair, and hand its public key over."""
    private = Ed25519PrivateKey.generate()
    with database.transaction() as session:
        return Signer(add_public_key(session, partner, pem_of(private), NOW), private)


def hmac_signer(database: Database, partner: str) -> Signer:
    """Let the hub make a secret."""
    with database.transaction() as session:
        kid, secret = make_shared_secret(session, partner, NOW)
    return Signer(kid, secret=b64decode(secret.removeprefix("whsec_")))
