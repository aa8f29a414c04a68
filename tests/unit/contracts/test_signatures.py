"""Signatures as bytes: what is good, and every way that we know of in which one that is not good tries to be."""

import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from payments_hub.contracts.signatures import MOST_SIGNATURES, SignatureFault, SigningKey, Stamp, read_stamp, verify
from payments_hub.domain.keys import SigningAlgorithm
from tests.builders import slice_message

BODY = slice_message()
SECRET = bytes(range(32))
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))
OTHERS = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
PUBLIC = PRIVATE.public_key().public_bytes_raw()
SHARED = SigningKey("sk1", SigningAlgorithm.HMAC_SHA256, SECRET)
ASYMMETRIC = SigningKey("sk2", SigningAlgorithm.ED25519, PUBLIC)
BOTH = (SHARED, ASYMMETRIC)
SIGNED = b"msg-1.1614265330." + BODY


def written(signature: bytes) -> str:
    return b64encode(signature).decode()


def by_hmac(secret: bytes, signed: bytes = SIGNED) -> bytes:
    return hmac.new(secret, signed, hashlib.sha256).digest()


def judged(header: str, keys: tuple[SigningKey, ...] = BOTH, body: bytes = BODY) -> str | SignatureFault | None:
    stamp = read_stamp("msg-1", "1614265330", header)
    return verify(keys, stamp, body) if isinstance(stamp, Stamp) else stamp


V1 = f"v1,{written(by_hmac(SECRET))}"
V1A = f"v1a,{written(PRIVATE.sign(SIGNED))}"


def test_the_example_that_the_libraries_of_standard_webhooks_are_tried_with_is_good() -> None:
    key = SigningKey("sk", SigningAlgorithm.HMAC_SHA256, b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    stamp = read_stamp("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")

    assert isinstance(stamp, Stamp)
    assert verify([key], stamp, b'{"test": 2432232314}') == "sk"


@pytest.mark.parametrize(
    ("header", "kid"),
    [
        (V1, "sk1"),
        (V1A, "sk2"),
        (f"{V1A} {V1}", "sk1"),
        (f"v1,{written(by_hmac(b'the key that comes next'))} {V1}", "sk1"),
        (f"v9,{written(b'of a version that is not known')} {V1A}", "sk2"),
    ],
    ids=["hmac", "ed25519", "both", "a new key's first", "another version's first"],
)
def test_one_good_signature_among_several_is_enough(header: str, kid: str) -> None:
    assert judged(header) == kid


FORGED = {
    "no algorithm": f"none,{written(by_hmac(SECRET))}",
    "no algorithm, no signature": "none,",
    "an empty signature": "v1,",
    "an empty signature for ed25519": "v1a,",
    "hmac with the public key as its secret": f"v1,{written(by_hmac(PUBLIC))}",
    "hmac with the public key, called ed25519": f"v1a,{written(by_hmac(PUBLIC))}",
    "hmac with the public key's text": f"v1,{written(by_hmac(b64encode(PUBLIC)))}",
    "ed25519 called hmac": f"v1,{written(PRIVATE.sign(SIGNED))}",
    "hmac called ed25519": f"v1a,{written(by_hmac(SECRET))}",
    "another's private key": f"v1a,{written(OTHERS.sign(SIGNED))}",
    "another's key, handed along": f"v1a,{written(OTHERS.sign(SIGNED) + OTHERS.public_key().public_bytes_raw())}",
    "another's secret": f"v1,{written(by_hmac(bytes(32)))}",
    "an empty secret": f"v1,{written(by_hmac(b''))}",
    "the beginning of a good one": f"v1,{written(by_hmac(SECRET)[:16])}",
    "a good one and more": f"v1,{written(by_hmac(SECRET) + bytes(1))}",
    "all zeros": f"v1a,{written(bytes(64))}",
    "the body alone, signed": f"v1,{written(by_hmac(SECRET, BODY))}",
    "another id, signed": f"v1,{written(by_hmac(SECRET, b'msg-2.1614265330.' + BODY))}",
    "another time, signed": f"v1,{written(by_hmac(SECRET, b'msg-1.1614265331.' + BODY))}",
    "in capitals": f"V1,{written(by_hmac(SECRET))}",
    "in hexadecimal": f"v1,{by_hmac(SECRET).hex()}",
    "a token with a header of its own": "v1,eyJhbGciOiJub25lIn0.e30.",
    "a token that brings its key": "v1a,eyJhbGciOiJFZERTQSIsImp3ayI6e319.e30.AAAA",
}


@pytest.mark.parametrize("header", FORGED.values(), ids=FORGED)
def test_a_forged_signature_is_none(header: str) -> None:
    assert judged(header) in {None, SignatureFault.UNREADABLE}


def test_the_forger_is_not_merely_clumsy() -> None:
    assert [judged(header) for header in (V1, V1A)] == ["sk1", "sk2"]


@pytest.mark.parametrize("header", [V1, V1A], ids=["hmac", "ed25519"])
def test_a_body_with_any_byte_changed_is_refused(header: str) -> None:
    changed = [BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :] for place in range(len(BODY))]

    assert {judged(header, body=body) for body in changed} == {None}


@pytest.mark.parametrize("header", [V1, V1A], ids=["hmac", "ed25519"])
@pytest.mark.parametrize(
    "body", [BODY + b"\n", b" " + BODY, BODY[:-1], b"", BODY.replace(b": ", b":")], ids=[*"abcd", "written anew"]
)
def test_a_body_that_says_the_same_in_other_bytes_is_refused(header: str, body: bytes) -> None:
    assert judged(header, body=body) is None


def test_a_key_that_is_not_live_any_more_verifies_nothing() -> None:
    assert judged(V1, (ASYMMETRIC,)) is None
    assert judged(V1A, (SHARED,)) is None
    assert judged(V1, ()) is None


@pytest.mark.parametrize(
    ("message_id", "timestamp"),
    [
        ("msg.1", "1614265330"),
        ("msg 1", "1614265330"),
        ("msg1,msg1", "1614265330"),
        ("msg\n1", "1614265330"),
        ("m" * 201, "1614265330"),
        ("msg-1", "1614265330.5"),
        ("msg-1", "-1"),
        ("msg-1", "+1614265330"),
        ("msg-1", " 1614265330"),
        ("msg-1", "١٦١٤٢٦٥٣٣٠"),
        ("msg-1", "9" * 13),
    ],
)
def test_an_id_or_a_time_that_could_be_read_in_two_ways_is_unreadable(message_id: str, timestamp: str) -> None:
    assert read_stamp(message_id, timestamp, V1) is SignatureFault.UNREADABLE


@pytest.mark.parametrize("missing", range(3))
def test_without_one_of_the_headers_nothing_is_signed(missing: int) -> None:
    headers = [None if place == missing else value for place, value in enumerate(("msg-1", "1614265330", V1))]

    assert read_stamp(*headers) is SignatureFault.MISSING


@pytest.mark.parametrize(
    "header",
    [
        " ".join([V1] * (MOST_SIGNATURES + 1)),
        f"{V1}  {V1A}",
        f"{V1},{V1A}",
        "v1",
        "v1;AAAA",
        "v1,*",
        "v1,é",
        "x" * 5000,
    ],
)
def test_a_list_of_signatures_is_bounded_and_read_in_one_way(header: str) -> None:
    assert judged(header) is SignatureFault.UNREADABLE


def test_what_is_kept_of_a_key_does_not_show_where_it_is_written_out() -> None:
    assert str(SECRET) not in repr(SHARED)
