"""How long to wait before trying again: soon at first, then ever longer, up to a bound."""

from __future__ import annotations

FIRST_SECONDS = 0.2
LONGEST_SECONDS = 3.0
"""A mended broker or database is noticed within ten seconds, as readiness promises."""


def delay_seconds(failures: int, *, longest_seconds: float = LONGEST_SECONDS) -> float:
    """
    Tell how long to wait after so many failures in a row.

    No chance in it: workers share nothing that a simultaneous retry could overload.

    >>> [delay_seconds(failures) for failures in (1, 2, 3, 20)]
    [0.2, 0.4, 0.8, 3.0]
    """
    # The exponent is bounded because an outage of a night would otherwise overflow the float.
    return float(min(longest_seconds, FIRST_SECONDS * 2 ** min(failures - 1, 16)))
