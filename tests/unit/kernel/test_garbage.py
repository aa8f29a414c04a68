"""Garbage in circles is collected when somebody asks, and not more often than is worth it."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from payments_hub.kernel.garbage import Sweeper


class Circle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collected_on_purpose_alone() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def test_a_sweeper_collects_at_once_and_then_when_it_is_due() -> None:
    swept, patient = weakref.ref(Circle()), Sweeper(seconds=600)

    patient()
    gone = swept() is None
    lying = weakref.ref(Circle())
    patient()

    assert gone
    assert lying() is not None


def test_without_patience_each_call_collects() -> None:
    eager = Sweeper(seconds=0)

    for _ in range(2):
        lying = weakref.ref(Circle())
        eager()
        assert lying() is None
