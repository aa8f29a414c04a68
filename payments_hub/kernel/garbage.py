"""
Garbage collection on purpose: between batches, and not in the midst of one.

A batch makes some hundred thousand small objects, none of them in a circle, and drops them all at its end. Python's
collector is started by how many were made and looks each time at all that live: a third of a batch's time for nothing.
"""

from __future__ import annotations

import gc


def collect_on_purpose() -> None:
    """Leave all that lives by now out of every later collection, and collect only when `sweep` is called."""
    gc.collect()
    gc.freeze()
    gc.disable()


def sweep() -> None:
    """Collect what has become garbage since the process asked to collect on purpose."""
    gc.collect()
