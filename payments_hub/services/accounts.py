"""Local accounts: create and disable them, sign in and out, know a browser again."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from payments_hub.domain.languages import Language
from payments_hub.domain.passwords import LONGEST_PASSWORD
from payments_hub.domain.people import Role, Viewer
from payments_hub.kernel.errors import ConflictError, InvalidValueError, NotFoundError
from payments_hub.services.audit import Act, record
from payments_hub.services.passwords import hash_password, is_outdated, proves, require_good, unusable_hash
from payments_hub.store import accounts, web_sessions
from payments_hub.store.accounts import Account

IDLE_LIMIT = timedelta(hours=1)
"""A session that is not used for this long is over: an officer's desk may be left for lunch, not for a night."""

ABSOLUTE_LIMIT = timedelta(hours=12)
"""A session is over this long after signing in, used or not."""

HUBS_COMMAND = "command:payments-hub"
"""Who acts where a command of ours does it for nobody in particular, such as the demonstration."""

# One write a minute, not one a request, is enough to tell an hour of idleness.
_TOUCH_EVERY = timedelta(minutes=1)
_TOKEN_BYTES = 32
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """
    What an account is created from; a partner's code exactly for the partner role.

    Args:
        password: None where the person is to set one by a one-time link.

    """

    username: str
    password: str | None
    role: Role
    partner: str | None = None
    language: Language = Language.VI


def create_account(session: Session, wanted: NewAccount, now: datetime, *, by: str = HUBS_COMMAND) -> Account:
    """
    Create an account; `by` is the actor that the audit names.

    Raises:
        InvalidValueError: The name, password or partner is not acceptable.
        ConflictError: The name is taken.
        NotFoundError: There is no such partner.

    """
    require_username(wanted.username)
    partner_id = partner_number(session, wanted.role, wanted.partner)
    if wanted.password is not None:
        require_good(wanted.password, wanted.username)
    if accounts.find_account(session, wanted.username) is not None:
        raise ConflictError(f"There is an account {wanted.username} already.", username=wanted.username)
    kept = unusable_hash() if wanted.password is None else hash_password(wanted.password)
    account = Account(0, wanted.username, Viewer(wanted.role, wanted.partner), wanted.language, disabled=False)
    accounts.add_account(session, account, kept, partner_id, now)
    details = {"role": wanted.role.value, "partner": wanted.partner, "language": wanted.language.value}
    record(session, Act(by, "account_created", subject_of(wanted.username), details), now)
    return account


def disable_account(session: Session, username: str, now: datetime, *, by: str = HUBS_COMMAND) -> None:
    """
    Disable an account and end its sessions; disabling it again changes nothing.

    Raises:
        NotFoundError: There is no such account.

    """
    account = require_account(session, username)
    web_sessions.end_account_sessions(session, account.account_id, now)
    if not account.disabled:
        accounts.set_disabled(session, account.account_id, now)
        record(session, Act(by, "account_disabled", subject_of(username), {}), now)


def sign_in(session: Session, username: str, password: str, now: datetime) -> tuple[Account, str] | None:
    """
    Sign a person in.

    An unknown name, a disabled account and a wrong password take the same time and give the same answer, so that
    nobody learns which names exist. How often one may try is `services.signing_in`'s.

    Returns:
        The account and the new session's token, or None.

    """
    given = password[:LONGEST_PASSWORD]
    found = accounts.find_account(session, username)
    proved = proves(None if found is None else found[1], given)
    if found is None or not proved or found[0].disabled:
        return None
    account, kept = found
    if is_outdated(kept):
        accounts.set_password_hash(session, account.account_id, hash_password(given))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    web_sessions.add_web_session(session, token_digest(token), account.account_id, now)
    return account, token


def signed_in_account(session: Session, token: str, now: datetime) -> Account | None:
    """Find whose session a token is, or None if there is none or its time is over."""
    digest = token_digest(token)
    found = web_sessions.find_web_session(session, digest)
    if found is None or now - found.last_seen_at > IDLE_LIMIT or now - found.created_at > ABSOLUTE_LIMIT:
        return None
    if now - found.last_seen_at >= _TOUCH_EVERY:
        web_sessions.touch_web_session(session, digest, now)
    return found.account


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End the session of a token."""
    web_sessions.end_web_session(session, token_digest(token), now)


def is_account(session: Session, username: str) -> bool:
    """Tell whether a name is an account's: for what is kept of a refused sign-in, never for what is answered."""
    return accounts.find_account(session, username) is not None


def token_digest(token: str) -> bytes:
    """Hash a token of 256 random bits: what is kept of it."""
    return hashlib.sha256(token.encode()).digest()


def subject_of(username: str) -> str:
    """Name an account as the audit does."""
    return f"account/{username}"


def require_username(username: str) -> None:
    """
    Hold a user name to its form.

    Raises:
        InvalidValueError: It is none.

    """
    if not _USERNAME.fullmatch(username):
        raise InvalidValueError(
            f"{username[:64]!r} is not a user name: 2 to 64 of a-z, 0-9, dot, underscore and hyphen, "
            "beginning with a letter or digit."
        )


def partner_number(session: Session, role: Role, partner: str | None) -> int | None:
    """
    Find the number of the partner that an account belongs to; None for those of the city.

    Raises:
        InvalidValueError: A partner is named exactly where it must not be.
        NotFoundError: There is no such partner.

    """
    if (role is Role.PARTNER) != (partner is not None):
        raise InvalidValueError("Name a partner for the role partner, and for no other role.")
    if partner is None:
        return None
    found = accounts.find_partner_id(session, partner)
    if found is None:
        raise NotFoundError(f"There is no partner {partner}.", partner=partner)
    return found


def require_account(session: Session, username: str) -> Account:
    """
    Find an account and let nobody else change it until the transaction ends.

    Raises:
        NotFoundError: There is no such account.

    """
    # PostgreSQL fails on a NUL, which an address may hold, and that would pass for a fault of ours.
    found = accounts.find_account(session, username) if username.isprintable() else None
    locked = None if found is None else accounts.lock_account(session, found[0].account_id)
    if locked is None:
        raise NotFoundError(f"There is no account {username}.", username=username)
    return locked[0]
