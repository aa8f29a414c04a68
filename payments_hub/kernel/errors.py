"""
The hub's errors.

::

    HubError
    ├── ConfigurationError       a setting is missing, misspelt or impossible
    ├── InvalidValueError        a value of ours could not be built from what was given
    ├── NotFoundError            what was asked for is not there, or not for the asker
    ├── ConflictError            it was changed by somebody else in between
    ├── PermissionDeniedError    the asker may not do this
    └── UnavailableError         a part of ours is away; the same request may work later
"""

from __future__ import annotations

from typing import ClassVar


class HubError(Exception):
    """
    Any error the hub raises on purpose.

    Args:
        message: What happened and what to do, in one or two sentences.
        values: What the message is about, for logs and for JSON answers.

    """

    code: ClassVar[str] = "HUB"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class ConfigurationError(HubError):
    """A setting is missing, misspelt or impossible."""

    code = "CONFIGURATION"


class InvalidValueError(HubError, ValueError):
    """A value could not be built from what was given."""

    code = "INVALID_VALUE"


class NotFoundError(HubError):
    """What was asked for is not there, or not for the asker: the two look the same from outside."""

    code = "NOT_FOUND"


class ConflictError(HubError):
    """What was to be changed was changed by somebody else in between."""

    code = "CONFLICT"


class PermissionDeniedError(HubError):
    """The asker may not do this."""

    code = "PERMISSION_DENIED"


class UnavailableError(HubError):
    """A part of ours is away; the same request may work later."""

    code = "UNAVAILABLE"
