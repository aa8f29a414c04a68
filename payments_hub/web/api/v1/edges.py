"""The edges at which a request that sends slices may be cut: tests stop the process there."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from flask import Flask, current_app

_FAILPOINT = "payments_hub_failpoint"


class Edge(StrEnum):
    """A moment on a submission's way."""

    BEFORE_COMMIT = "before-commit"
    AFTER_COMMIT = "after-commit"


def set_failpoint(app: Flask, failpoint: Callable[[Edge], None]) -> None:
    """Have a function called at every edge; there is none unless it is set."""
    app.extensions[_FAILPOINT] = failpoint


def reach(edge: Edge) -> None:
    """Tell that a request has come to an edge."""
    failpoint = current_app.extensions.get(_FAILPOINT)
    if failpoint is not None:
        failpoint(edge)
