"""What an administrator does with accounts: list them, change roles and languages, disable and enable."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.kernel.errors import ConflictError, NotFoundError
from payments_hub.services.accounts import (
    create_account,
    disable_account,
    partner_number,
    require_account,
    subject_of,
)
from payments_hub.services.audit import Act, record
from payments_hub.store import accounts, password_links, web_sessions
from payments_hub.store.accounts import AccountLine

__all__ = [
    "change_language",
    "change_role",
    "create_account",
    "enable_account",
    "find_account",
    "list_accounts",
    "take_out",
]


def list_accounts(session: Session) -> list[AccountLine]:
    """List every account: those who may sign in first, by name."""
    return accounts.list_accounts(session)


def find_account(session: Session, username: str) -> AccountLine:
    """
    Find one account.

    Raises:
        NotFoundError: There is no such account.

    """
    found = accounts.find_line(session, username) if username.isprintable() else None
    if found is None:
        raise NotFoundError(f"There is no account {username}.", username=username)
    return found


def change_role(session: Session, username: str, role: Role, partner: str | None, *, by: str, now: datetime) -> None:
    """
    Give an account another role, and end its sessions: pages that stood open were the old role's.

    Raises:
        NotFoundError: There is no such account or partner.
        InvalidValueError: A partner is named exactly where it must not be.
        ConflictError: Nobody would be left to keep the accounts.

    """
    partner_id = partner_number(session, role, partner)
    if role is not Role.ADMINISTRATOR:
        _require_another_administrator(session, username)
    account = require_account(session, username)
    before = account.viewer
    if (before.role, before.partner) == (role, partner):
        return
    accounts.set_role(session, account.account_id, role, partner_id)
    web_sessions.end_account_sessions(session, account.account_id, now)
    details = {
        "role": role.value,
        "partner": partner,
        "role_before": before.role.value,
        "partner_before": before.partner,
    }
    record(session, Act(by, "account_role_changed", subject_of(username), details), now)


def change_language(session: Session, username: str, language: Language, *, by: str, now: datetime) -> None:
    """
    Give an account another language.

    Raises:
        NotFoundError: There is no such account.

    """
    account = require_account(session, username)
    if account.language is language:
        return
    accounts.set_language(session, account.account_id, language)
    details = {"language": language.value, "language_before": account.language.value}
    record(session, Act(by, "account_language_changed", subject_of(username), details), now)


def take_out(session: Session, username: str, *, by: str, now: datetime) -> None:
    """
    Disable an account, end its sessions, and let no link of its be used.

    Raises:
        NotFoundError: There is no such account.
        ConflictError: Nobody would be left to keep the accounts.

    """
    _require_another_administrator(session, username)
    disable_account(session, username, now, by=by)
    password_links.end_links(session, require_account(session, username).account_id, now)


def enable_account(session: Session, username: str, *, by: str, now: datetime) -> None:
    """
    Let a disabled account sign in again, with the password that it had.

    Raises:
        NotFoundError: There is no such account.

    """
    account = require_account(session, username)
    if account.disabled:
        accounts.set_disabled(session, account.account_id, None)
        record(session, Act(by, "account_enabled", subject_of(username), {}), now)


def _require_another_administrator(session: Session, username: str) -> None:
    """Let nobody else change the administrators, so that of two who take each other out the second is refused."""
    found = find_account(session, username).account
    if accounts.lock_administrators(session) == [found.account_id]:
        raise ConflictError(
            f"{username} is the only administrator. Make another one first: somebody must keep the accounts.",
            username=username,
        )
