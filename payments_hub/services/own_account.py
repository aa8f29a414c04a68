"""What people do with their own account: change the password, see and end their sessions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.domain.audit import Details
from payments_hub.domain.languages import Language
from payments_hub.domain.passwords import LONGEST_PASSWORD, PasswordFault, password_fault
from payments_hub.services.accounts import ABSOLUTE_LIMIT, IDLE_LIMIT, subject_of, token_digest
from payments_hub.services.attempts import Attempt, failed, may_try
from payments_hub.services.audit import Act, record
from payments_hub.services.passwords import hash_password, proves
from payments_hub.services.people import change_language
from payments_hub.store import accounts, password_links, web_sessions
from payments_hub.store.accounts import Account
from payments_hub.store.web_sessions import OpenSession


class OldPassword(StrEnum):
    """What is wrong with the old password of a change."""

    WRONG = "wrong"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class OwnSession:
    """
    One of a person's signed-in browsers.

    Args:
        name: What names it in a form; no token can be made from it.
        here: It is the one that asks.

    """

    name: str
    began_at: datetime
    used_at: datetime
    here: bool


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """A person's old and new password, and the token of the session that goes on."""

    old: str
    new: str
    token: str


def own_sessions(session: Session, account: Account, token: str, now: datetime) -> list[OwnSession]:
    """List the sessions of one's own account that go on, the last used first."""
    here = token_digest(token)
    return [
        OwnSession(one.token_sha256.hex(), one.created_at, one.last_seen_at, one.token_sha256 == here)
        for one in _open(session, account, now)
    ]


def end_session(session: Session, account: Account, name: str, now: datetime) -> bool:
    """End one of one's own sessions; False where there is none of this name, or it is another's."""
    found = [one for one in _open(session, account, now) if one.token_sha256.hex() == name]
    for one in found:
        web_sessions.end_web_session(session, one.token_sha256, now)
        record(session, _act(account, "session_ended", {}), now)
    return bool(found)


def end_other_sessions(session: Session, account: Account, token: str, now: datetime) -> int:
    """End all of one's own sessions but this one, and tell how many."""
    ended = web_sessions.end_account_sessions(session, account.account_id, now, keep=token_digest(token))
    if ended:
        record(session, _act(account, "other_sessions_ended", {"sessions": ended}), now)
    return ended


def choose_language(session: Session, account: Account, language: Language, now: datetime) -> None:
    """Choose the language of one's own pages."""
    change_language(session, account.username, language, by=_actor(account), now=now)


def change_password(
    session: Session, account: Account, change: PasswordChange, attempt: Attempt, now: datetime
) -> PasswordFault | OldPassword | None:
    """
    Change one's own password; other sessions end, and so do links that were not used.

    The old one may be guessed as seldom as at a sign-in: who finds a browser open gets no more attempts than others.

    Returns:
        What is wrong with the old or the new one; None when it is changed. Commit the transaction whatever it is.

    """
    named = replace(attempt, actor=_actor(account))
    if not may_try(session, named, now):
        return OldPassword.TOO_MANY
    locked = accounts.lock_account(session, account.account_id)
    if locked is None or not proves(locked[1], change.old[:LONGEST_PASSWORD]):
        failed(session, named, now)
        return OldPassword.WRONG
    fault = password_fault(change.new, account.username)
    if fault is not None:
        return fault
    accounts.set_password_hash(session, account.account_id, hash_password(change.new))
    password_links.end_links(session, account.account_id, now)
    web_sessions.end_account_sessions(session, account.account_id, now, keep=token_digest(change.token))
    record(session, _act(account, "password_changed", {}), now)
    return None


def _open(session: Session, account: Account, now: datetime) -> list[OpenSession]:
    began_after, used_after = now - ABSOLUTE_LIMIT, now - IDLE_LIMIT
    return web_sessions.open_sessions(session, account.account_id, began_after=began_after, used_after=used_after)


def _actor(account: Account) -> str:
    return f"account:{account.username}"


def _act(account: Account, action: str, details: Details) -> Act:
    return Act(_actor(account), action, subject_of(account.username), details)
