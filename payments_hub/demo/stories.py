"""What goes wrong, or right, on the way of a slice to the hub: one story of each kind, so that each verdict is seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from payments_hub.demo.city import ACQ_P2M, MM_P2M, POS_SALES, City
from payments_hub.demo.profiles import BANK, MOBILE_MONEY_PROVIDER, SITE_PROFILES
from payments_hub.demo.slices import SliceKey
from payments_hub.domain.geography import AreaLevel
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.periods import Frequency, Period

SILENT_SITE: Final = "TOUR-0004"
"""It has sent nothing for some days: a gap whose turn to act is the operator's."""

SILENT_DAYS: Final = 4


class Story(StrEnum):
    """What happens to one slice on its way."""

    ORDINARY = "ordinary"
    LATE = "late"
    SILENT = "silent"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    NOTHING = "nothing"
    REPEATED = "repeated"
    UNCHANGED = "unchanged"
    OVERTAKEN = "overtaken"
    THOUSANDFOLD = "thousandfold"
    WRONG_CODE = "wrong_code"
    WRONG_CONTROL = "wrong_control"


class Step(StrEnum):
    """What one sending is, within its slice's story."""

    FIRST = "first"
    CORRECTION = "correction"
    MISTAKE = "mistake"
    WITHDRAWAL = "withdrawal"
    SENT_ANEW = "sent_anew"
    EXACT_REPEAT = "exact_repeat"
    SAME_CONTENT = "same_content"
    OVERTAKING = "overtaking"
    OVERTAKEN = "overtaken"
    WRONG_CODE = "wrong_code"
    WRONG_CONTROL = "wrong_control"
    INTO_LOCK = "into_lock"


VERDICTS: Final[Mapping[Step, Verdict]] = MappingProxyType(
    {
        Step.FIRST: Verdict.ACCEPTED,
        Step.CORRECTION: Verdict.ACCEPTED,
        Step.MISTAKE: Verdict.ACCEPTED,
        Step.WITHDRAWAL: Verdict.ACCEPTED,
        Step.SENT_ANEW: Verdict.ACCEPTED,
        Step.EXACT_REPEAT: Verdict.DUPLICATE,
        Step.SAME_CONTENT: Verdict.NO_CHANGE,
        Step.OVERTAKING: Verdict.ACCEPTED,
        Step.OVERTAKEN: Verdict.SUPERSEDED,
        Step.WRONG_CODE: Verdict.REJECTED,
        Step.WRONG_CONTROL: Verdict.REJECTED,
        Step.INTO_LOCK: Verdict.HELD,
    }
)
"""What the hub must say of each sending."""


@lru_cache(maxsize=4)
def planted_stories(city: City) -> Mapping[SliceKey, Story]:
    """Choose the slices whose story is planted, one of each kind; the others are left to chance."""
    found = {
        _site_key(city, "MALL-0001", 40): Story.REPEATED,
        _site_key(city, "MALL-0002", 50): Story.UNCHANGED,
        _site_key(city, "MALL-0003", 540): Story.THOUSANDFOLD,
        _site_key(city, "TOUR-0003", 75): Story.WITHDRAWN,
        _site_key(city, "MARKET-0001", 100): Story.OVERTAKEN,
        _site_key(city, "MARKET-0002", 120): Story.WRONG_CONTROL,
        _site_key(city, "TOUR-0001", 128): Story.NOTHING,  # a storm: open, and nobody came
        _area_key(city, BANK.code, ACQ_P2M, 3): Story.WRONG_CODE,
    }
    for days_ago in range(1, SILENT_DAYS + 1):
        day = Period(city.today - timedelta(days=days_ago), Frequency.DAY)
        found[SliceKey(_operator(SILENT_SITE), POS_SALES, SILENT_SITE, day)] = Story.SILENT
    return found


@lru_cache(maxsize=4)
def held_key(city: City) -> SliceKey:
    """Choose the slice that is revised after its period was locked."""
    return _area_key(city, MOBILE_MONEY_PROVIDER.code, MM_P2M, 12)


def _site_key(city: City, site: str, days: int) -> SliceKey:
    day = Period(city.first_day + timedelta(days=days), Frequency.DAY)
    return SliceKey(_operator(site), POS_SALES, site, day)


def _area_key(city: City, partner: str, flow: str, month: int) -> SliceKey:
    period = city.months[month]
    # The first commune of the list is a town ward: it has figures in every month.
    return SliceKey(partner, flow, city.scheme_of(period).of_level(AreaLevel.COMMUNE)[0].place_code, period)


def _operator(site: str) -> str:
    return next(profile.operator for profile in SITE_PROFILES if profile.code == site)
