"""
The usual ranges of each series: made at night out of what holds, only read when slices come in.

One partner at a time, with one statement for the totals of its slices and one for the mean payments of their cells: the
server finds the medians, so that no figure travels, and no statement looks further back than the histories say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import TextClause, delete, func, select, text
from sqlalchemy.orm import Session

from payments_hub.domain.plausibility import (
    HISTORIES,
    MONTHS_OF_SEASONS,
    NORMAL_FOR,
    WHOLE_SLICE,
    Band,
    BandMeasure,
    Spread,
)
from payments_hub.domain.slices import SliceKey
from payments_hub.domain.warnings import AnswerKind
from payments_hub.kernel.periods import Frequency
from payments_hub.store.copying import array_text, copy_rows
from payments_hub.store.tables.partners import PartnerRow
from payments_hub.store.tables.plausibility import BandRow


class Series(NamedTuple):
    """What a band is of: slices of one partner, flow, place and frequency."""

    partner_id: int
    flow: str
    place_id: int
    frequency: str


class BandKey(NamedTuple):
    """
    Which of a series' bands.

    Args:
        instrument: '' for the whole slice.
        season: '' for any.

    """

    measure: BandMeasure
    instrument: str
    season: str


class SeriesSpread(NamedTuple):
    """How the past of one band's figures lies."""

    series: Series
    key: BandKey
    spread: Spread


class SeriesBand(NamedTuple):
    """One band, with what it was made from."""

    series: Series
    key: BandKey
    band: Band
    spread: Spread


# A season's deviation is that of the whole series from its seasons' own medians: of one weekday alone there is little,
# and of one month less. Figures of 0 have no logarithm: they say nothing of how large a figure usually is.
_MEDIANS = """
, center AS (
    SELECT flow, place_id, frequency, measure, instrument, kind, season,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY x) AS median, count(*) AS observations
    FROM observation CROSS JOIN LATERAL (
        SELECT 'any' AS kind, '' AS season
      UNION ALL
        SELECT 'season', own_season WHERE own_season <> ''
    ) AS part
    GROUP BY flow, place_id, frequency, measure, instrument, kind, season
), distance AS (
    SELECT flow, place_id, frequency, measure, instrument, kind,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(x - median)) AS deviation
    FROM observation JOIN center USING (flow, place_id, frequency, measure, instrument)
    WHERE kind = 'any' OR season = own_season
    GROUP BY flow, place_id, frequency, measure, instrument, kind
)
SELECT flow, place_id, frequency, measure, instrument, season, median, deviation, observations
FROM center JOIN distance USING (flow, place_id, frequency, measure, instrument, kind)
"""
_SINCE = """
    JOIN unnest(CAST(:frequencies AS text[]), CAST(:since AS date[])) AS history (frequency, since)
        USING (frequency)
"""
_TOTALS = text(f"""
WITH observation AS (
    SELECT flow, place_id, frequency, measure, '' AS instrument, ln(total)::float8 AS x, CASE frequency
            WHEN 'D' THEN extract(isodow FROM start)::text
            WHEN 'M' THEN CASE WHEN count(*) OVER (PARTITION BY flow, place_id, measure, frequency) >= :months
                          THEN extract(month FROM start)::text ELSE '' END
            ELSE '' END AS own_season
    FROM slice_head {_SINCE}
    CROSS JOIN LATERAL (VALUES ('amount', total_amount), ('count', total_count)) AS total (measure, total)
    WHERE partner_id = :partner AND start >= since AND total > 0
) {_MEDIANS}
""")  # noqa: S608 - put together from this module's own text
_TICKETS = text(f"""
WITH observation AS (
    SELECT head.flow, head.place_id, frequency, 'mean_ticket' AS measure, coalesce(cell.instrument, '') AS instrument,
           ln(cell.amount::float8 / cell.count) AS x, '' AS own_season
    FROM slice_head AS head {_SINCE}
    JOIN slice_cell AS cell ON cell.revision_id = head.content_revision_id
    WHERE partner_id = :partner AND start >= since AND cell.count > 0 AND cell.amount > 0
) {_MEDIANS}
""")  # noqa: S608 - as above

