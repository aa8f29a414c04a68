"""What the overview shows to one reader, loaded from rollups, forecasts and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from payments_hub.aggregates.points import IndicatorPoint, latest_complete
from payments_hub.domain import formatting
from payments_hub.domain.indicators import INDICATORS, Indicator
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.manifests import LONGEST_CORRECTION
from payments_hub.domain.overview import (
    Change,
    ChangeForm,
    FigureState,
    HeadlineFigure,
    Overview,
    Participation,
    ReceiptLine,
    SlicesReceived,
)
from payments_hub.domain.people import Viewer
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.clock import end_of_local_day
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period
from payments_hub.services import registry, targets
from payments_hub.services.changes import knowable
from payments_hub.services.charts import overview_chart
from payments_hub.services.public_data import pulse_section
from payments_hub.services.readers import Scope, scope_of
from payments_hub.store.figures import newest_known, touched_until
from payments_hub.store.manifests import Correction, running_correction
from payments_hub.store.partners import any_simulated
from payments_hub.store.receipts import ReceiptSummary, recent_receipts

RECENT_RECEIPTS = 8
_MONTHS_A_YEAR = 12


def overview(session: Session, viewer: Viewer, now: datetime, as_of: date | None = None) -> Overview:
    """
    Load the overview; a partner's holds that partner's figures alone.

    Args:
        session: Of the reader.
        viewer: Who reads.
        now: This moment.
        as_of: The day at whose end everything shown was known; None for now.

    Raises:
        InvalidValueError: The day is not over.
        PermissionDeniedError: The viewer may see neither the city nor any partner.

    """
    scope = scope_of(session, viewer, now, as_of=None if as_of is None else knowable(as_of, now))
    updating = touched_until(session, as_of)
    whole_city = scope.partner is None
    return Overview(
        partner=scope.partner,
        known_at=now if as_of is None else end_of_local_day(as_of),
        updating=updating,
        figures=tuple(_corrected(session, scope, found, now) for found in _figures(session, scope, updating=updating)),
        chart=overview_chart(session, scope),
        targets=targets.target_lines(session, scope) if whole_city else (),
        participation=_participation(session, as_of or scope.today) if whole_city else None,
        receipts=tuple(_receipt_line(found) for found in _receipts(session, scope)),
        # Imported public data have no vintages: they are known since their import, whatever they are about.
        pulse=pulse_section(session, scope.today) if whole_city and as_of is None else None,
        as_of=as_of,
    )


def _figures(session: Session, scope: Scope, *, updating: bool) -> list[HeadlineFigure]:
    simulated = any_simulated(session)
    found = [(indicator, scope.points(session, indicator)) for indicator in INDICATORS.values()]
    return [
        _figure(session, scope, indicator, points, simulated=simulated, updating=updating)
        for indicator, points in found
        if points or scope.partner is None
    ]


def _figure(
    session: Session,
    scope: Scope,
    indicator: Indicator,
    points: Sequence[IndicatorPoint],
    *,
    simulated: bool,
    updating: bool,
) -> HeadlineFigure:
    shown = latest_complete(points)
    newest = points[-1] if points else None
    counted = shown or newest
    return HeadlineFigure(
        code=indicator.code,
        title=indicator.title,
        value=shown.value if shown else None,
        unit=indicator.unit,
        period=counted.period if counted else None,
        slices=SlicesReceived(counted.received, counted.expected) if counted else SlicesReceived(0, 0),
        change=_change(indicator, points, shown),
        source=indicator.flow,
        known_at=newest_known(session, indicator.flow, scope.partner_id, scope.as_of),
        state=_state(shown, newest, updating=updating),
        simulated=simulated,
        note=indicator.note,
    )


def _corrected(session: Session, scope: Scope, figure: HeadlineFigure, now: datetime) -> HeadlineFigure:
    """Say of a figure that it is being corrected, and how far that is, while it is; a past day's is as it was."""
    if figure.value is None or figure.period is None or scope.as_of is not None:
        return figure
    since = now - LONGEST_CORRECTION
    found = running_correction(session, figure.source, figure.period, partner_id=scope.partner_id, since=since)
    if found is None:
        return figure
    note = _correction_words(found)
    rest = figure.note or Words("", "")
    together = Words(f"{note.vi} {rest.vi}".strip(), f"{note.en} {rest.en}".strip())
    return replace(figure, state=FigureState.CORRECTING, note=together)


def _correction_words(found: Correction) -> Words:
    vi, en = (
        f"{formatting.whole(found.replaced, language)}/{formatting.whole(found.slices, language)}"
        for language in (Language.VI, Language.EN)
    )
    return Words(f"{vi} lát đã thay.", f"{en} slices replaced.")


def _state(shown: IndicatorPoint | None, newest: IndicatorPoint | None, *, updating: bool) -> FigureState:
    if newest is None:
        return FigureState.EMPTY
    if shown is None:
        return FigureState.PARTIAL
    return FigureState.UPDATING if updating else FigureState.COMPLETE


def _change(indicator: Indicator, points: Sequence[IndicatorPoint], shown: IndicatorPoint | None) -> Change | None:
    """Compare a share with the month before, and a sum with the same month a year before: sums have seasons."""
    if shown is None or shown.value is None:
        return None
    share = indicator.formula.is_share
    base_period = shown.period.shift(-1 if share else -_MONTHS_A_YEAR)
    base = next((point for point in points if point.period == base_period and point.complete), None)
    if base is None or not base.value:
        return None
    if share:
        return Change(shown.value - base.value, ChangeForm.POINTS, base_period)
    return Change(shown.value / base.value - 1, ChangeForm.RELATIVE, base_period)


def _participation(session: Session, today: date) -> Participation | None:
    counted = registry.participation(session, as_of=today)
    if not counted.firms:
        return None
    return Participation(
        enrolled=counted.enrolled,
        eligible=counted.eligible,
        unknown=counted.unknown,
        day=today,
        simulated=any_simulated(session),
    )


def _receipts(session: Session, scope: Scope) -> list[ReceiptSummary]:
    before = None if scope.as_of is None else end_of_local_day(scope.as_of)
    return recent_receipts(session, partner=scope.partner, limit=RECENT_RECEIPTS, before=before)


def _receipt_line(found: ReceiptSummary) -> ReceiptLine:
    named = found.site_name_vi is not None and found.site_name_en is not None
    return ReceiptLine(
        receipt_id=found.receipt_id,
        received_at=found.received_at,
        partner=found.partner,
        flow=found.flow,
        site=found.site,
        site_name=Words(found.site_name_vi or "", found.site_name_en or "") if named else None,
        period=_period(found.period),
        revision=int(found.revision) if found.revision and found.revision.isdecimal() else None,
        verdict=Verdict(found.verdict),
        errors=found.severities.count("error"),
        warnings=found.severities.count("warning"),
        simulated=found.simulated,
    )


def _period(text: str | None) -> Period | None:
    """Read a claimed period; a rejected message may claim anything."""
    try:
        return Period.parse(text) if text else None
    except InvalidValueError:
        return None
