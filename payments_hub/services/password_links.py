"""One-time links by which people set their passwords: nobody else ever knows one."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from payments_hub.domain.passwords import PasswordFault, password_fault
from payments_hub.kernel.errors import ConflictError, NotFoundError
from payments_hub.services.accounts import require_account, subject_of, token_digest
from payments_hub.services.audit import Act, record
from payments_hub.services.passwords import hash_password
from payments_hub.store import accounts, password_links, web_sessions

LINK_LIFE = timedelta(hours=24)
"""Long enough to reach somebody by telephone, too short to lie in a mailbox."""

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """A link that was just made: its token is told here and nowhere else."""

    username: str
    token: str
    made_at: datetime

    @property
    def expires_at(self) -> datetime:
        """Tell until when it can be used."""
        return self.made_at + LINK_LIFE


def make_link(session: Session, username: str, *, by: str, now: datetime) -> PasswordLink:
    """
    Make the link by which a person sets a password; older ones are void from now on.

    Raises:
        NotFoundError: There is no such account.
        ConflictError: The account is disabled.

    """
    account = require_account(session, username)
    if account.disabled:
        raise ConflictError(f"{username} is disabled. Enable the account first.", username=username)
    link = PasswordLink(username, secrets.token_urlsafe(_TOKEN_BYTES), now)
    password_links.end_links(session, account.account_id, now)
    password_links.add_link(
        session, token_digest(link.token), account.account_id, by=by, now=now, expires_at=link.expires_at
    )
    record(session, Act(by, "password_link_made", subject_of(username), {}), now)
    return link


def is_good(session: Session, token: str, now: datetime) -> bool:
    """Tell whether a link can be used now; looking does not use it up, since mail programs look too."""
    return password_links.account_of_link(session, token_digest(token), now) is not None


def set_password(session: Session, token: str, password: str, now: datetime) -> PasswordFault | None:
    """
    Set a password by a link, and end every session of the account.

    Returns:
        What is wrong with the password, and the link can be used again; None when it is set.

    Raises:
        NotFoundError: The link is unknown, over or used up; which of these is not told.

    """
    digest = token_digest(token)
    account_id = password_links.account_of_link(session, digest, now)
    locked = None if account_id is None else accounts.lock_account(session, account_id)
    if locked is None:
        raise _no_link()
    account = locked[0]
    fault = password_fault(password, account.username)
    if fault is not None:
        return fault
    if account.disabled or not password_links.use_link(session, digest, now):
        raise _no_link()
    accounts.set_password_hash(session, account.account_id, hash_password(password))
    password_links.end_links(session, account.account_id, now)
    web_sessions.end_account_sessions(session, account.account_id, now)
    record(session, Act(f"account:{account.username}", "password_set", subject_of(account.username), {}), now)
    return None


def _no_link() -> NotFoundError:
    return NotFoundError("This link cannot be used. Ask for a new one.")
