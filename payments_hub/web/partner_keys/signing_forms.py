"""What the form of a signing key takes: the fields that are named here, and nothing else that is sent."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from payments_hub.contracts.public_keys import LONGEST_PUBLIC_KEY, PublicKeyFault, read_public_key
from payments_hub.domain.keys import LONGEST_LABEL, SigningAlgorithm
from payments_hub.domain.languages import Language, Words
from payments_hub.web.components import FieldError


@dataclass(frozen=True, slots=True)
class SigningKeyForm:
    """A new signing key, as typed; the public key counts for Ed25519 alone."""

    algorithm: SigningAlgorithm = SigningAlgorithm.ED25519
    public_key: str = ""
    label: str = ""


def read_signing_key(form: MultiDict[str, str]) -> SigningKeyForm:
    """Read a new signing key."""
    shared = form.get("algorithm") == SigningAlgorithm.HMAC_SHA256
    return SigningKeyForm(
        SigningAlgorithm.HMAC_SHA256 if shared else SigningAlgorithm.ED25519,
        form.get("public_key", "").strip()[: LONGEST_PUBLIC_KEY + 1],
        " ".join(form.get("label", "").split())[: LONGEST_LABEL + 1],
    )


def signing_key_errors(form: SigningKeyForm, language: Language) -> list[FieldError]:
    """Tell what is wrong with a new signing key."""
    errors = []
    if form.algorithm is SigningAlgorithm.ED25519:
        read = read_public_key(form.public_key)
        if isinstance(read, PublicKeyFault):
            errors.append(FieldError("public_key", _FAULTS[read].of(language)))
    if len(form.label) > LONGEST_LABEL or not form.label.isprintable():
        words = Words(
            f"Tên gọi có nhiều nhất {LONGEST_LABEL} ký tự, trên một dòng.",
            f"A label has at most {LONGEST_LABEL} characters, in one line.",
        )
        errors.append(FieldError("label", words.of(language)))
    return errors


def without_private_key(form: SigningKeyForm) -> SigningKeyForm:
    """Forget what was typed where it is a private key: the page that comes back must not show it again."""
    if read_public_key(form.public_key) is PublicKeyFault.PRIVATE:
        return SigningKeyForm(form.algorithm, "", form.label)
    return form


def too_many_signing_keys(language: Language) -> FieldError:
    """Say that a partner has as many signing keys as it may have."""
    words = Words(
        "Đối tác đã có hai khóa ký đang dùng. Hãy thu hồi khóa không còn dùng rồi thêm khóa mới.",
        "The partner has two live signing keys. Revoke the one that is no longer used, then add the new one.",
    )
    return FieldError("algorithm", words.of(language))


_FAULTS = {
    PublicKeyFault.PRIVATE: Words(
        "Đây là khóa riêng, chỉ đơn vị được giữ. Hãy coi như đã lộ: tạo cặp khóa mới và dán khóa công khai.",
        "This is a private key, which is yours alone. Treat it as disclosed: make a new pair and paste the public key.",
    ),
    PublicKeyFault.UNREADABLE: Words(
        "Không phải khóa công khai Ed25519. Hãy dán cả tệp PEM (BEGIN PUBLIC KEY), hoặc chuỗi whpk_.",
        "This is no public key for Ed25519. Paste the whole PEM file (BEGIN PUBLIC KEY), or the text with whpk_.",
    ),
    PublicKeyFault.WEAK: Words(
        "Với khóa này ai cũng ký được. Hãy tạo cặp khóa mới bằng thư viện hoặc OpenSSL.",
        "Under this key anybody could sign. Make a new pair with a library or with OpenSSL.",
    ),
}
