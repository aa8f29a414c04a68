"""The simulated city as a whole: its months, partners, places and what each partner owes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from payments_hub.demo.calendar import LAST_YEAR
from payments_hub.demo.profiles import (
    BANK,
    MOBILE_MONEY_PROVIDER,
    PARTNERS,
    SITE_PROFILES,
    SimulatedPartner,
    SiteProfile,
)
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import (
    BEFORE_MERGER,
    MERGER_DAY,
    SINCE_MERGER,
    AreaLevel,
    AreaSchemeData,
    load_schemes,
)
from payments_hub.domain.places import Place, site_place
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Frequency, Period, period_range

MONTHS = 18
POS_SALES, ACQ_P2M, MM_P2M = "POS_SALES", "ACQ_P2M", "MM_P2M"
DAYS_DUE_AFTER_DAY = 1
DAYS_DUE_AFTER_MONTH = 10

RENOVATED_SITE = "MARKET-0003"
NEW_SITE = "MALL-0004"
_RENOVATION_BEGINS = 130  # days after the first one
_RENOVATION_DAYS = 38
_OPENING_MONTH = 9  # so that half of the series shows the growth of one reporter more

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class City:
    """
    The simulated city at one instant.

    Args:
        now: The instant; nothing sent later belongs to the city.
        seed: Which of many possible cities.
        months: Eighteen whole months, the last one complete.

    """

    now: datetime
    seed: int
    months: tuple[Period, ...]

    @property
    def today(self) -> date:
        """Tell the city's day."""
        return local_day(self.now)

    @property
    def first_day(self) -> date:
        """Tell the first day with figures."""
        return self.months[0].start

    @property
    def partners(self) -> tuple[SimulatedPartner, ...]:
        """List who reports; every one is simulated."""
        return PARTNERS

    @property
    def profiles(self) -> tuple[SiteProfile, ...]:
        """List what the sites are like."""
        return SITE_PROFILES

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """List the sites with their open intervals and areas."""
        return tuple(self._site(profile) for profile in SITE_PROFILES)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """List the sites under the shape of the reference; the area units are the packaged ones."""
        return tuple(site_place(site) for site in self.sites)

    @cached_property
    def obligations(self) -> tuple[Obligation, ...]:
        """List what each partner has agreed to send."""
        return (*self._site_duties(), *self._area_duties())

    def site(self, code: str) -> Site:
        """Find a site by its code."""
        return next(site for site in self.sites if site.code == code)

    def scheme_of(self, month: Period) -> AreaSchemeData:
        """Find the area scheme that holds in a month."""
        return next(data for data in load_schemes() if data.scheme.validity.holds(month))

    def site_days(self) -> Iterator[tuple[SiteProfile, Period]]:
        """Walk through the days up to yesterday on which each site was open."""
        first, last = Period(self.first_day, Frequency.DAY), Period(self.today - _ONE_DAY, Frequency.DAY)
        for profile, site in zip(SITE_PROFILES, self.sites, strict=True):
            for day in period_range(first, last):
                if site.open_on(day.start):
                    yield profile, day

    def _site(self, profile: SiteProfile) -> Site:
        areas = (
            SiteArea(BEFORE_MERGER.validity, f"{BEFORE_MERGER.code}:{profile.old_commune}"),
            SiteArea(Interval(MERGER_DAY), f"{SINCE_MERGER.code}:{profile.new_commune}"),
        )
        return Site(profile.code, profile.kind, profile.name_vi, profile.name_en, self._open_intervals(profile), areas)

    def _open_intervals(self, profile: SiteProfile) -> tuple[Interval, ...]:
        if profile.code == NEW_SITE:
            return (Interval(self.months[_OPENING_MONTH].start + 11 * _ONE_DAY),)
        if profile.code == RENOVATED_SITE:
            closing = self.first_day + _RENOVATION_BEGINS * _ONE_DAY
            return (
                Interval(self.first_day, closing - _ONE_DAY),
                Interval(closing + _RENOVATION_DAYS * _ONE_DAY),
            )
        return (Interval(self.first_day),)

    def _site_duties(self) -> Iterator[Obligation]:
        for profile, site in zip(SITE_PROFILES, self.sites, strict=True):
            begins = site.open_intervals[0].first
            yield Obligation(profile.operator, POS_SALES, profile.code, Frequency.DAY, DAYS_DUE_AFTER_DAY, begins)

    def _area_duties(self) -> Iterator[Obligation]:
        for data in load_schemes():
            ends = data.scheme.valid_to
            if ends is not None and ends < self.first_day:
                continue
            begins = max(self.first_day, data.scheme.valid_from)
            for unit in data.of_level(AreaLevel.COMMUNE):
                for partner, flow in ((BANK, ACQ_P2M), (MOBILE_MONEY_PROVIDER, MM_P2M)):
                    yield Obligation(
                        partner.code, flow, unit.place_code, Frequency.MONTH, DAYS_DUE_AFTER_MONTH, begins, ends
                    )


def build_city(now: datetime, *, seed: int = 106) -> City:
    """
    Build the city as it is at an instant: eighteen whole months, and the days since up to yesterday.

    Raises:
        InvalidValueError: The months would begin before the first area scheme, or Tết is not known that far ahead.

    """
    last = Period.containing(local_day(now), Frequency.MONTH).shift(-1)
    months = tuple(period_range(last.shift(1 - MONTHS), last))
    if months[0].start < BEFORE_MERGER.valid_from or last.end.year > LAST_YEAR:
        raise InvalidValueError(f"There is no simulated city at {now}: it exists from July 2026 to {LAST_YEAR}.")
    return City(now, seed, months)
