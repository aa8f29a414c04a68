"""
Whether messages are signed that must be: those over Kafka of a partner that has a signing key.

Over HTTP the whole request is signed, so that the web verifies it before anything of it is judged
(`payments_hub.web.api.v1.signatures`). What the hub itself brings along needs no signature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from payments_hub.contracts.envelope import STRUCTURED, Headers
from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.contracts.signatures import (
    ID_HEADER,
    MOST_SIGNATURES,
    SIGNATURE_HEADER,
    SIGNATURE_HEADERS,
    TIME_HEADER,
    SignatureFault,
    SigningKey,
    read_stamp,
    verify,
)
from payments_hub.domain.verdicts import Transport
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.reference import Reference

_ATTRIBUTES = ("ce_", "ce-")


@dataclass(frozen=True, slots=True)
class SignatureChecks:
    """
    What came of the signatures of a batch.

    Args:
        faults: Why a message does not count as its partner's, by its place in the batch; nothing for the others.
        used: The keys that verified something.

    """

    faults: Mapping[int, Finding] = field(default_factory=lambda: MappingProxyType({}))
    used: frozenset[str] = frozenset()


_NOTHING_SIGNED = SignatureChecks()


def check_signatures(arrivals: Sequence[Arrival], reference: Reference) -> SignatureChecks:
    """
    Verify the signatures of a batch's messages, those alone that must have one.

    Args:
        arrivals: The batch; a partner that is not registered is for others to find.
        reference: Has the keys of this moment.

    """
    signing = {
        code: keys
        for code in {arrival.partner for arrival in arrivals}
        if (partner := reference.partners.get(code)) and (keys := partner.signing_keys)
    }
    if not signing:
        return _NOTHING_SIGNED
    found = {
        place: verified_by(arrival, signing[arrival.partner])
        for place, arrival in enumerate(arrivals)
        if arrival.partner in signing and arrival.transport is Transport.KAFKA
    }
    return SignatureChecks(
        faults={place: one for place, one in found.items() if isinstance(one, Finding)},
        used=frozenset(one for one in found.values() if isinstance(one, str)),
    )


def verified_by(arrival: Arrival, keys: Sequence[SigningKey]) -> str | Finding:
    """
    Name the key that signed a record, or say why none did.

    The time of signing is not judged: a record may be read again from Kafka's log long after, and rightly so.
    """
    named = _signature_headers(arrival.headers)
    if isinstance(named, Finding):
        return named
    beside = _unsigned_attribute(arrival)
    if beside is not None:
        return make_finding("E1103/binary", got=beside)
    stamp = read_stamp(named.get(ID_HEADER), named.get(TIME_HEADER), named.get(SIGNATURE_HEADER))
    if isinstance(stamp, SignatureFault):
        return make_finding(f"E1103/{stamp}", most=MOST_SIGNATURES)
    return verify(keys, stamp, arrival.body or b"") or make_finding(f"E1103/{SignatureFault.WRONG}")


def _signature_headers(headers: Headers) -> dict[str, str] | Finding:
    """Collect the three headers; one that stands twice, in another case, or is no text could be read in two ways."""
    named: dict[str, str] = {}
    for name, raw in headers:
        lowered = name.lower()
        if lowered not in SIGNATURE_HEADERS:
            continue
        if lowered != name or lowered in named or not raw or not raw.isascii():
            return make_finding("E1001/header", name=name)
        named[name] = raw.decode("ascii")
    return named


def _unsigned_attribute(arrival: Arrival) -> str | None:
    """Name a header that would become part of the event though no signature covers it: binary mode."""
    if (arrival.content_type or "").lower().startswith(STRUCTURED):
        return None
    return next((name for name, _value in arrival.headers if name.lower().startswith(_ATTRIBUTES)), None)
