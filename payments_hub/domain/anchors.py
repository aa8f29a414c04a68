"""
The chain's head at the end of a day, signed, so that it can be kept outside the hub and recognised later.

Who keeps a head elsewhere can prove that the chain lost its tail, or was put back from an old copy. The signature tells
that the hub made the line; it does not protect a chain from those who hold the hub's secret key.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date

import orjson

from payments_hub.domain.audit import Anchor
from payments_hub.kernel.errors import InvalidValueError


@dataclass(frozen=True, slots=True)
class SignedHead:
    """
    One line of a file of anchors.

    Args:
        anchor: The head's number and hash.
        day: The city's day that it ends.
        signature: HMAC-SHA256 with the hub's secret key.

    """

    anchor: Anchor
    day: date
    signature: bytes

    def is_signed_with(self, secret_key: str) -> bool:
        """Tell whether the hub with this secret key made the line as it stands."""
        return hmac.compare_digest(self.signature, _signature(self.anchor, self.day, secret_key))

    def line(self) -> str:
        """Write the line, without its end."""
        shape = {
            "number": self.anchor.number,
            "sha256": self.anchor.sha256.hex(),
            "day": self.day.isoformat(),
            "signature": self.signature.hex(),
        }
        return orjson.dumps(shape).decode()


def sign_head(anchor: Anchor, day: date, secret_key: str) -> SignedHead:
    """
    Sign a head.

    >>> head = sign_head(Anchor(7, bytes(32)), date(2026, 7, 3), "k" * 32)
    >>> head.is_signed_with("k" * 32), head.is_signed_with("j" * 32), read_head(head.line()) == head
    (True, False, True)
    """
    return SignedHead(anchor, day, _signature(anchor, day, secret_key))


def read_head(line: str) -> SignedHead:
    """
    Read a line of a file of anchors.

    Raises:
        InvalidValueError: It is no such line.

    """
    try:
        shape = orjson.loads(line)
        anchor = Anchor(int(shape["number"]), bytes.fromhex(shape["sha256"]))
        return SignedHead(anchor, date.fromisoformat(shape["day"]), bytes.fromhex(shape["signature"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidValueError(f"{line[:80]!r} is no line that `payments-hub audit head` wrote.") from error


def _signature(anchor: Anchor, day: date, secret_key: str) -> bytes:
    said = f"audit-head|{anchor.number}|{anchor.sha256.hex()}|{day.isoformat()}"
    return hmac.digest(secret_key.encode(), said.encode(), "sha256")
