"""Findings brought together by their cause: a code mistyped in four hundred cells is one fault to mend."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from payments_hub.contracts.receipt_v1 import FindingV1

_INDEX = re.compile(r"/[0-9]+(?=/|$)", re.ASCII)

CauseKey = tuple[str, str, str | None]
"""Code, field kind and what stood there."""


@dataclass(frozen=True, slots=True)
class RootCause:
    """
    Findings that have one cause.

    Args:
        first: The first of them, whose words speak for all.
        places: Every place where it is, as JSON Pointers, in the order of the receipt.

    """

    first: FindingV1
    places: tuple[str, ...]


def field_kind(pointer: str) -> str:
    """
    Tell which field a pointer leads to, in whichever cell.

    >>> field_kind("/data/cells/2/instrument"), field_kind("/data/site")
    ('/data/cells/*/instrument', '/data/site')
    """
    return _INDEX.sub("/*", pointer)


def cause_key(finding: FindingV1) -> CauseKey:
    """Tell what findings of one cause have in common."""
    return finding.code, field_kind(finding.pointer), finding.got


def root_causes(findings: Iterable[FindingV1]) -> tuple[RootCause, ...]:
    """Group findings by their cause, in the order in which each cause shows first."""
    grouped: dict[CauseKey, list[FindingV1]] = {}
    for finding in findings:
        grouped.setdefault(cause_key(finding), []).append(finding)
    return tuple(RootCause(found[0], tuple(finding.pointer for finding in found)) for found in grouped.values())
