"""Places as the hub's reference lists them: sites and area units under one shape."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from payments_hub.domain.sites import Interval, Site, SiteArea, area_on, open_during, open_on
from payments_hub.kernel.periods import Period

AREA_KIND = "AREA"

_SITE_CODE = re.compile(r"[A-Z][A-Z0-9-]{2,31}", re.ASCII)
_SCHEME_CODE = re.compile(r"[A-Z][A-Z0-9-]{0,40}-[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UNIT_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,60}(?:/[a-z0-9][a-z0-9-]{0,60})?", re.ASCII)
_BARE_UNIT = re.compile(r"[0-9]{2,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """
    One row of the reference: a site, or one unit of a dated area scheme.

    Args:
        code: A site's code, or 'scheme:unit'.
        kind: A value of PlaceKind; AREA for an area unit.
        name_vi: Its name in Vietnamese.
        name_en: Its name in English.
        scheme_code: The area scheme; None for a site.
        level: The level within its scheme, such as commune; None for a site.
        parent_code: The place code of the unit above it, or None.
        valid_from: The scheme's first day; None for a site.
        valid_to: The scheme's last day; None where it still holds, and for a site.
        open_intervals: When a site is open; for an area unit its scheme's validity.
        areas: In which area unit a site lies, and when; empty for an area unit.

    """

    code: str
    kind: str
    name_vi: str
    name_en: str
    scheme_code: str | None = None
    level: str | None = None
    parent_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    open_intervals: tuple[Interval, ...] = ()
    areas: tuple[SiteArea, ...] = ()

    @property
    def is_area(self) -> bool:
        """Tell an area unit from a site."""
        return self.scheme_code is not None

    def open_on(self, day: date) -> bool:
        """Tell whether the place is open, or its scheme valid, on a day."""
        return open_on(self.open_intervals, day)

    def open_during(self, period: Period) -> bool:
        """Tell whether the place is open, or its scheme valid, on at least one day of a period."""
        return open_during(self.open_intervals, period)

    def area_on(self, day: date) -> str | None:
        """Name the area unit of a day: a site's area then, an area unit itself while its scheme is valid."""
        if self.is_area:
            return self.code if self.open_on(day) else None
        return area_on(self.areas, day)

    def holds(self, period: Period) -> bool:
        """Tell whether a period lies wholly inside the scheme's validity; a site has no such bound."""
        return not self.is_area or any(interval.holds(period) for interval in self.open_intervals)

    def cut_in(self, period: Period) -> date | None:
        """Name the day at which the scheme begins or ends inside a period, or None where no cut lies in it."""
        if self.valid_from is not None and period.start < self.valid_from <= period.end:
            return self.valid_from
        if self.valid_to is not None and period.start <= self.valid_to < period.end:
            return self.valid_to
        return None


def site_place(site: Site) -> Place:
    """List a site under the shape of the reference."""
    return Place(
        code=site.code,
        kind=site.kind,
        name_vi=site.name_vi,
        name_en=site.name_en,
        open_intervals=site.open_intervals,
        areas=site.areas,
    )


@dataclass(frozen=True, slots=True)
class SiteCode:
    """The code of a mall, market or tourist site."""

    code: str


@dataclass(frozen=True, slots=True)
class AreaCode:
    """The code of an area unit with its dated scheme."""

    scheme: str
    unit: str

    def __str__(self) -> str:
        """Write the code as the contract does."""
        return f"{self.scheme}:{self.unit}"


class PlaceCodeFault(StrEnum):
    """Why a text is not the code of a place."""

    BARE = "bare"
    """An area unit's code without a scheme: since July 2025 most mean two different units."""

    UNDATED = "undated"
    """The scheme lacks its date."""

    MALFORMED = "malformed"
    """It has the form of no code."""

    UNKNOWN_SCHEME = "unknown_scheme"
    """The hub knows no scheme of that code."""

    UNKNOWN_UNIT = "unknown_unit"
    """The scheme has no such unit."""

    OUTSIDE_VALIDITY = "outside_validity"
    """The period does not lie wholly inside the scheme's validity."""


@dataclass(frozen=True, slots=True)
class PlaceCodeRefusal:
    """
    A text that names no place, and why.

    Args:
        text: What was given.
        fault: Why it is refused.
        suggestion: The nearest code that would be valid, or None.
        cut: The first day of the scheme that was meant to begin or end inside the period, or None.

    """

    text: str
    fault: PlaceCodeFault
    suggestion: str | None = None
    cut: date | None = None


def parse_place_code(text: str) -> SiteCode | AreaCode | PlaceCodeRefusal:
    """
    Read the form of a place code; whether such a place exists is another question.

    >>> parse_place_code("VN-COMMUNE-2025-07-01:11914")
    AreaCode(scheme='VN-COMMUNE-2025-07-01', unit='11914')
    >>> parse_place_code("11914").fault
    <PlaceCodeFault.BARE: 'bare'>
    """
    scheme, separator, unit = text.partition(":")
    if not separator:
        return _parse_without_scheme(text)
    if not _UNIT_CODE.fullmatch(unit):
        return PlaceCodeRefusal(text, PlaceCodeFault.MALFORMED)
    if _SCHEME_CODE.fullmatch(scheme):
        return AreaCode(scheme, unit)
    fault = PlaceCodeFault.UNDATED if _SITE_CODE.fullmatch(scheme) else PlaceCodeFault.MALFORMED
    return PlaceCodeRefusal(text, fault)


def _parse_without_scheme(text: str) -> SiteCode | PlaceCodeRefusal:
    if _SITE_CODE.fullmatch(text) and not _SCHEME_CODE.fullmatch(text):
        return SiteCode(text)
    fault = PlaceCodeFault.BARE if _BARE_UNIT.fullmatch(text) else PlaceCodeFault.MALFORMED
    return PlaceCodeRefusal(text, fault)
