"""A partner's keys as they are read, and the form of a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from payments_hub.domain import formatting
from payments_hub.domain.keys import MOST_LIVE_KEYS, KeyScope
from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.clock import CITY_ZONE
from payments_hub.store.api_keys import ApiKey
from payments_hub.store.partners import Partner
from payments_hub.web.components import FieldError, Link, Option, Tag
from payments_hub.web.partner_keys.forms import KeyForm

SCOPE_WORDS: dict[KeyScope, Words] = {
    KeyScope.SEND: Words("Gửi số liệu", "Send slices"),
    KeyScope.READ: Words("Đọc biên nhận và danh mục", "Read receipts and code lists"),
}
"""What a key may do, in words."""

DONE: dict[str, Words] = {
    "revoked": Words(
        "Đã thu hồi khóa. Lần gọi tiếp theo bằng khóa này bị từ chối.",
        "The key is revoked. The next call with it is refused.",
    )
}
"""What was done before the page, by the code in its address."""


@dataclass(frozen=True, slots=True)
class KeyItem:
    """
    One key, in words; `revocable` where it still works.

    Args:
        used: When it was last used.
        until: Its last day.

    """

    prefix: str
    label: str
    scopes: str
    made: str
    used: str
    until: str
    state: Tag
    revocable: bool


@dataclass(frozen=True, slots=True)
class KeyListPage:
    """
    The keys of one partner; of none where the reader has yet to choose.

    Args:
        partner: Its code; empty where none is chosen.
        secret: The key that was just made, on the one page that shows it.
        full: Why no key can be made now; empty where one can.

    """

    crumbs: tuple[Link, ...]
    lede: str
    partner: str
    simulated: bool
    choosing: bool
    partners: tuple[Option, ...]
    keys: tuple[KeyItem, ...]
    done: str
    secret: str | None
    full: str
    form: KeyForm
    scopes: tuple[Option, ...]
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """What the page says of the form that was sent before it."""

    done: str = ""
    secret: str | None = None
    form: KeyForm = field(default_factory=KeyForm)
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """
    Whose keys are shown.

    Args:
        partner: None where none is chosen.
        keys: Its keys, the newest first.
        partners: Whose the reader may choose; empty for a partner's account.

    """

    partner: Partner | None
    keys: Sequence[ApiKey]
    partners: Sequence[Partner]


def key_list_page(chosen: Chosen, notice: Notice, language: Language, now: datetime) -> KeyListPage:
    """Word the keys of a partner."""
    partner = chosen.partner
    live = sum(key.is_live(now) for key in chosen.keys)
    done = DONE.get(notice.done)
    return KeyListPage(
        crumbs=(Link(Words("Khóa truy cập", "Keys").of(language), ""),),
        lede=_lede(partner, live).of(language),
        partner="" if partner is None else partner.code,
        simulated=any(one.simulated for one in ([] if partner is None else [partner])),
        choosing=bool(chosen.partners),
        partners=tuple(Option(one.code, one.code, one == partner) for one in chosen.partners),
        keys=tuple(_item(key, language, now) for key in chosen.keys),
        done="" if done is None else done.of(language),
        secret=notice.secret,
        full=_FULL.of(language) if live >= MOST_LIVE_KEYS else "",
        form=notice.form,
        scopes=tuple(
            Option(scope.value, words.of(language), scope in notice.form.scopes) for scope, words in SCOPE_WORDS.items()
        ),
        errors=notice.errors,
    )


def key_end(ends: datetime, language: Language) -> str:
    """
    Say until when a key works: its last day, as it was asked for, where it ends with a day.

    >>> key_end(datetime(2027, 1, 1, tzinfo=CITY_ZONE), Language.EN)
    'end of 31 Dec 2026'
    """
    local = ends.astimezone(CITY_ZONE)
    if local.time() != time():
        return formatting.instant(local, language)
    last = formatting.day(local.date() - timedelta(days=1), language)
    return Words(f"hết ngày {last}", f"end of {last}").of(language)


_FULL = Words(
    "Đã có hai khóa đang dùng: khóa hiện tại và khóa kế tiếp. Muốn tạo khóa khác, hãy thu hồi khóa không còn dùng; "
    "cột “Dùng lần cuối” cho biết khóa nào.",
    "There are two live keys: the present one and the one that follows it. To make another, revoke the one that is no "
    "longer used; the column “Last used” tells which.",
)
_NEVER = Words("chưa lần nào", "never")


def _lede(partner: Partner | None, live: int) -> Words:
    if partner is None:
        return Words("Hãy chọn đối tác để xem khóa.", "Choose a partner to see its keys.")
    if not live:
        return Words(
            f"{partner.code} chưa có khóa nào dùng được: máy của đối tác chưa gửi được số liệu.",
            f"{partner.code} has no live key: its machines cannot send yet.",
        )
    return Words(
        f"{partner.code} có {live} khóa đang dùng. Chúng tôi chỉ giữ mã băm, không xem lại được khóa.",
        f"{partner.code} has {live} live {'key' if live == 1 else 'keys'}. We keep a hash alone: no key can be shown "
        "again.",
    )


def _item(key: ApiKey, language: Language, now: datetime) -> KeyItem:
    used = _NEVER.of(language) if key.last_used_at is None else formatting.instant(key.last_used_at, language)
    return KeyItem(
        prefix=key.prefix,
        label=key.terms.label or formatting.NOTHING,
        scopes=", ".join(words.of(language) for scope, words in SCOPE_WORDS.items() if scope in key.terms.scopes),
        made=formatting.instant(key.created_at, language),
        used=used,
        until=_until(key, language),
        state=_state(key, language, now),
        revocable=key.is_live(now),
    )


def _until(key: ApiKey, language: Language) -> str:
    ends = key.terms.expires_at
    return Words("không hạn", "no end").of(language) if ends is None else key_end(ends, language)


def _state(key: ApiKey, language: Language, now: datetime) -> Tag:
    if key.revoked_at is not None:
        at = formatting.instant(key.revoked_at, language)
        return Tag(Words(f"Thu hồi {at}", f"Revoked {at}").of(language), "off", "cross")
    if key.has_expired(now):
        return Tag(Words("Hết hạn", "Expired").of(language), "none", "clock")
    return Tag(Words("Đang dùng", "Live").of(language), "good", "good")
