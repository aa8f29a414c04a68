"""Who acts where a command does, as the audit names people."""

from __future__ import annotations

import getpass


def acting() -> str:
    """Name the user of this machine as an actor."""
    return f"command:{getpass.getuser()}"
