"""A partner's signing keys as they are read, and the form of a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from payments_hub.domain import formatting
from payments_hub.domain.keys import MOST_LIVE_KEYS, SigningAlgorithm
from payments_hub.domain.languages import Language, Words
from payments_hub.store.partners import Partner
from payments_hub.store.signing_keys import KeptSigningKey
from payments_hub.web.components import FieldError, Link, Option, Tag
from payments_hub.web.partner_keys.signing_forms import SigningKeyForm

ALGORITHM_WORDS: dict[SigningAlgorithm, Words] = {
    SigningAlgorithm.ED25519: Words(
        "Ed25519: đơn vị giữ khóa riêng, chúng tôi chỉ có khóa công khai",
        "Ed25519: you keep the private key, we have the public one alone",
    ),
    SigningAlgorithm.HMAC_SHA256: Words(
        "HMAC-SHA256: một bí mật chung, do chúng tôi tạo", "HMAC-SHA256: one shared secret, which we make"
    ),
}
"""What each algorithm means, in words."""

SHORT_ALGORITHMS: dict[SigningAlgorithm, str] = {
    SigningAlgorithm.ED25519: "Ed25519",
    SigningAlgorithm.HMAC_SHA256: "HMAC-SHA256",
}
"""Their names, the same in both languages."""

_DONE: dict[str, Words] = {
    "added": Words(
        "Đã thêm khóa ký. Từ bây giờ mọi thông điệp của đối tác phải được ký.",
        "The signing key is added. From now on each message of the partner must be signed.",
    ),
    "revoked": Words(
        "Đã thu hồi khóa ký. Chữ ký của khóa này không còn được nhận.",
        "The signing key is revoked. Its signatures are not taken any more.",
    ),
}


@dataclass(frozen=True, slots=True)
class SigningKeyItem:
    """
    One key, in words; `revocable` where it still verifies.

    Args:
        used: When it last verified something.

    """

    kid: str
    algorithm: str
    label: str
    made: str
    used: str
    state: Tag
    revocable: bool


@dataclass(frozen=True, slots=True)
class SigningKeysPage:
    """
    The signing keys of one partner; of none where the reader has yet to choose.

    Args:
        partner: Its code; empty where none is chosen.
        secret: The shared secret that was just made, on the one page that shows it.
        full: Why no key can be added now; empty where one can.
        first: Whether a key that is added now is the first, so that all must be signed from then on.

    """

    crumbs: tuple[Link, ...]
    lede: str
    partner: str
    simulated: bool
    choosing: bool
    partners: tuple[Option, ...]
    keys: tuple[SigningKeyItem, ...]
    done: str
    secret: str | None
    full: str
    first: bool
    form: SigningKeyForm
    algorithms: tuple[Option, ...]
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class SigningNotice:
    """What the page says of the form that was sent before it."""

    done: str = ""
    secret: str | None = None
    form: SigningKeyForm = field(default_factory=SigningKeyForm)
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True)
class ChosenSigner:
    """
    Whose keys are shown.

    Args:
        partner: None where none is chosen.
        keys: Its keys, the newest first.
        partners: Whose the reader may choose; empty for a partner's account.

    """

    partner: Partner | None
    keys: Sequence[KeptSigningKey]
    partners: Sequence[Partner]


def signing_keys_page(chosen: ChosenSigner, notice: SigningNotice, keys: Link, language: Language) -> SigningKeysPage:
    """Word the signing keys of a partner; `keys` leads back to its other keys."""
    partner = chosen.partner
    live = sum(key.is_live for key in chosen.keys)
    done = _DONE.get(notice.done)
    return SigningKeysPage(
        crumbs=(keys, Link(Words("Khóa ký", "Signing keys").of(language), "")),
        lede=_lede(partner, live).of(language),
        partner="" if partner is None else partner.code,
        simulated=partner is not None and partner.simulated,
        choosing=bool(chosen.partners),
        partners=tuple(Option(one.code, one.code, one == partner) for one in chosen.partners),
        keys=tuple(_item(key, language) for key in chosen.keys),
        done="" if done is None else done.of(language),
        secret=notice.secret,
        full=_FULL.of(language) if live >= MOST_LIVE_KEYS else "",
        first=live == 0,
        form=notice.form,
        algorithms=tuple(
            Option(algorithm.value, words.of(language), algorithm is notice.form.algorithm)
            for algorithm, words in ALGORITHM_WORDS.items()
        ),
        errors=notice.errors,
    )


_FULL = Words(
    "Đã có hai khóa ký đang dùng: khóa hiện tại và khóa kế tiếp. Muốn thêm khóa khác, hãy thu hồi khóa không còn dùng.",
    "There are two live signing keys: the present one and the one that follows it. To add another, revoke the one that "
    "is no longer used.",
)
_NEVER = Words("chưa lần nào", "never")


def _lede(partner: Partner | None, live: int) -> Words:
    if partner is None:
        return Words("Hãy chọn đối tác để xem khóa ký.", "Choose a partner to see its signing keys.")
    if not live:
        return Words(
            f"{partner.code} chưa có khóa ký: thông điệp không cần ký, tiêu đề chữ ký không được xét.",
            f"{partner.code} has no signing key: messages need no signature, and one that is there is not looked at.",
        )
    return Words(
        f"{partner.code} có {live} khóa ký đang dùng: thông điệp không có chữ ký đúng bị từ chối.",
        f"{partner.code} has {live} live signing {'key' if live == 1 else 'keys'}: a message without a good signature "
        "is refused.",
    )


def _item(key: KeptSigningKey, language: Language) -> SigningKeyItem:
    used = _NEVER.of(language) if key.last_used_at is None else formatting.instant(key.last_used_at, language)
    return SigningKeyItem(
        kid=key.kid,
        algorithm=SHORT_ALGORITHMS[key.algorithm],
        label=key.label or formatting.NOTHING,
        made=formatting.instant(key.created_at, language),
        used=used,
        state=_state(key, language),
        revocable=key.is_live,
    )


def _state(key: KeptSigningKey, language: Language) -> Tag:
    if key.revoked_at is None:
        return Tag(Words("Đang dùng", "Live").of(language), "good", "good")
    at = formatting.instant(key.revoked_at, language)
    return Tag(Words(f"Thu hồi {at}", f"Revoked {at}").of(language), "off", "cross")
