"""The pages of those who keep the accounts: the list, a new one, one account, and what each role may do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import ACTION_WORDS, PERMISSIONS, ROLE_WORDS, Action, Role
from payments_hub.store.accounts import Account, AccountLine
from payments_hub.store.partners import Partner
from payments_hub.web.components import Fact, FieldError, Link, Option, Tag
from payments_hub.web.people.forms import AccountForm, RoleForm

LANGUAGE_NAMES = {Language.VI: "Tiếng Việt", Language.EN: "English"}

DONE: dict[str, Words] = {
    "created": Words("Đã tạo tài khoản.", "The account is created."),
    "role": Words(
        "Đã đổi vai trò. Các phiên đang mở của tài khoản đã đóng.", "The role is changed, and open sessions have ended."
    ),
    "language": Words("Đã đổi ngôn ngữ.", "The language is changed."),
    "disabled": Words(
        "Đã khóa tài khoản. Các phiên đang mở đã đóng.", "The account is disabled, and open sessions have ended."
    ),
    "enabled": Words("Tài khoản đăng nhập lại được.", "The account may sign in again."),
    "letter": Words(
        "Thư có liên kết đặt mật khẩu đã nằm trong hộp thư đi.", "A letter with the link is in the outbox."
    ),
    "link": Words("Đã tạo liên kết đặt mật khẩu.", "The link is made."),
}
"""What was done before the page, by the code in its address."""


@dataclass(frozen=True, slots=True)
class AccountItem:
    """One account of the list, in words."""

    username: str
    address: str
    role: str
    partner: str
    simulated: bool
    language: str
    seen: str
    state: Tag


@dataclass(frozen=True, slots=True)
class AccountListPage:
    """Every account there is."""

    crumbs: tuple[Link, ...]
    lede: str
    accounts: tuple[AccountItem, ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class NewAccountPage:
    """The form of a new account."""

    crumbs: tuple[Link, ...]
    form: AccountForm
    roles: tuple[Option, ...]
    partners: tuple[Option, ...]
    languages: tuple[Option, ...]
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    """
    One account, and what can be done with it.

    Args:
        done: What was just done; may be empty.
        problem: Why it could not be done; may be empty.
        link: The one-time link, on the one page that shows it.
        own: It is the reader's own.

    """

    crumbs: tuple[Link, ...]
    username: str
    lede: str
    facts: tuple[Fact, ...]
    disabled: bool
    simulated: bool
    own: bool
    done: str
    problem: str
    link: str | None
    roles: tuple[Option, ...]
    partners: tuple[Option, ...]
    languages: tuple[Option, ...]
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One permission, and for each role whether it holds it."""

    words: str
    held: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class RolesPage:
    """The table of permissions."""

    crumbs: tuple[Link, ...]
    roles: tuple[str, ...]
    rows: tuple[RoleRow, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What an account's page says of the form that was sent before it."""

    done: str = ""
    problem: str = ""
    link: str | None = None
    form: RoleForm | None = None
    errors: tuple[FieldError, ...] = ()


def account_list_page(
    lines: Sequence[AccountLine], partners: Sequence[Partner], language: Language, now: datetime
) -> AccountListPage:
    """Word the list."""
    simulated = {partner.code for partner in partners if partner.simulated}
    items = tuple(_item(line, simulated, language, now) for line in lines)
    live = sum(not line.account.disabled for line in lines)
    lede = Words(
        f"{live} trong {len(lines)} tài khoản đăng nhập được. Không ai đặt hay thấy mật khẩu của người khác.",
        f"{live} of {len(lines)} accounts may sign in. Nobody sets or sees another person's password.",
    )
    crumbs = (Link(_ACCOUNTS.of(language), ""),)
    return AccountListPage(crumbs, lede.of(language), items, any(item.simulated for item in items))


def new_account_page(
    form: AccountForm, partners: Sequence[Partner], errors: Sequence[FieldError], language: Language
) -> NewAccountPage:
    """Word the form of a new account."""
    return NewAccountPage(
        crumbs=(_list_link(language), Link(Words("Tài khoản mới", "New account").of(language), "")),
        form=form,
        roles=_roles(form.role, language),
        partners=partner_options(partners, form.partner),
        languages=language_options(form.language),
        errors=tuple(errors),
    )


def account_page(
    line: AccountLine, partners: Sequence[Partner], notice: Notice, *, own: bool, language: Language, now: datetime
) -> AccountPage:
    """Word one account."""
    account = line.account
    chosen = notice.form or RoleForm(account.viewer.role, account.viewer.partner or "")
    return AccountPage(
        crumbs=(_list_link(language), Link(account.username, "")),
        username=account.username,
        lede=_sentence(line, language, now),
        facts=_facts(line, language),
        disabled=account.disabled,
        simulated=any(one.simulated for one in partners if one.code == account.viewer.partner),
        own=own,
        done=notice.done,
        problem=notice.problem,
        link=notice.link,
        roles=_roles(chosen.role, language),
        partners=partner_options(partners, chosen.partner),
        languages=language_options(account.language),
        errors=notice.errors,
    )


def roles_page(language: Language) -> RolesPage:
    """Word the table of permissions."""
    return RolesPage(
        crumbs=(_list_link(language), Link(Words("Vai trò được làm gì", "What each role may do").of(language), "")),
        roles=tuple(ROLE_WORDS[role].of(language) for role in PERMISSIONS),
        rows=tuple(
            RoleRow(ACTION_WORDS[action].of(language), tuple(action in held for held in PERMISSIONS.values()))
            for action in Action
        ),
    )


def partner_options(partners: Sequence[Partner], chosen: str) -> tuple[Option, ...]:
    """List the partners to choose from, by their codes, which are how letters and receipts name them."""
    return tuple(Option(partner.code, partner.code, partner.code == chosen) for partner in partners)


def language_options(chosen: Language | None) -> tuple[Option, ...]:
    """List the languages to choose from."""
    return tuple(Option(code.value, name, code is chosen) for code, name in LANGUAGE_NAMES.items())


_ACCOUNTS = Words("Tài khoản", "Accounts")
_NEVER = Words("chưa lần nào", "never")


def _list_link(language: Language) -> Link:
    return Link(_ACCOUNTS.of(language), url_for("people.account_list"))


def _roles(chosen: Role | None, language: Language) -> tuple[Option, ...]:
    return tuple(Option(role.value, words.of(language), role is chosen) for role, words in ROLE_WORDS.items())


def _item(line: AccountLine, simulated: set[str], language: Language, now: datetime) -> AccountItem:
    account = line.account
    return AccountItem(
        username=account.username,
        address=url_for("people.account", username=account.username),
        role=ROLE_WORDS[account.viewer.role].of(language),
        partner=account.viewer.partner or "",
        simulated=account.viewer.partner in simulated,
        language=LANGUAGE_NAMES[account.language],
        seen=_instant(line.seen_at, language),
        state=_state(line, language, now),
    )


def _state(line: AccountLine, language: Language, now: datetime) -> Tag:
    if line.account.disabled:
        return Tag(Words("Đã khóa", "Disabled").of(language), "off", "lock")
    if line.link_until is not None and line.link_until > now:
        return Tag(Words("Chờ đặt mật khẩu", "Link not used yet").of(language), "watch", "clock")
    return Tag(Words("Đang dùng", "In use").of(language), "good", "good")


def _sentence(line: AccountLine, language: Language, now: datetime) -> str:
    account = line.account
    if account.disabled:
        return Words(
            "Tài khoản này đã khóa: không đăng nhập được, mọi phiên đã đóng.",
            "This account is disabled: it cannot sign in, and its sessions have ended.",
        ).of(language)
    if line.link_until is not None and line.link_until > now:
        until = formatting.instant(line.link_until, language)
        return Words(
            f"Đang chờ người dùng đặt mật khẩu; liên kết dùng được đến {until}.",
            f"The person has yet to set a password; the link works until {until}.",
        ).of(language)
    return Words(
        f"Tài khoản {_role_words(account, Language.VI)}, đăng nhập được.",
        f"{_role_words(account, Language.EN)}; this account may sign in.",
    ).of(language)


def _role_words(account: Account, language: Language) -> str:
    role = ROLE_WORDS[account.viewer.role].of(language)
    role = role.lower() if language is Language.VI else role
    return role if account.viewer.partner is None else f"{role} {account.viewer.partner}"


def _facts(line: AccountLine, language: Language) -> tuple[Fact, ...]:
    account = line.account
    named = (
        (Words("Vai trò", "Role"), ROLE_WORDS[account.viewer.role].of(language)),
        (Words("Đối tác", "Partner"), account.viewer.partner or formatting.NOTHING),
        (Words("Ngôn ngữ", "Language"), LANGUAGE_NAMES[account.language]),
        (Words("Tạo lúc", "Created"), formatting.instant(line.created_at, language)),
        (Words("Dùng lần cuối", "Last used"), _instant(line.seen_at, language)),
    )
    return tuple(Fact(name.of(language), value) for name, value in named)


def _instant(at: datetime | None, language: Language) -> str:
    return _NEVER.of(language) if at is None else formatting.instant(at, language)
