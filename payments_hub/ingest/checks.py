"""Every rule that needs the code lists or the clock. Pure: the same message, lists and moment, the same findings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from payments_hub.contracts.decode import Decoded
from payments_hub.contracts.findings import Finding, in_words, make_finding
from payments_hub.contracts.hashing import canonical_time
from payments_hub.contracts.header import SliceHeader
from payments_hub.domain.code_names import frequency_words
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.places import Place
from payments_hub.domain.sites import Interval
from payments_hub.ingest.place_checks import place_findings
from payments_hub.ingest.reference import Reference, RegisteredPartner
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.periods import Frequency

LARGEST_CLOCK_LEAD = timedelta(minutes=5)
"""Clocks of well kept machines differ by seconds; more means that the sender's times cannot be trusted."""


def check(decoded: Decoded, *, partner: RegisteredPartner, reference: Reference, now: datetime) -> tuple[Finding, ...]:
    """
    Check what a message says it is about, also where the rest of it could not be read.

    Args:
        decoded: The message; only its header counts.
        partner: Whose credential or topic it came by.
        reference: The code lists of this moment.
        now: This moment.

    """
    return tuple(_findings(decoded.header, partner, reference, now))


def _findings(
    header: SliceHeader, partner: RegisteredPartner, reference: Reference, now: datetime
) -> Iterator[Finding]:
    yield from _source_findings(header, partner)
    yield from _time_findings(header, now)
    yield from _currency_findings(header, partner)
    yield from place_findings(header, reference)
    yield from _duty_findings(header, partner, reference)


def _source_findings(header: SliceHeader, partner: RegisteredPartner) -> Iterator[Finding]:
    if header.source is not None and header.source != partner.source:
        right = partner.source
        yield make_finding(
            "E1101", "/source", got=header.source, suggestion=right, partner=partner.code, expected=right
        )


def _time_findings(header: SliceHeader, now: datetime) -> Iterator[Finding]:
    if header.time is not None and header.time > now + LARGEST_CLOCK_LEAD:
        times = {"got": canonical_time(header.time), "now": canonical_time(now.replace(microsecond=0))}
        yield make_finding("E2002/time-ahead", "/time", **times)
    today = local_day(now)
    if header.period is not None and header.period.end >= today:
        yield make_finding("E3001", "/data/period", got=str(header.period), today=today)


def _currency_findings(header: SliceHeader, partner: RegisteredPartner) -> Iterator[Finding]:
    flow = FLOWS.get(header.flow or "")
    if flow is not None and flow.has_amount and header.currency not in {None, partner.currency}:
        yield make_finding("E2101", "/data/currency", got=header.currency, allowed=(partner.currency,))


def _duty_findings(header: SliceHeader, partner: RegisteredPartner, reference: Reference) -> Iterator[Finding]:
    """Ask what the partner owes: one frequency for a flow at a place at a date, so that nothing is counted twice."""
    place, flow = reference.places.get(header.site or ""), FLOWS.get(header.flow or "")
    if place is None or flow is None or place.kind not in flow.place_kinds:
        return
    agreed = _agreed_frequencies(header, partner, reference, place)
    if not agreed:
        has = ", ".join(_registered_flows(partner, reference, place))
        case = "E3002/not-registered" if has else "E3002/nothing-registered"
        yield make_finding(case, "/data/flow", got=header.flow, has=has)
    elif header.period is not None and header.period.frequency in flow.frequencies - agreed:
        named = in_words("has", frequency_words(agreed))
        pointer, got = "/data/period", str(header.period)
        yield make_finding("E3002/registered-frequency", pointer, got=got, flow=flow.code, **named)


def _agreed_frequencies(
    header: SliceHeader, partner: RegisteredPartner, reference: Reference, place: Place
) -> frozenset[Frequency]:
    """
    Tell the frequencies that the partner may use for the period: one at most, so that nothing counts twice.

    That of the agreement that covers it. A period before or between agreements may still be sent, as the nearest one
    has it; but none that reaches into agreements of different frequencies.
    """
    period = header.period
    duties = reference.obligations.get((partner.code, header.flow or "", place.code), ())
    if period is None or not duties:
        return frozenset(duty.frequency for duty in duties)
    met = [duty for duty in duties if Interval(duty.valid_from, duty.valid_to).meets(period)]
    nearest = min(duties, key=lambda duty: abs((duty.valid_from - period.start).days))
    agreed = frozenset(duty.frequency for duty in met or [nearest])
    return agreed if len(agreed) == 1 else frozenset(duty.frequency for duty in met if duty.covers(period))


def _registered_flows(partner: RegisteredPartner, reference: Reference, place: Place) -> list[str]:
    return sorted(code for code in FLOWS if (partner.code, code, place.code) in reference.obligations)
