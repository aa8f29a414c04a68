"""Area schemes, their units and sites: saved as a whole, read as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from payments_hub.domain.geography import BEFORE_MERGER, SINCE_MERGER, AreaLevel, AreaScheme, AreaSchemeData, AreaUnit
from payments_hub.domain.places import AREA_KIND, Place
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.kernel.errors import NotFoundError
from payments_hub.store.reference_state import note_reference_change
from payments_hub.store.tables.places import (
    AreaChangeRow,
    AreaSchemeRow,
    PlaceReachRow,
    PlaceRow,
    SiteAreaRow,
    SiteIntervalRow,
)

_REACH = text("""
WITH RECURSIVE reach (place_id, reached_id, valid_from, valid_to) AS (
    SELECT id, id, DATE '0001-01-01', DATE '9999-12-31' FROM place
  UNION ALL
    SELECT place_id, area_id, valid_from, coalesce(valid_to, DATE '9999-12-31') FROM site_area
  UNION ALL
    SELECT reach.place_id, unit.parent_id, reach.valid_from, reach.valid_to
    FROM reach
    JOIN place AS unit ON unit.id = reach.reached_id
    JOIN area_scheme AS scheme ON scheme.id = unit.scheme_id
    WHERE unit.parent_id IS NOT NULL AND (reach.place_id <> unit.id OR unit.level = scheme.total_level)
)
INSERT INTO place_reach (place_id, reached_id, valid_from, valid_to)
SELECT place_id, reached_id, valid_from, valid_to FROM reach
""")


def save_scheme(session: Session, data: AreaSchemeData) -> None:
    """Save a scheme with its units and the changes into it; what is there already is brought up to date."""
    scheme_id = _save_scheme_row(session, data.scheme)
    ids = _save_places(session, [_unit_values(unit, scheme_id) for unit in data.units])
    parents = [
        {"id": ids[unit.place_code], "parent_id": ids[f"{unit.scheme_code}:{unit.parent}"]}
        for unit in data.units
        if unit.parent is not None
    ]
    if parents:
        session.execute(update(PlaceRow), parents)
    _save_changes(session, data)


def save_site(session: Session, site: Site) -> None:
    """
    Save a site; its intervals and areas replace what was there.

    Raises:
        NotFoundError: One of its areas is not saved yet.

    """
    values: dict[str, object] = {"code": site.code, "kind": site.kind, "name_vi": site.name_vi, "name_en": site.name_en}
    place_id = _save_places(session, [values])[site.code]
    areas = place_ids(session, [area.place_code for area in site.areas])
    session.execute(delete(SiteIntervalRow).where(SiteIntervalRow.place_id == place_id))
    session.execute(delete(SiteAreaRow).where(SiteAreaRow.place_id == place_id))
    session.add_all(
        SiteIntervalRow(place_id=place_id, opened_on=span.first, closed_on=span.last) for span in site.open_intervals
    )
    session.add_all(_area_row(place_id, area, areas) for area in site.areas)
    session.flush()


def refresh_reach(session: Session) -> None:
    """Derive anew which place counts in which; call it once after places were saved."""
    session.execute(delete(PlaceReachRow))
    session.execute(_REACH)
    note_reference_change(session)


def place_ids(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Find the numbers of places by code; an unknown code is left out."""
    rows = session.execute(select(PlaceRow.code, PlaceRow.id).where(PlaceRow.code.in_(set(codes))))
    return {row.code: row.id for row in rows}


def all_places(session: Session) -> list[tuple[int, Place]]:
    """Read every place with its number, by code."""
    intervals: dict[int, list[Interval]] = defaultdict(list)
    for span in session.scalars(select(SiteIntervalRow).order_by(SiteIntervalRow.opened_on)):
        intervals[span.place_id].append(Interval(span.opened_on, span.closed_on))
    areas: dict[int, list[SiteArea]] = defaultdict(list)
    lain = select(SiteAreaRow, PlaceRow.code).join(PlaceRow, PlaceRow.id == SiteAreaRow.area_id)
    for row, code in session.execute(lain.order_by(SiteAreaRow.valid_from)):
        areas[row.place_id].append(SiteArea(Interval(row.valid_from, row.valid_to), code))
    parent = aliased(PlaceRow)
    rows = session.execute(
        select(PlaceRow, AreaSchemeRow, parent.code)
        .outerjoin(AreaSchemeRow, AreaSchemeRow.id == PlaceRow.scheme_id)
        .outerjoin(parent, parent.id == PlaceRow.parent_id)
        .order_by(PlaceRow.code)
    )
    return [
        (row.id, _place(row, scheme, parent_code, intervals[row.id], areas[row.id]))
        for row, scheme, parent_code in rows
    ]


