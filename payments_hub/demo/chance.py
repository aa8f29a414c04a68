"""Chance that depends on what it is about, not on what was drawn before: the same slice is always the same."""

from __future__ import annotations

from zlib import crc32

from numpy.random import Generator, default_rng


def chance(seed: int, *about: object) -> Generator:
    """
    Make the generator of one thing, such as one slice.

    Each slice has its own, so that a city asked for an hour later holds the same slices and a few more.

    >>> chance(1, "MALL-0001", "2026-07-03").integers(100) == chance(1, "MALL-0001", "2026-07-03").integers(100)
    np.True_
    """
    return default_rng([seed, crc32("|".join(map(str, about)).encode())])
