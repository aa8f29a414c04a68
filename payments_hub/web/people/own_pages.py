"""One's own account as it is read, and the page of a one-time link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.passwords import ADVISED_PASSWORD, LONGEST_PASSWORD, SHORTEST_PASSWORD, PasswordFault
from payments_hub.domain.people import ROLE_WORDS
from payments_hub.services.own_account import OldPassword, OwnSession
from payments_hub.store.accounts import Account
from payments_hub.web.components import Fact, FieldError, Link, Option
from payments_hub.web.people.pages import LANGUAGE_NAMES, language_options

DONE: Mapping[str, Words] = {
    "password": Words(
        "Đã đổi mật khẩu. Các phiên khác của bạn đã đóng.", "Your password is changed, and your other sessions ended."
    ),
    "language": Words("Đã đổi ngôn ngữ.", "Your language is changed."),
    "session": Words("Đã đóng phiên.", "The session is ended."),
    "sessions": Words("Đã đóng các phiên khác.", "Your other sessions are ended."),
}
"""What was done before the page, by the code in its address."""

_FAULTS: Mapping[PasswordFault, Words] = {
    PasswordFault.TOO_SHORT: Words(
        f"Mật khẩu cần ít nhất {SHORTEST_PASSWORD} ký tự. Hãy gõ một câu dài hơn.",
        f"A password has at least {SHORTEST_PASSWORD} characters. Type a longer sentence.",
    ),
    PasswordFault.TOO_LONG: Words(
        f"Mật khẩu có nhiều nhất {LONGEST_PASSWORD} ký tự.", f"A password has at most {LONGEST_PASSWORD} characters."
    ),
    PasswordFault.COMMON: Words(
        "Mật khẩu này nằm trong số những mật khẩu bị thử trước tiên. Hãy đặt một câu của riêng bạn.",
        "This password is among the first that anybody would try. Take a sentence of your own.",
    ),
    PasswordFault.REPEATED: Words(
        "Mật khẩu này lặp lại hoặc chạy theo hàng phím. Hãy đặt một câu của riêng bạn.",
        "This password repeats itself or runs along the keys. Take a sentence of your own.",
    ),
    PasswordFault.ABOUT_US: Words(
        "Bỏ tên bạn và tên hệ thống ra thì mật khẩu này còn quá ít. Hãy đặt một câu khác.",
        "Too little is left of this password without your name and the hub's. Take another sentence.",
    ),
}
_DIFFERENT = Words("Hai lần gõ không giống nhau. Hãy gõ lại.", "The two do not match. Type them again.")
_WRONG = Words("Mật khẩu đang dùng chưa đúng.", "The present password is not right.")


@dataclass(frozen=True, slots=True)
class SessionItem:
    """One signed-in browser, in words; `name` is what its form sends."""

    name: str
    began: str
    used: str
    here: bool


@dataclass(frozen=True, slots=True)
class OwnAccountPage:
    """
    The reader's own account.

    Args:
        done: What was just done; may be empty.
        hint: What a password must be.
        others: Whether there is another session than this one.

    """

    crumbs: tuple[Link, ...]
    lede: str
    facts: tuple[Fact, ...]
    done: str
    languages: tuple[Option, ...]
    sessions: tuple[SessionItem, ...]
    others: bool
    hint: str
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class PasswordLinkPage:
    """
    The form behind a one-time link.

    Args:
        good: Whether the link can be used.

    """

    good: bool
    token: str
    hint: str
    errors: tuple[FieldError, ...]


def own_account_page(
    account: Account,
    sessions: Sequence[OwnSession],
    language: Language,
    *,
    done: str = "",
    errors: Sequence[FieldError] = (),
) -> OwnAccountPage:
    """Word one's own account."""
    lede = Words(
        f"Bạn đang đăng nhập với tên {account.username}. Tài khoản này có {len(sessions)} phiên đang mở.",
        f"You are signed in as {account.username}. This account has {len(sessions)} open "
        f"{'session' if len(sessions) == 1 else 'sessions'}.",
    )
    said = DONE.get(done)
    return OwnAccountPage(
        crumbs=(Link(Words("Tài khoản của tôi", "My account").of(language), ""),),
        lede=lede.of(language),
        facts=_facts(account, language),
        done="" if said is None else said.of(language),
        languages=language_options(account.language),
        sessions=tuple(_item(one, language) for one in sessions),
        others=any(not one.here for one in sessions),
        hint=password_hint(language),
        errors=tuple(errors),
    )


def password_link_page(
    token: str, language: Language, *, good: bool, errors: Sequence[FieldError] = ()
) -> PasswordLinkPage:
    """Word the page of a link."""
    return PasswordLinkPage(good, token, password_hint(language), tuple(errors))


def password_hint(language: Language) -> str:
    """Say what a password must be."""
    return Words(
        f"Nên từ {ADVISED_PASSWORD} ký tự, ít nhất {SHORTEST_PASSWORD}: một câu bạn nhớ được, có dấu và khoảng trắng "
        "đều tốt. Không cần chữ hoa, chữ số hay ký hiệu.",
        f"{ADVISED_PASSWORD} characters or more are advised, {SHORTEST_PASSWORD} are needed: a sentence that you "
        "remember, with spaces. Capitals, digits and signs are not needed.",
    ).of(language)


def new_password_error(fault: PasswordFault, language: Language) -> FieldError:
    """Say what is wrong with a new password."""
    return FieldError("new_password", _FAULTS[fault].of(language))


def different_error(language: Language) -> FieldError:
    """Say that the two entries of a new password differ."""
    return FieldError("new_password_again", _DIFFERENT.of(language))


def change_error(fault: PasswordFault | OldPassword, language: Language) -> FieldError:
    """Say what is wrong with a change of the password."""
    if isinstance(fault, PasswordFault):
        return new_password_error(fault, language)
    return FieldError("old_password", _WRONG.of(language))


def _item(one: OwnSession, language: Language) -> SessionItem:
    began, used = (formatting.instant(at, language) for at in (one.began_at, one.used_at))
    return SessionItem(one.name, began, used, one.here)


def _facts(account: Account, language: Language) -> tuple[Fact, ...]:
    named = (
        (Words("Tên tài khoản", "User name"), account.username),
        (Words("Vai trò", "Role"), ROLE_WORDS[account.viewer.role].of(language)),
        (Words("Đối tác", "Partner"), account.viewer.partner or formatting.NOTHING),
        (Words("Ngôn ngữ", "Language"), LANGUAGE_NAMES[account.language]),
    )
    return tuple(Fact(name.of(language), value) for name, value in named)
