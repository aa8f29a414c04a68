"""The code lists that a slice is checked against: partners, places, schemes and what each partner owes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from payments_hub.contracts.signatures import SigningKey
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import AreaScheme
from payments_hub.domain.places import Place
from payments_hub.kernel.money import Currency

SOURCE_PREFIX = "urn:hp:partner:"

ObligationKey = tuple[str, str, str]
"""Partner, flow and place."""


@dataclass(frozen=True, slots=True)
class RegisteredPartner:
    """
    A partner as the checks know it.

    Args:
        code: The code that its credential and topic are bound to.
        is_simulated: Whether its figures are made up for a demonstration.
        number: Its number in the store.
        currency: The one currency of all its amounts.
        signing_keys: The keys with which it signs now; none where it need not sign.

    """

    code: str
    is_simulated: bool = False
    number: int = 0
    currency: str = Currency.VND
    signing_keys: tuple[SigningKey, ...] = ()

    @property
    def source(self) -> str:
        """Tell the one `source` that the partner's events may name."""
        return f"{SOURCE_PREFIX}{self.code}"


@dataclass(frozen=True, slots=True)
class Reference:
    """
    The lists at one moment; built once, read by every thread, never changed.

    Args:
        partners: By code.
        places: By place code: sites and units of every scheme.
        schemes: By scheme code.
        obligations: By partner, flow and place; agreements of different times stand together.
        place_numbers: By place code, its number in the store.

    """

    partners: Mapping[str, RegisteredPartner]
    places: Mapping[str, Place]
    schemes: Mapping[str, AreaScheme]
    obligations: Mapping[ObligationKey, tuple[Obligation, ...]]
    place_numbers: Mapping[str, int] = field(default_factory=dict)
