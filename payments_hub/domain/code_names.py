"""What people call the codes that findings speak of: how long a period is, what kind of place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from payments_hub.domain.flows import PlaceKind
from payments_hub.domain.languages import Words
from payments_hub.kernel.periods import Frequency

FREQUENCY_NAMES: Final[Mapping[Frequency, Words]] = MappingProxyType(
    {
        Frequency.DAY: Words("ngày", "day"),
        Frequency.MONTH: Words("tháng", "month"),
        Frequency.QUARTER: Words("quý", "quarter"),
        Frequency.YEAR: Words("năm", "year"),
    }
)
PLACE_KIND_NAMES: Final[Mapping[PlaceKind, Words]] = MappingProxyType(
    {
        PlaceKind.MALL: Words("trung tâm thương mại", "mall"),
        PlaceKind.MARKET: Words("chợ", "market"),
        PlaceKind.TOURIST_SITE: Words("điểm du lịch", "tourist site"),
        PlaceKind.AREA: Words("đơn vị hành chính", "area unit"),
    }
)


def frequency_words(frequencies: Collection[Frequency]) -> Words:
    """
    Name frequencies, the shortest first.

    >>> frequency_words([Frequency.MONTH, Frequency.DAY]).vi
    'ngày hoặc tháng'
    """
    names = [FREQUENCY_NAMES[one] for one in sorted(frequencies, key=lambda one: one.rank)]
    return Words(" hoặc ".join(name.vi for name in names), " or ".join(name.en for name in names))


def place_kind_words(kinds: Collection[str]) -> Words:
    """
    Name kinds of places, in the order in which they are listed.

    >>> place_kind_words({PlaceKind.TOURIST_SITE, PlaceKind.MALL}).en
    'mall, tourist site'
    """
    names = [name for kind, name in PLACE_KIND_NAMES.items() if kind in kinds]
    return Words(", ".join(name.vi for name in names), ", ".join(name.en for name in names))
