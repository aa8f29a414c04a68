"""Accounts in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, undefer

from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role, Viewer
from payments_hub.store.tables.accounts import AccountRow, PasswordResetRow, WebSessionRow
from payments_hub.store.tables.partners import PartnerRow


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in, without the password's hash."""

    account_id: int
    username: str
    viewer: Viewer
    language: Language
    disabled: bool


@dataclass(frozen=True, slots=True)
class AccountLine:
    """
    An account as the list shows it.

    Args:
        seen_at: When it was last used; None for never.
        link_until: Until when its newest one-time link may be used, unless it was; whether that is over is not said.

    """

    account: Account
    created_at: datetime
    seen_at: datetime | None
    link_until: datetime | None


def add_account(session: Session, account: Account, password_hash: str, partner_id: int | None, now: datetime) -> int:
    """Add an account and tell its number; the one in `account` is not used."""
    row = AccountRow(
        username=account.username,
        password_hash=password_hash,
        role=account.viewer.role,
        partner_id=partner_id,
        language=account.language,
        created_at=now,
        disabled_at=None,
    )
    session.add(row)
    session.flush()
    return row.id


def find_partner_id(session: Session, code: str) -> int | None:
    """Find the number of the partner that an account shall belong to."""
    return session.scalar(select(PartnerRow.id).where(PartnerRow.code == code))


def find_account(session: Session, username: str) -> tuple[Account, str] | None:
    """Find an account by its name, with the hash of its password."""
    query = _accounts().where(AccountRow.username == username).options(undefer(AccountRow.password_hash))
    found = session.execute(query).one_or_none()
    return None if found is None else (account_of(found[0], found[1]), found[0].password_hash)


def lock_account(session: Session, account_id: int) -> tuple[Account, str] | None:
    """Read an account as it is now, with its password's hash, and let nobody change it until the transaction ends."""
    query = _accounts().where(AccountRow.id == account_id).with_for_update(of=AccountRow, key_share=True)
    query = query.options(undefer(AccountRow.password_hash)).execution_options(populate_existing=True)
    found = session.execute(query).one_or_none()
    return None if found is None else (account_of(found[0], found[1]), found[0].password_hash)


def lock_administrators(session: Session) -> list[int]:
    """Tell the numbers of all who may sign in as administrators, and let nobody change them until the end."""
    query = (
        select(AccountRow.id)
        .where(AccountRow.role == Role.ADMINISTRATOR, AccountRow.disabled_at.is_(None))
        .order_by(AccountRow.id)
        .with_for_update(key_share=True)
    )
    return list(session.scalars(query))


def list_accounts(session: Session) -> list[AccountLine]:
    """List every account: those who may sign in first, by name."""
    query = _lines().order_by(AccountRow.disabled_at.is_not(None), AccountRow.username)
    return [_line(*row) for row in session.execute(query)]


def find_line(session: Session, username: str) -> AccountLine | None:
    """Find one account as the list shows it."""
    found = session.execute(_lines().where(AccountRow.username == username)).one_or_none()
    return None if found is None else _line(*found)


def set_password_hash(session: Session, account_id: int, password_hash: str) -> None:
    """Replace the hash of a password."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(password_hash=password_hash))


def set_role(session: Session, account_id: int, role: Role, partner_id: int | None) -> None:
    """Give an account another role; a partner's number exactly with the partner role."""
    changed = update(AccountRow).where(AccountRow.id == account_id)
    session.execute(changed.values(role=role, partner_id=partner_id))


def set_language(session: Session, account_id: int, language: Language) -> None:
    """Give an account another language."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(language=language))


def set_disabled(session: Session, account_id: int, since: datetime | None) -> None:
    """Say from when on an account is disabled; None lets it sign in again."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(disabled_at=since))


def account_of(row: AccountRow, partner: str | None) -> Account:
    """Take an account out of its row."""
    viewer = Viewer(Role(row.role), partner)
    return Account(row.id, row.username, viewer, Language(row.language), disabled=row.disabled_at is not None)


def _accounts() -> Select[AccountRow, str]:
    return select(AccountRow, PartnerRow.code).outerjoin(PartnerRow, PartnerRow.id == AccountRow.partner_id)


def _lines() -> Select[AccountRow, str, datetime | None, datetime | None]:
    seen = select(func.max(WebSessionRow.last_seen_at)).where(WebSessionRow.account_id == AccountRow.id)
    linked = select(func.max(PasswordResetRow.expires_at)).where(
        PasswordResetRow.account_id == AccountRow.id, PasswordResetRow.used_at.is_(None)
    )
    return (
        select(AccountRow, PartnerRow.code, seen.scalar_subquery(), linked.scalar_subquery())
        .outerjoin(PartnerRow, PartnerRow.id == AccountRow.partner_id)
        .execution_options(populate_existing=True)
    )


def _line(row: AccountRow, partner: str | None, seen_at: datetime | None, link_until: datetime | None) -> AccountLine:
    return AccountLine(account_of(row, partner), row.created_at, seen_at, link_until)