def areas_of_levels(session: Session, scheme: str, levels: Sequence[str]) -> list[tuple[str, str]]:
    """List the units of some levels of a scheme: place code and name, the levels in the order given."""
    rows = session.execute(
        select(PlaceRow.code, PlaceRow.name_en, PlaceRow.level)
        .join(AreaSchemeRow, AreaSchemeRow.id == PlaceRow.scheme_id)
        .where(AreaSchemeRow.code == scheme, PlaceRow.level.in_(levels))
    )
    ordered = sorted(rows, key=lambda row: (levels.index(row[2] or ""), row[0]))
    return [(code, name) for code, name, _ in ordered]


def city_roots(session: Session) -> list[tuple[str, str]]:
    """List the units at the top of the city's own schemes, oldest scheme first: place code and name."""
    rows = session.execute(
        select(PlaceRow.code, PlaceRow.name_vi)
        .join(AreaSchemeRow, AreaSchemeRow.id == PlaceRow.scheme_id)
        .where(PlaceRow.parent_id.is_(None), AreaSchemeRow.code.in_([BEFORE_MERGER.code, SINCE_MERGER.code]))
        .order_by(AreaSchemeRow.valid_from, PlaceRow.code.desc())
    )
    return [(row.code, row.name_vi) for row in rows]


def site_codes(session: Session) -> list[str]:
    """List the codes of all sites, in order."""
    return list(session.scalars(select(PlaceRow.code).where(PlaceRow.kind != AREA_KIND).order_by(PlaceRow.code)))


def all_schemes(session: Session) -> list[AreaScheme]:
    """Read every dated scheme, oldest first."""
    rows = session.scalars(select(AreaSchemeRow).order_by(AreaSchemeRow.valid_from, AreaSchemeRow.code))
    return [
        AreaScheme(row.code, row.valid_from, row.valid_to, row.title_vi, row.title_en, AreaLevel(row.total_level))
        for row in rows
    ]


def _save_scheme_row(session: Session, scheme: AreaScheme) -> int:
    values = {
        "title_vi": scheme.title_vi,
        "title_en": scheme.title_en,
        "total_level": scheme.total_level,
        "valid_from": scheme.valid_from,
        "valid_to": scheme.valid_to,
    }
    statement = insert(AreaSchemeRow).values(code=scheme.code, **values)
    statement = statement.on_conflict_do_update(index_elements=["code"], set_=values)
    return session.execute(statement.returning(AreaSchemeRow.id)).scalar_one()


def _save_places(session: Session, values: Sequence[dict[str, object]]) -> dict[str, int]:
    """Save places of one shape and tell their numbers by code."""
    statement = insert(PlaceRow).values(list(values))
    changed = {name: statement.excluded[name] for name in values[0] if name != "code"}
    statement = statement.on_conflict_do_update(index_elements=["code"], set_=changed)
    rows = session.execute(statement.returning(PlaceRow.code, PlaceRow.id))
    return {row.code: row.id for row in rows}


def _unit_values(unit: AreaUnit, scheme_id: int) -> dict[str, object]:
    column, row = unit.tile or (None, None)
    return {
        "code": unit.place_code,
        "kind": AREA_KIND,
        "name_vi": unit.name_vi,
        "name_en": unit.name_en,
        "scheme_id": scheme_id,
        "level": unit.level,
        "unit_type": unit.unit_type,
        "tile_column": column,
        "tile_row": row,
    }


def _save_changes(session: Session, data: AreaSchemeData) -> None:
    if not data.changes:
        return
    codes = {code for change in data.changes for code in (change.old_place_code, change.new_place_code)}
    ids = place_ids(session, codes)
    values = [
        {
            "old_place_id": ids[change.old_place_code],
            "new_place_id": ids[change.new_place_code],
            "old_unit_split": change.old_unit_split,
        }
        for change in data.changes
    ]
    session.execute(insert(AreaChangeRow).on_conflict_do_nothing(), values)


def _area_row(place_id: int, area: SiteArea, ids: dict[str, int]) -> SiteAreaRow:
    if area.place_code not in ids:
        raise NotFoundError(f"The area {area.place_code} is not saved yet; load its scheme first.")
    return SiteAreaRow(
        place_id=place_id,
        area_id=ids[area.place_code],
        valid_from=area.interval.first,
        valid_to=area.interval.last,
    )


def _place(
    row: PlaceRow,
    scheme: AreaSchemeRow | None,
    parent_code: str | None,
    intervals: Sequence[Interval],
    areas: Sequence[SiteArea],
) -> Place:
    validity = () if scheme is None else (Interval(scheme.valid_from, scheme.valid_to),)
    return Place(
        code=row.code,
        kind=row.kind,
        name_vi=row.name_vi,
        name_en=row.name_en,
        scheme_code=scheme.code if scheme else None,
        level=row.level,
        parent_code=parent_code,
        valid_from=scheme.valid_from if scheme else None,
        valid_to=scheme.valid_to if scheme else None,
        open_intervals=validity or tuple(intervals),
        areas=tuple(areas),
    )
