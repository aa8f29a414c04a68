"""The file of anchors under the var directory: one signed head a day, a line each, only ever longer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from payments_hub.domain.anchors import SignedHead, read_head

FILE = "anchors.jsonl"


def read_anchors(path: Path) -> list[SignedHead]:
    """
    Read a file of anchors.

    Raises:
        InvalidValueError: A line is none that the hub writes.

    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return [read_head(line) for line in lines if line.strip()]


def append_anchors(path: Path, heads: Sequence[SignedHead]) -> None:
    """Append lines, and return once they are on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(head.line() + "\n" for head in heads)
        file.flush()
        os.fsync(file.fileno())
