"""What the forms of accounts take: the fields that are named here, and nothing else that is sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Role
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.services.accounts import require_username
from payments_hub.web.components import FieldError

_LONGEST = 64


@dataclass(frozen=True, slots=True)
class RoleForm:
    """A role and, for a partner's account, whose; as typed, so that a form that comes back shows it."""

    role: Role | None = None
    partner: str = ""

    @property
    def of_partner(self) -> str | None:
        """Tell the partner's code, None where none was chosen."""
        return self.partner or None


@dataclass(frozen=True, slots=True)
class AccountForm:
    """A new account, as typed."""

    username: str = ""
    role: Role | None = None
    partner: str = ""
    language: Language | None = Language.VI


def read_role(form: Mapping[str, str]) -> RoleForm:
    """Read the choice of a role."""
    role, partner = form.get("role", ""), form.get("partner", "")
    return RoleForm(Role(role) if role in set(Role) else None, partner[:_LONGEST])


def read_account(form: Mapping[str, str]) -> AccountForm:
    """Read a new account."""
    chosen = read_role(form)
    username = form.get("username", "").strip().lower()[: _LONGEST + 1]
    return AccountForm(username, chosen.role, chosen.partner, read_language(form))


def read_language(form: Mapping[str, str]) -> Language | None:
    """Read the choice of a language."""
    code = form.get("language", "")
    return Language(code) if code in set(Language) else None


def role_errors(form: RoleForm, partners: Collection[str], language: Language) -> list[FieldError]:
    """Tell what is wrong with the choice of a role."""
    if form.role is None:
        return [_error("role", Words("Hãy chọn vai trò.", "Choose a role."), language)]
    if form.role is not Role.PARTNER and form.partner:
        words = Words(
            "Chỉ tài khoản đối tác mới gắn với một đối tác. Hãy để trống ô này.",
            "Only a partner's account belongs to a partner. Leave this empty.",
        )
        return [_error("partner", words, language)]
    if form.role is Role.PARTNER and form.partner not in partners:
        return [_error("partner", Words("Hãy chọn đối tác.", "Choose the partner."), language)]
    return []


def account_errors(form: AccountForm, partners: Collection[str], language: Language) -> list[FieldError]:
    """Tell what is wrong with a new account."""
    errors = []
    try:
        require_username(form.username)
    except InvalidValueError:
        words = Words(
            "Tên có 2 đến 64 ký tự a–z, 0–9, dấu chấm, gạch dưới, gạch nối, bắt đầu bằng chữ hoặc số.",
            "A name has 2 to 64 of a–z, 0–9, dot, underscore and hyphen, and begins with a letter or digit.",
        )
        errors.append(_error("username", words, language))
    errors += role_errors(RoleForm(form.role, form.partner), partners, language)
    if form.language is None:
        errors.append(_error("language", Words("Hãy chọn ngôn ngữ.", "Choose a language."), language))
    return errors


def name_taken(language: Language) -> FieldError:
    """Say that there is an account of this name."""
    return _error("username", Words("Tên này đã có người dùng. Hãy chọn tên khác.", "This name is taken."), language)


def _error(field: str, words: Words, language: Language) -> FieldError:
    return FieldError(field, words.of(language))
