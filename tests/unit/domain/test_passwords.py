"""Which passwords are refused, and that long ones of any make-up are not."""

import pytest

from payments_hub.domain.passwords import LONGEST_PASSWORD, PasswordFault, password_fault, prepared


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("eleven sign", PasswordFault.TOO_SHORT),
        ("o\u0302" * 11, PasswordFault.TOO_SHORT),
        ("x" * (LONGEST_PASSWORD + 1), PasswordFault.TOO_LONG),
        ("Password123456", PasswordFault.COMMON),
        ("!!!Football!!!", PasswordFault.COMMON),
        ("matkhau123456", PasswordFault.COMMON),
        ("Mật khẩu 123456", PasswordFault.COMMON),
        ("1q2w3e4r5t6y", PasswordFault.COMMON),
        ("123456789012", PasswordFault.REPEATED),
        ("qwertyuiopas", PasswordFault.REPEATED),
        ("aaaaaaaaaaaaaaaa", PasswordFault.REPEATED),
        ("kênh kênh kênh ", PasswordFault.REPEATED),
        ("Nguyen.Lan.2026", PasswordFault.ABOUT_US),
        ("thanh toán số 2026", PasswordFault.ABOUT_US),
        ("payments_hub_1234", PasswordFault.ABOUT_US),
    ],
)
def test_what_anybody_would_guess_first_is_refused(password: str, fault: PasswordFault) -> None:
    assert password_fault(password, "nguyen.lan") is fault


@pytest.mark.parametrize(
    "password",
    [
        "ngày mai trời lại sáng",
        "correct horse battery staple",
        "only small letters here",
        "🐟🦀🐙🦑🐬🐳🦐🐚🦞🐡🐠🦈",
        "tôi đi chợ sắt bằng xe đạp",
        "j7#Kq!" * 2 + "w",
        ("một hai ba bốn năm sáu bảy " * 18)[:LONGEST_PASSWORD],
    ],
    ids=["vi", "en", "small letters", "no letters", "sentence", "thirteen", "longest"],
)
def test_a_long_password_of_any_make_up_is_taken(password: str) -> None:
    assert password_fault(password, "nguyen.lan") is None


def test_the_same_keys_on_two_systems_make_the_same_password() -> None:
    assert prepared("tre\u0309 em") == prepared("tr\u1ebb em")
