"""
The registry's errors: what a caller of ours did wrong. A wrong spreadsheet is an outcome, never an error.

::

    RegistryError
    ├── WeakKeyError             the secret key for personal codes is too short to protect them
    └── UnknownProgrammeError    no programme has this code
"""

from __future__ import annotations

from typing import ClassVar


class RegistryError(Exception):
    """Any error the registry raises on purpose."""

    code: ClassVar[str] = "REGISTRY"


class WeakKeyError(RegistryError):
    """
    The secret key for personal codes is too short to protect them.

    Args:
        length: How many bytes it has.
        least: How many it needs.

    """

    code = "WEAK_KEY"

    def __init__(self, length: int, least: int) -> None:
        super().__init__(f"The key has {length} bytes; personal codes need one of at least {least}.")
        self.length = length
        self.least = least


class UnknownProgrammeError(RegistryError):
    """
    No programme has this code.

    Args:
        programme: The code that was asked for.

    """

    code = "UNKNOWN_PROGRAMME"

    def __init__(self, programme: str) -> None:
        super().__init__(f"No programme has the code {programme!r}.")
        self.programme = programme
