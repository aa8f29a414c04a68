"""What the forms of keys take: the fields that are named here, and nothing else that is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.datastructures import MultiDict

from payments_hub.domain.keys import LONGEST_LABEL, KeyScope, KeyTerms, end_of
from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.clock import CITY_ZONE
from payments_hub.web.components import FieldError

_LONGEST_DAY = 10


@dataclass(frozen=True, slots=True)
class KeyForm:
    """A new key, as typed: `last_day` as 31/12/2026, empty for none."""

    label: str = ""
    scopes: frozenset[KeyScope] = frozenset(KeyScope)
    last_day: str = ""


def read_key(form: MultiDict[str, str]) -> KeyForm:
    """Read a new key."""
    scopes = frozenset(KeyScope(scope) for scope in form.getlist("scopes") if scope in set(KeyScope))
    label = " ".join(form.get("label", "").split())[: LONGEST_LABEL + 1]
    return KeyForm(label, scopes, form.get("last_day", "").strip()[: _LONGEST_DAY + 1])


def terms_of(form: KeyForm) -> KeyTerms:
    """
    Turn a form without errors into the terms of a key.

    >>> terms_of(KeyForm("Máy 1", last_day="31/12/2026")).expires_at.isoformat()
    '2027-01-01T00:00:00+07:00'
    """
    last = _day(form.last_day)
    return KeyTerms(form.label or None, form.scopes, None if last is None else end_of(last))


def key_errors(form: KeyForm, language: Language, now: datetime) -> list[FieldError]:
    """Tell what is wrong with a new key."""
    errors = []
    if len(form.label) > LONGEST_LABEL or not form.label.isprintable():
        words = Words(
            f"Tên gọi có nhiều nhất {LONGEST_LABEL} ký tự, trên một dòng.",
            f"A label has at most {LONGEST_LABEL} characters, in one line.",
        )
        errors.append(FieldError("label", words.of(language)))
    if not form.scopes:
        words = Words("Hãy chọn ít nhất một việc.", "Choose at least one thing that it may do.")
        errors.append(FieldError("scopes", words.of(language)))
    last = _day(form.last_day)
    if form.last_day and (last is None or last < now.astimezone(CITY_ZONE).date()):
        words = Words(
            "Hãy gõ ngày từ hôm nay trở đi, như 31/12/2026, hoặc để trống.",
            "Type a day from today on, such as 31/12/2026, or leave it empty.",
        )
        errors.append(FieldError("last_day", words.of(language)))
    return errors


def too_many_keys(language: Language) -> FieldError:
    """Say that a partner has as many keys as it may have."""
    words = Words(
        "Đối tác đã có hai khóa đang dùng. Hãy thu hồi khóa không còn dùng rồi tạo khóa mới.",
        "The partner has two live keys. Revoke the one that is no longer used, then make the new one.",
    )
    return FieldError("label", words.of(language))


def _day(text: str) -> date | None:
    try:
        day, month, year = (int(part) for part in text.split("/"))
        typed = date(year, month, day)
    except (ValueError, OverflowError):
        return None
    return None if typed == date.max else typed
