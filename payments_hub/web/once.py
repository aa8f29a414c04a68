"""What is shown once, on the page after a form was sent: it travels in the browser's own signed cookie till then."""

from __future__ import annotations

from flask import session

_NAME = "once"


def keep(subject: str, secret: str) -> None:
    """Keep something for the next page that shows its subject."""
    session[_NAME] = [subject, secret]


def take(subject: str) -> str | None:
    """Take what was kept, so that it is shown this once; what was kept of another subject is gone too."""
    kept = session.pop(_NAME, None)
    return str(kept[1]) if isinstance(kept, list) and len(kept) == 2 and kept[0] == subject else None  # noqa: PLR2004  a pair
