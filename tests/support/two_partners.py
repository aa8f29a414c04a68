"""Two partners with figures that cannot be mistaken for each other's, or for their total; and what would be a leak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import CITY_UNIT, SINCE_MERGER, AreaLevel, AreaSchemeData, AreaUnit
from payments_hub.domain.people import Role
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.kernel.periods import Frequency
from payments_hub.store.analysis import Target, save_target
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme, save_site
from payments_hub.store.session import Database
from tests.builders import COMMUNE, NOW, cell
from tests.support.hub import SmallHub, report
from tests.support.web import add_person

_DAYS = [date(2026, 6, day) for day in range(1, 31)]
_SINCE = Interval(date(2020, 1, 1))
_CITY = f"{SINCE_MERGER.code}:{CITY_UNIT}"
_ROOT = AreaUnit(SINCE_MERGER.code, CITY_UNIT, AreaLevel.PROVINCE, None, "Hải Phòng", "Hai Phong", "thành phố")
_WARD = AreaUnit(
    SINCE_MERGER.code, COMMUNE.partition(":")[2], AreaLevel.COMMUNE, CITY_UNIT, "Lê Chân", "Le Chan", "phường"
)


@dataclass(frozen=True, slots=True)
class Fictitious:
    """
    A partner with its one site.

    Args:
        card: Payments and amount by card on each day of June 2026; `cash` likewise.
        receipts: What its merchants received in June.
        own: What of it pages and files show, in either form.

    """

    code: str
    name: str
    site: str
    site_name: str
    card: tuple[int, int]
    cash: tuple[int, int]
    receipts: int
    own: frozenset[str]

    @property
    def marks(self) -> frozenset[str]:
        """Tell all texts by which its presence on a page shows."""
        return self.own | {self.code, self.name, self.site, self.site_name}


ANH_DAO = Fictitious(
    code="ANH-DAO",
    name="Tập đoàn Anh Đào",
    site="MALL-0071",
    site_name="Siêu thị Anh Đào",
    card=(30, 3_000_000),
    cash=(70, 1_000_000),
    receipts=7_770_000_000,
    own=frozenset({"75,0 %", "30,0 %", "7,77 tỷ", "120000000", "7770000000"}),
)
BACH_DANG = Fictitious(
    code="BACH-DANG",
    name="Tập đoàn Bạch Đằng",
    site="MALL-0072",
    site_name="Siêu thị Bạch Đằng",
    card=(37, 1_111_000),
    cash=(63, 8_888_000),
    receipts=5_550_000_000,
    own=frozenset({"11,1 %", "37,0 %", "5,55 tỷ", "299970000", "5550000000"}),
)
TOTALS = frozenset({"29,4 %", "0.29366", "33,5 %", "13,3 tỷ", "419970000", "13320000000", "60/60 lát", "2/2 lát"})
"""What pages and files show of both together."""

_TARGET = Target(
    code="SHARE-2026",
    indicator="CASHLESS_SHARE_AMOUNT",
    place=_CITY,
    value=Decimal("0.664"),
    due_on=date(2026, 12, 31),
    title_vi="Mục tiêu của thành phố",
    title_en="The city's target",
    source="invented",
    simulated=True,
)


def two_partners(database: Database) -> SmallHub:
    """Save two partners that have reported June, each at a site of its own, and the accounts anh, bach and lan."""
    hub = SmallHub(database)
    with database.transaction() as session:
        save_scheme(session, AreaSchemeData(SINCE_MERGER, (_ROOT, _WARD)))
        for partner in (ANH_DAO, BACH_DANG):
            area = (SiteArea(_SINCE, COMMUNE),)
            save_site(session, Site(partner.site, "MALL", partner.site_name, partner.site_name, (_SINCE,), area))
            save_partner(session, Partner(partner.code, partner.name, partner.name, "VND", simulated=False), now=NOW)
            save_obligations(session, _duties(partner))
        refresh_reach(session)
        save_target(session, _TARGET)
    for partner in (ANH_DAO, BACH_DANG):
        hub.send(*_reports(partner), partner=partner.code)
        hub.send(b"garbage", partner=partner.code)
    hub.drain()
    add_person(database, "anh", Role.PARTNER, ANH_DAO.code)
    add_person(database, "bach", Role.PARTNER, BACH_DANG.code)
    add_person(database, "lan", Role.ANALYST)
    return hub


def _duties(partner: Fictitious) -> list[Obligation]:
    since = _SINCE.first
    return [
        Obligation(partner.code, "POS_SALES", partner.site, Frequency.DAY, 1, since),
        Obligation(partner.code, "ACQ_P2M", COMMUNE, Frequency.MONTH, 1, since),
    ]


def _reports(partner: Fictitious) -> list[bytes]:
    cells = [
        cell(instrument=instrument, count=count, amount=amount)
        for instrument, (count, amount) in (("CARD", partner.card), ("CASH", partner.cash))
    ]
    received = [cell(instrument="E_WALLET", initiation="QR", amount=partner.receipts)]
    write: Callable[..., bytes] = report
    return [
        *(write(0, partner=partner.code, site=partner.site, period=f"{day}", cells=cells) for day in _DAYS),
        write(0, partner=partner.code, flow="ACQ_P2M", site=COMMUNE, period="2026-06", cells=received),
    ]
