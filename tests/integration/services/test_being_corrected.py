"""Headlines say that they are being corrected while a correction is under way, a day at most, and how far it is."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from payments_hub.domain.overview import FigureState, HeadlineFigure
from payments_hub.domain.people import Role, Viewer
from payments_hub.services import monitoring
from payments_hub.store.session import Database
from tests.builders import COMMUNE
from tests.support.hub import SmallHub, manifest, report
from tests.support.two_partners import ANH_DAO, BACH_DANG, two_partners

pytestmark = pytest.mark.database

CITY = Viewer(Role.ANALYST, None)
CORRECTED = 8_880_000_000


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return two_partners(database)


def say(hub: SmallHub, *, revision: int = 1, slices: int = 1, time: str = "2026-07-04T03:00:00Z") -> None:
    """Send a manifest of what Anh Đào's merchants received in June."""
    of_june: dict[str, Any] = {"flow": "ACQ_P2M", "period": "2026-06", "partner": ANH_DAO.code}
    hub.send(manifest(slices, CORRECTED, count=10, revision=revision, time=time, **of_june), partner=ANH_DAO.code)


def correct(hub: SmallHub) -> None:
    one = {"instrument": "CARD", "initiation": "CHIP", "sector": "G47", "count": 10, "amount": CORRECTED}
    of_june: dict[str, Any] = {"flow": "ACQ_P2M", "period": "2026-06", "site": COMMUNE, "time": "2026-07-04T02:30:00Z"}
    hub.send(report(0, revision=1, partner=ANH_DAO.code, cells=[one], **of_june), partner=ANH_DAO.code)
    hub.drain()


def receipts_figure(
    hub: SmallHub, viewer: Viewer = CITY, *, after: timedelta = timedelta(0), as_of: date | None = None
) -> HeadlineFigure:
    """Read the headline of what merchants received."""
    with hub.database.transaction() as session:
        found = monitoring.overview(session, viewer, hub.clock.now() + after, as_of)
    return next(figure for figure in found.figures if figure.source == "ACQ_P2M")


def test_a_figure_is_being_corrected_while_its_newer_manifest_differs(hub: SmallHub) -> None:
    before = receipts_figure(hub).state

    say(hub)

    figure = receipts_figure(hub)
    assert (before, figure.state) == (FigureState.COMPLETE, FigureState.CORRECTING)
    assert figure.note is not None
    assert figure.note.vi.startswith("0/1 lát đã thay. ")
    assert figure.note.en.startswith("0/1 slices replaced. ")


def test_it_tells_how_many_slices_were_replaced(hub: SmallHub) -> None:
    correct(hub)
    say(hub, slices=22)

    figure = receipts_figure(hub)

    assert figure.state is FigureState.CORRECTING
    assert figure.note is not None
    assert figure.note.en.startswith("1/22 slices replaced.")


def test_it_is_corrected_once_the_manifest_matches(hub: SmallHub) -> None:
    say(hub)
    during = receipts_figure(hub).state

    correct(hub)

    assert (during, receipts_figure(hub).state) == (FigureState.CORRECTING, FigureState.COMPLETE)


def test_the_first_manifest_of_a_period_corrects_nothing(hub: SmallHub) -> None:
    say(hub, revision=0)

    assert receipts_figure(hub).state is FigureState.COMPLETE


@pytest.mark.parametrize(
    ("hours", "expected"), [(23, FigureState.CORRECTING), (24, FigureState.COMPLETE)], ids=["before a day", "after"]
)
def test_after_a_day_it_is_not_called_so_any_more(hub: SmallHub, hours: int, expected: FigureState) -> None:
    say(hub)

    assert receipts_figure(hub, after=timedelta(hours=hours)).state is expected


def test_another_partners_correction_is_none_of_a_partners(hub: SmallHub) -> None:
    say(hub)

    own = receipts_figure(hub, Viewer(Role.PARTNER, ANH_DAO.code)).state
    others = receipts_figure(hub, Viewer(Role.PARTNER, BACH_DANG.code)).state

    assert (own, others) == (FigureState.CORRECTING, FigureState.COMPLETE)


def test_a_past_days_figure_is_as_it_was(hub: SmallHub) -> None:
    say(hub)
    known_on = hub.clock.now().date()
    hub.clock.instant = datetime.combine(known_on, hub.clock.now().timetz()) + timedelta(hours=20)

    assert receipts_figure(hub, as_of=known_on).state is FigureState.COMPLETE
