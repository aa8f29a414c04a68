"""Passwords: what may become one, and the slow hash that proves it later."""

from __future__ import annotations

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from payments_hub.domain.passwords import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    PasswordFault,
    password_fault,
    prepared,
)
from payments_hub.kernel.errors import InvalidValueError

WORK = RFC_9106_LOW_MEMORY
"""What one hash costs: 64 MiB and a tenth of a second, so that guessing from a stolen table is slow."""

_NEVER_TYPED_BYTES = 32
_FAULTS = {
    PasswordFault.TOO_SHORT: f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
    PasswordFault.TOO_LONG: f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.",
    PasswordFault.COMMON: "This password is among the first that anybody would try. Take a sentence of your own.",
    PasswordFault.REPEATED: "This password repeats itself. Take a sentence of your own.",
    PasswordFault.ABOUT_US: "Little is left of this password without the user's or the hub's name. Take a sentence.",
}


def require_good(password: str, username: str) -> None:
    """
    Hold a new password to the rules.

    Raises:
        InvalidValueError: It is too short, too long or too easy to guess.

    """
    fault = password_fault(password, username)
    if fault is not None:
        raise InvalidValueError(_FAULTS[fault])


def hash_password(password: str) -> str:
    """Hash a password slowly."""
    return _hasher().hash(prepared(password))


def unusable_hash() -> str:
    """Make the hash of a password that nobody knows, for an account whose owner has not set one."""
    return _hasher().hash(secrets.token_urlsafe(_NEVER_TYPED_BYTES))


def proves(kept: str | None, password: str) -> bool:
    """Tell whether a password is the kept one; without a kept one it takes as long and is false."""
    try:
        _hasher().verify(_decoy() if kept is None else kept, prepared(password))
    except VerificationError:
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with less work than today's."""
    return _hasher().check_needs_rehash(kept)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(WORK)


@cache
def _decoy() -> str:
    """Hash a password that nobody has: verifying against it takes as long as against a real one."""
    return unusable_hash()
