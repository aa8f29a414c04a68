"""Public keys as people hand them over."""

from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from payments_hub.contracts.public_keys import PublicKeyFault, read_public_key
from tests.support.signing import pem_of

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
OTHER_KIND = (
    generate_private_key(SECP256R1())
    .public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
NEUTRAL = bytes([1]) + bytes(31)


@pytest.mark.parametrize("text", [pem_of(PRIVATE), f"\r\n{pem_of(PRIVATE)}", f"whpk_{b64encode(PUBLIC).decode()}"])
def test_a_public_key_is_read_as_it_is_handed_over(text: str) -> None:
    assert read_public_key(text) == PUBLIC


def test_a_private_key_is_told_from_a_public_one() -> None:
    pem = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    assert {read_public_key(text) for text in (pem, "whsk_AAAA", "whsec_AAAA")} == {PublicKeyFault.PRIVATE}


@pytest.mark.parametrize(
    "text",
    ["", "x", "whpk_*", "whpk_AAAA", OTHER_KIND, pem_of(PRIVATE)[:-40], "x" * 5000, "\ud800", "whpk_\ud800"],
    ids=[*"abcdefghi"],
)
def test_what_is_no_key_of_the_kind_is_refused(text: str) -> None:
    assert read_public_key(text) is PublicKeyFault.UNREADABLE


@pytest.mark.parametrize("sign", [0x00, 0x80])
def test_a_key_under_which_anybody_could_sign_is_refused(sign: int) -> None:
    weak = NEUTRAL[:-1] + bytes([sign])

    assert read_public_key(f"whpk_{b64encode(weak).decode()}") is PublicKeyFault.WEAK


def test_under_such_a_key_one_signature_is_good_for_everything() -> None:
    anybodys = NEUTRAL + bytes(32)

    Ed25519PublicKey.from_public_bytes(NEUTRAL).verify(anybodys, b"whatever")
