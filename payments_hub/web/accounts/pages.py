"""What the pages of signing in show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignInPage:
    """
    The form.

    Args:
        onward: The path to go on to.
        username: What was typed before.
        refused: Whether the last attempt failed.
        password_set: Whether the person comes from setting a password.

    """

    onward: str
    username: str
    refused: bool
    password_set: bool = False
