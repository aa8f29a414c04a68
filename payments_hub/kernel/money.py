"""Whole units of a currency: nothing here is ever a float."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from payments_hub.kernel.errors import InvalidValueError


class Currency(StrEnum):
    """The currencies that a flow may be reported in."""

    VND = "VND"
    INR = "INR"


LARGEST_WHOLE = 2**53 - 1
"""The largest count or amount that every JSON reader keeps exactly (RFC 8259, section 6)."""


@dataclass(frozen=True, slots=True)
class Money:
    """
    An amount in whole units of one currency.

    >>> Money(500, Currency.VND) + Money(250, Currency.VND)
    Money(amount=750, currency=<Currency.VND: 'VND'>)
    """

    amount: int
    currency: Currency

    def __add__(self, other: Money) -> Money:
        """Add two amounts of the same currency."""
        if other.currency is not self.currency:
            raise InvalidValueError(
                f"{self.currency} and {other.currency} cannot be added.", left=self.currency, right=other.currency
            )
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Take an amount of the same currency away."""
        return self + Money(-other.amount, other.currency)
