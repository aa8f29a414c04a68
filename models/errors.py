"""
The errors of the forecasting package.

::

    ModelsError
    ├── InvalidSeriesError       a series breaks a rule: a gap, an unexplained hole, a value outside its bounds
    │   └── ShortHistoryError    a series has too few values to be forecast at all
    ├── InvalidRequestError      the question makes no sense: a horizon below one, a target already due
    └── TooFewRowsError          one model cannot be fitted to so few rows; another may
"""

from __future__ import annotations

from typing import ClassVar


class ModelsError(Exception):
    """
    Any error this package raises on purpose.

    Args:
        message: What happened and what to do, in one or two sentences.
        values: What the message is about, for logs.

    """

    code: ClassVar[str] = "MODELS"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class InvalidSeriesError(ModelsError, ValueError):
    """A series breaks a rule that every forecast relies on."""

    code = "MODELS_INVALID_SERIES"


class ShortHistoryError(InvalidSeriesError):
    """A series has too few values to be forecast at all."""

    code = "MODELS_SHORT_HISTORY"


class InvalidRequestError(ModelsError, ValueError):
    """The question cannot be answered by any model."""

    code = "MODELS_INVALID_REQUEST"


class TooFewRowsError(ModelsError):
    """One model cannot be fitted to so few rows; a simpler one may."""

    code = "MODELS_TOO_FEW_ROWS"