_SERIES_ARRAYS = """unnest(
    CAST(:partner AS bigint[]), CAST(:flow AS text[]), CAST(:place AS bigint[]), CAST(:frequency AS text[])
) AS asked (partner_id, flow, place_id, frequency)"""
_BANDS = text(f"""
SELECT partner_id, flow, place_id, frequency, measure, instrument, season, low, high
FROM plausibility_band JOIN {_SERIES_ARRAYS} USING (partner_id, flow, place_id, frequency)
WHERE season = '' OR season = ANY (:seasons)
""")  # noqa: S608 - as above
_NORMAL = text("""
SELECT DISTINCT answer.partner_id, answer.flow, answer.place_id, answer.code, answer.instrument
FROM warning_answer AS answer
WHERE answer.partner_id = ANY (:partners) AND answer.answer = :normal AND answer.answered_at > :since
""")
_CELLS = text("""
SELECT partner_id, flow, place_id, frequency, start, cells_sha256
FROM slice_head JOIN unnest(
    CAST(:partner AS bigint[]), CAST(:flow AS text[]), CAST(:place AS bigint[]), CAST(:frequency AS text[]),
    CAST(:start AS date[])
) AS asked (partner_id, flow, place_id, frequency, start) USING (partner_id, flow, place_id, frequency, start)
WHERE cells_sha256 IS NOT NULL
""")


def total_spreads(session: Session, partner_id: int, today: date) -> list[SeriesSpread]:
    """Summarise the totals of a partner's slices, by season and for any."""
    days = {frequency: history.days for frequency, history in HISTORIES.items()}
    return _spreads(session, _TOTALS, partner_id, _history(today, days) | {"months": MONTHS_OF_SEASONS})


def ticket_spreads(session: Session, partner_id: int, today: date) -> list[SeriesSpread]:
    """Summarise the mean payments of a partner's cells, by instrument."""
    days = {frequency: history.ticket_days for frequency, history in HISTORIES.items()}
    return _spreads(session, _TICKETS, partner_id, _history(today, days))


def replace_bands(session: Session, partner_id: int, bands: Iterable[SeriesBand], *, today: date) -> int:
    """Put a partner's bands in the place of those of an earlier night, and tell how many they are."""
    session.execute(delete(BandRow).where(BandRow.partner_id == partner_id))
    rows = [(*one.series, *one.key, *one.band, *one.spread, today) for one in bands]
    copy_rows(session, BandRow.__tablename__, tuple(column.name for column in BandRow.__table__.columns), rows)
    return len(rows)


def bands_computed_on(session: Session) -> date | None:
    """Tell the day of the newest bands; None where there are none."""
    return session.scalar(select(func.max(BandRow.computed_on)))


def partner_numbers(session: Session) -> list[int]:
    """List the partners' numbers, in order."""
    return list(session.scalars(select(PartnerRow.id).order_by(PartnerRow.id)))


def read_bands(
    session: Session, series: Collection[Series], seasons: Collection[str]
) -> dict[Series, dict[BandKey, Band]]:
    """Read the bands of some series, those of any season and of the seasons that are asked for."""
    found: dict[Series, dict[BandKey, Band]] = {}
    asked = _arrays(("partner", "flow", "place", "frequency"), series)
    for row in session.execute(_BANDS, {**asked, "seasons": list(seasons)}):
        key = BandKey(BandMeasure(row.measure), row.instrument, row.season)
        found.setdefault(Series(*row[:4]), {})[key] = Band(row.low, row.high)
    return found


def normal_answers(session: Session, partners: Collection[int], now: datetime) -> set[tuple[int, str, int, str, str]]:
    """List what partners have called normal within the time that it holds: partner, flow, place, code, instrument."""
    asked = {"partners": sorted(partners), "normal": AnswerKind.NORMAL, "since": now - NORMAL_FOR}
    return {(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(_NORMAL, asked)}


def head_cells(session: Session, keys: Collection[SliceKey]) -> dict[SliceKey, bytes]:
    """Read the hashes of some heads' cells; a head without cells has none."""
    rows = session.execute(_CELLS, _arrays(("partner", "flow", "place", "frequency", "start"), keys))
    return {SliceKey(*row[:5]): bytes(row.cells_sha256) for row in rows}


def _history(today: date, days: Mapping[Frequency, int]) -> dict[str, object]:
    since = [today - timedelta(days=number) for number in days.values()]
    return {"frequencies": [frequency.value for frequency in days], "since": since}


def _spreads(session: Session, query: TextClause, partner_id: int, asked: dict[str, object]) -> list[SeriesSpread]:
    rows = session.execute(query, {"partner": partner_id, **asked})
    return [
        SeriesSpread(
            Series(partner_id, row.flow, row.place_id, row.frequency),
            BandKey(BandMeasure(row.measure), row.instrument or WHOLE_SLICE, row.season),
            Spread(row.median, row.deviation, row.observations),
        )
        for row in rows
    ]


def _arrays(names: Sequence[str], keys: Collection[tuple[object, ...]]) -> dict[str, str]:
    columns = list(zip(*keys, strict=True)) or [()] * len(names)
    return {name: array_text(column) for name, column in zip(names, columns, strict=True)}
