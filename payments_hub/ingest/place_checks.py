"""Whether a slice's place exists, held in its period, and suits its flow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from payments_hub.contracts.findings import Finding, in_words, make_finding
from payments_hub.contracts.header import SliceHeader
from payments_hub.contracts.similarity import nearest, nearest_by_name
from payments_hub.domain.code_names import place_kind_words
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.geography import find_place
from payments_hub.domain.languages import Words
from payments_hub.domain.places import Place, PlaceCodeFault, PlaceCodeRefusal, parse_place_code
from payments_hub.ingest.reference import Reference
from payments_hub.kernel.periods import Period

_POINTER = "/data/site"
_CASES = {
    PlaceCodeFault.BARE: "E2101/bare-area",
    PlaceCodeFault.UNDATED: "E2101/undated-area",
    PlaceCodeFault.UNKNOWN_SCHEME: "E2101/scheme",
    PlaceCodeFault.MALFORMED: "E2101/site",
    PlaceCodeFault.UNKNOWN_UNIT: "E2101/site",
}


def place_findings(header: SliceHeader, reference: Reference) -> Iterator[Finding]:
    """Apply every rule about the place, as far as site, period and flow could be read."""
    if header.site is None:
        return
    place = reference.places.get(header.site)
    if place is None:
        yield _unknown_place(header.site, header.period, reference)
        return
    if header.period is not None:
        yield from _closed_findings(place, header.period, reference)
    flow = FLOWS.get(header.flow or "")
    if flow is not None and place.kind not in flow.place_kinds:
        named = in_words("kind", place_kind_words({place.kind})) | in_words("has", place_kind_words(flow.place_kinds))
        yield make_finding("E3002/place-kind", _POINTER, got=place.code, flow=flow.code, **named)


def _closed_findings(place: Place, period: Period, reference: Reference) -> Iterator[Finding]:
    if place.is_area and not place.holds(period):
        yield _outside_its_scheme(place, period, reference)
    elif not place.is_area and not place.open_during(period):
        yield make_finding("E2103", _POINTER, got=place.code, period=str(period))


def _outside_its_scheme(place: Place, period: Period, reference: Reference) -> Finding:
    valid = sorted(scheme.code for scheme in reference.schemes.values() if scheme.validity.holds(period))
    cut, named = _cut(place, period), {"got": place.code, "period": str(period)}
    if valid:
        return make_finding("E2102", _POINTER, cut=cut, schemes=", ".join(valid), **named)
    if cut is not None and period.start < cut <= period.end:
        return make_finding("E2102/split", _POINTER, cut=cut, **named)
    held = in_words("held", _validity_words(place))
    return make_finding("E2102/no-scheme", _POINTER, **named, **held)


def _validity_words(place: Place) -> Words:
    if place.valid_to is None:
        return Words(f"từ {place.valid_from}", f"from {place.valid_from} on")
    if place.valid_from is None:
        return Words(f"đến {place.valid_to}", f"until {place.valid_to}")
    return Words(f"từ {place.valid_from} đến {place.valid_to}", f"from {place.valid_from} to {place.valid_to}")


def _cut(place: Place, period: Period) -> date | None:
    """Name the first day of what came after the place's scheme, or of the scheme itself where the period is before."""
    if place.valid_to is not None and period.end > place.valid_to:
        return place.valid_to + timedelta(days=1)
    return place.valid_from


def _unknown_place(text: str, period: Period | None, reference: Reference) -> Finding:
    refusal = _refusal(text, period, reference)
    suggestion = refusal.suggestion or _nearest_place(text, period, reference.places)
    schemes = ", ".join(sorted(reference.schemes)) or None
    return make_finding(_CASES[refusal.fault], _POINTER, got=text, suggestion=suggestion, schemes=schemes)


def _refusal(text: str, period: Period | None, reference: Reference) -> PlaceCodeRefusal:
    """Say why a text names no place; without a period only its form can be judged."""
    found = find_place(text, period, reference.places) if period is not None else parse_place_code(text)
    return found if isinstance(found, PlaceCodeRefusal) else PlaceCodeRefusal(text, PlaceCodeFault.UNKNOWN_UNIT)


def _nearest_place(text: str, period: Period | None, places: Mapping[str, Place]) -> str | None:
    """Look among the codes of the same scheme, or of the sites; then among names, which some write for the code."""
    scheme, separator, unit = text.rpartition(":")
    if separator:
        units = {code.rpartition(":")[2]: code for code, place in places.items() if place.scheme_code == scheme}
        return units.get(nearest(unit, units) or "")
    sites = [code for code, place in places.items() if not place.is_area]
    names = {code: place.name_vi for code, place in places.items() if period is None or place.holds(period)}
    return nearest(text, sites) or nearest_by_name(text, names)
