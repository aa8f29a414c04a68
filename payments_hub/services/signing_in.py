"""Sign in as often as one may: failures count by account and by address, and names that do not exist like others."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.services.accounts import is_account, sign_in
from payments_hub.services.attempts import Attempt, failed, may_try
from payments_hub.store.accounts import Account

_DIGITS = 16


class Refusal(StrEnum):
    """Why somebody is not signed in, as far as it is told."""

    NOT_PROVED = "not proved"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person who signed in, with the new session's token."""

    account: Account
    token: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password as they were typed."""

    username: str
    password: str


def try_sign_in(
    session: Session, given: Credentials, attempt: Attempt, *, secret_key: str, now: datetime
) -> SignedIn | Refusal:
    """
    Sign a person in, unless too many attempts failed; commit the transaction whatever comes of it.

    Args:
        session: The session of the database.
        given: What was typed.
        attempt: Where it comes from; its actor is found here.
        secret_key: Keys the hash that stands for a name that is no account's.
        now: The present instant.

    """
    named = replace(attempt, actor=_actor(session, given.username, secret_key))
    if not may_try(session, named, now):
        return Refusal.TOO_MANY
    proved = sign_in(session, given.username, given.password, now)
    if proved is None:
        failed(session, named, now)
        return Refusal.NOT_PROVED
    return SignedIn(*proved)


def _actor(session: Session, username: str, secret_key: str) -> str:
    """
    Name whom an attempt is on.

    What is no account's name is counted too, or the limit would tell names apart; but it may be a password that slipped
    into the wrong field, so that only a keyed hash of it is kept.
    """
    if is_account(session, username):
        return f"account:{username}"
    digest = hmac.new(secret_key.encode(), f"sign-in:{username}".encode(), hashlib.sha256).hexdigest()
    return f"stranger:{digest[:_DIGITS]}"
