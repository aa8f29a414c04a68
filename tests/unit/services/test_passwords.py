"""How slow the guessing of passwords is made, and that a hash made with less work is told apart."""

import pytest
from argon2 import Parameters, PasswordHasher, Type

from payments_hub.services.passwords import hash_password, is_outdated, proves

PASSWORD = "simulated city of 2026"


def test_a_guess_costs_what_rfc_9106_advises_at_least(work_of_a_password: Parameters) -> None:
    assert work_of_a_password.type is Type.ID
    assert (work_of_a_password.time_cost, work_of_a_password.memory_cost) >= (3, 64 * 1024)


@pytest.mark.parametrize(("tried", "good"), [(PASSWORD, True), (PASSWORD + " ", False), ("", False)])
def test_the_password_alone_proves_itself(tried: str, *, good: bool) -> None:
    assert proves(hash_password(PASSWORD), tried) is good


def test_without_a_kept_hash_nothing_is_proved() -> None:
    assert not proves(None, PASSWORD)


def test_a_hash_made_with_other_work_is_outdated() -> None:
    other = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1).hash(PASSWORD)

    assert is_outdated(other)
    assert not is_outdated(hash_password(PASSWORD))
