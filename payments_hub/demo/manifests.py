"""What the simulated partners say at a period's end that they have sent: one says it rightly, one wrongly."""

from __future__ import annotations

from dataclasses import dataclass

from payments_hub.contracts.manifest_v1 import ManifestEvent
from payments_hub.contracts.writing import manifest_bytes
from payments_hub.demo.city import ACQ_P2M, MM_P2M, City
from payments_hub.demo.profiles import BANK, MILLION, MOBILE_MONEY_PROVIDER
from payments_hub.demo.slices import CURRENCY
from payments_hub.demo.truth import expected_view
from payments_hub.ingest.reference import SOURCE_PREFIX
from payments_hub.kernel.periods import Period

_SETTLED_MONTH = -3
"""By then every late report of the month has come."""


@dataclass(frozen=True, slots=True)
class PartnersMessage:
    """One message of one partner."""

    partner: str
    body: bytes


def manifests(city: City) -> tuple[PartnersMessage, ...]:
    """Write two manifests of a settled month: the Mobile Money provider's is right, the bank's a million too high."""
    month = city.months[_SETTLED_MONTH]
    return (
        _manifest(city, MOBILE_MONEY_PROVIDER.code, MM_P2M, month, surplus=0),
        _manifest(city, BANK.code, ACQ_P2M, month, surplus=MILLION),
    )


def _manifest(city: City, partner: str, flow: str, month: Period, *, surplus: int) -> PartnersMessage:
    view = expected_view(city)
    figures = [
        found for key, found in view.items() if (key.partner, key.flow) == (partner, flow) and key.period == month
    ]
    event = ManifestEvent(
        source=f"{SOURCE_PREFIX}{partner}",
        id=f"manifest-{partner}-{month}",
        time=city.now.replace(microsecond=0),
        flow=flow,
        period=month,
        revision=0,
        slices=len(figures),
        count=sum(found.count for found in figures),
        amount=sum(found.amount for found in figures) + surplus,
        currency=CURRENCY,
    )
    return PartnersMessage(partner, manifest_bytes(event))
