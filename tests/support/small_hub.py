"""A hub with one mall and a few partners that report it daily, and messages that it accepts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

import orjson
from sqlalchemy import text

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.flows import PlaceKind
from payments_hub.domain.geography import AreaLevel, AreaScheme, AreaSchemeData, AreaUnit
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme, save_site
from payments_hub.store.session import Database

MALL = "MALL-0021"
_OPENED = date(2015, 1, 1)
_OPEN = Interval(_OPENED, None)
_SCHEME = AreaScheme("TEST-2015-01-01", _OPENED, None, "Thử", "Test")
_COMMUNE = AreaUnit(_SCHEME.code, "1", AreaLevel.COMMUNE, None, "Phường", "Ward", "phường")


def make_small_hub(database: Database, partners: Iterable[str]) -> None:
    """Save the mall, the partners and what they owe."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    codes = list(partners)
    with database.transaction() as session:
        save_scheme(session, AreaSchemeData(_SCHEME, (_COMMUNE,)))
        save_site(
            session, Site(MALL, PlaceKind.MALL, "Siêu thị", "Mall", (_OPEN,), (SiteArea(_OPEN, _COMMUNE.place_code),))
        )
        for code in codes:
            save_partner(session, Partner(code, code, code, "VND", simulated=False), now=now)
        save_obligations(
            session, [Obligation(code, "POS_SALES", MALL, Frequency.DAY, 2, _OPENED, None) for code in codes]
        )
        refresh_reach(session)


def nothing_to_report(partner: str, number: int) -> bytes:
    """Write a message that says of one day that there was nothing to report; each number is another day's."""
    day = _OPENED + timedelta(days=number)
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{partner}-{number}",
            "source": f"urn:hp:partner:{partner}",
            "type": "vn.haiphong.cashless.slice.v1",
            "time": "2026-07-04T02:11:09Z",
            "datacontenttype": "application/json",
            "dataschema": "urn:hp:schema:slice:1.0.0",
            "data": {
                "flow": "POS_SALES",
                "site": MALL,
                "period": day.isoformat(),
                "action": "NIL",
                "revision": 0,
                "finality": "FINAL",
            },
        }
    )


def verdicts(database: Database, partner: str) -> dict[str, int]:
    """Count a partner's receipts by verdict."""
    query = text(
        "SELECT receipt.verdict, count(*) FROM receipt JOIN delivery ON delivery.id = receipt.delivery_id"
        " JOIN partner ON partner.id = delivery.partner_id WHERE partner.code = :partner GROUP BY receipt.verdict"
    )
    with database.transaction() as session:
        return {row[0]: row[1] for row in session.execute(query, {"partner": partner})}
