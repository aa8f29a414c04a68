"""How feeds stand: a partner's calendar with what belongs beside it, and all partners in one list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.feed_calendar import (
    WINDOWS,
    CalendarRow,
    CalendarSummary,
    SliceFacts,
    calendar_row,
    summarise,
    window,
)
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.reference import Reference
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.errors import NotFoundError
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.services.feed_halts import FeedHalt, feed_halts
from payments_hub.store import feed_status
from payments_hub.store.feed_status import FeedQuestion, JudgedMessage, LiveKey, ManifestLine, ReconciledDay
from payments_hub.store.partners import Partner, all_partners
from payments_hub.store.receipts import ReceiptSummary, recent_receipts

MESSAGES_SHOWN = 12
UNKNOWN_FIELD = "E2003"
LOOKS_BACK = timedelta(days=28)
"""Errors and deliveries are counted over so long."""

_INDEX = re.compile(r"/[0-9]+(?=/|$)")


@dataclass(frozen=True, slots=True)
class FeedChoice:
    """A flow at one frequency: what one calendar is of."""

    flow: str
    frequency: Frequency


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """
    Messages with one cause: the same fault of the same kind of place in the message, the same thing got.

    Args:
        pointer: Where in the message, with * for every number of a cell.
        messages: How many messages had it.
        sent_again: Of how many the slice was sent again and not rejected; so a replay counts them no more.
        receipt: One of the receipts, the newest.

    """

    code: str
    severity: str
    pointer: str
    got: str | None
    suggestion: str | None
    words: Words
    messages: int
    sent_again: int
    first_at: datetime
    receipt: str


@dataclass(frozen=True, slots=True)
class Feed:
    """All that the page of one partner's flow shows."""

    partner: Partner
    choices: tuple[FeedChoice, ...]
    chosen: FeedChoice
    today: date
    periods: tuple[Period, ...]
    rows: tuple[CalendarRow, ...]
    place_names: Mapping[str, Words]
    due_days: tuple[int, ...]
    summary: CalendarSummary
    open_rejections: int
    groups: tuple[ErrorGroup, ...]
    messages: tuple[ReceiptSummary, ...]
    manifests: tuple[ManifestLine, ...]
    warnings: tuple[feed_status.SeriesWarning, ...]
    keys: tuple[LiveKey, ...]
    days: tuple[ReconciledDay, ...]
    halts: tuple[FeedHalt, ...]


@dataclass(frozen=True, slots=True)
class PartnerStanding:
    """One partner in the list of all: its flows together, and when it was last heard."""

    partner: Partner
    flows: tuple[FeedChoice, ...]
    summary: CalendarSummary
    last_message: datetime | None


def partner_feed(
    session: Session,
    reference: Reference,
    partner: str,
    *,
    chosen: FeedChoice | None,
    first: date | None,
    now: datetime,
) -> Feed | None:
    """
    Read one partner's feed; None where it owes nothing.

    Args:
        session: Of the reader, who may see this partner.
        reference: The code lists of this moment.
        partner: The partner's code.
        chosen: Which calendar; None for the partner's first.
        first: A day of the first period to show; None for the newest ones.
        now: The present instant.

    Raises:
        NotFoundError: There is no such partner, or it owes no such flow at such a frequency.

    """
    number, found = _partner(session, partner)
    choices = _choices(reference, partner)
    if not choices:
        return None
    calendar = _chosen(choices, chosen)
    today = local_day(now)
    periods = window(calendar.frequency, today, first)
    rows = _rows(
        session, reference, FeedQuestion((calendar.flow,), calendar.frequency, periods, number), today, partner
    )
    judged = feed_status.judged_messages(session, number, calendar.flow, since=now - LOOKS_BACK)
    duties = _duties(reference, calendar, partner)
    return Feed(
        partner=found,
        choices=choices,
        chosen=calendar,
        today=today,
        periods=periods,
        rows=rows,
        place_names={row.place: _name(reference, row.place) for row in rows},
        due_days=tuple(sorted({duty.due_days for duty in duties})),
        summary=summarise(rows),
        open_rejections=sum(one.verdict == Verdict.REJECTED and not one.sent_again for one in judged),
        groups=error_groups(judged),
        messages=tuple(recent_receipts(session, partner=partner, limit=MESSAGES_SHOWN)),
        manifests=tuple(feed_status.manifest_lines(session, number, calendar.flow, periods)),
        warnings=tuple(feed_status.open_warnings(session, number, calendar.flow)),
        keys=tuple(feed_status.live_keys(session, number, now=now)),
        days=tuple(feed_status.reconciled_days(session, number, since=now - LOOKS_BACK)),
        halts=feed_halts(session, number, partner),
    )


def standings(session: Session, reference: Reference, *, now: datetime) -> tuple[PartnerStanding, ...]:
    """Tell how every partner stands, over the newest periods of each of its flows."""
    heard = feed_status.last_messages(session)
    by_partner: dict[str, list[CalendarRow]] = defaultdict(list)
    for row in all_rows(session, reference, today=local_day(now)):
        by_partner[row.partner].append(row)
    return tuple(
        PartnerStanding(
            partner=partner,
            flows=_choices(reference, partner.code),
            summary=summarise(by_partner[partner.code]),
            last_message=heard.get(partner.code),
        )
        for _, partner in all_partners(session)
    )


def all_rows(session: Session, reference: Reference, *, today: date) -> tuple[CalendarRow, ...]:
    """Judge the newest periods of all that every partner owes."""
    rows: list[CalendarRow] = []
    for frequency in WINDOWS:
        flows = {flow for (_, flow, _), duties in reference.obligations.items() if _at(duties, frequency)}
        if flows:
            asked = FeedQuestion(tuple(sorted(flows)), frequency, window(frequency, today))
            rows += _rows(session, reference, asked, today, None)
    return tuple(rows)


def error_groups(judged: Iterable[JudgedMessage]) -> tuple[ErrorGroup, ...]:
    """Group the findings of messages by their cause, those that still wait first, then the most frequent."""
    groups: dict[tuple[object, ...], list[tuple[JudgedMessage, dict[str, object]]]] = defaultdict(list)
    for message in judged:
        causes = {_cause(finding): finding for finding in message.findings}
        for cause, finding in causes.items():
            groups[cause].append((message, finding))
    made = [_group(cause, met) for cause, met in groups.items()]
    return tuple(
        sorted(made, key=lambda group: (group.severity != "error", group.sent_again - group.messages, group.code))
    )


def _group(cause: tuple[object, ...], met: Sequence[tuple[JudgedMessage, dict[str, object]]]) -> ErrorGroup:
    newest, finding = met[0]
    code, severity, pointer, got, suggestion = (None if part is None else str(part) for part in cause)
    return ErrorGroup(
        code=code or "",
        severity=severity or "",
        pointer=pointer or "",
        got=got,
        suggestion=suggestion,
        words=Words(str(finding["text_vi"]), str(finding["text_en"])),
        messages=len(met),
        sent_again=sum(message.sent_again for message, _ in met),
        first_at=min(message.issued_at for message, _ in met),
        receipt=newest.receipt_id,
    )


def _cause(finding: Mapping[str, object]) -> tuple[object, ...]:
    """
    Tell what makes two findings one cause.

    A number that was got differs each time and says nothing, and so does the value of a field that should not be there.
    """
    listed = finding["code"] != UNKNOWN_FIELD and (finding.get("suggestion") or finding.get("allowed"))
    got = finding.get("got") if listed else None
    pointer = _INDEX.sub("/*", str(finding["pointer"]))
    return finding["code"], finding["severity"], pointer, got, finding.get("suggestion")


def _rows(
    session: Session, reference: Reference, asked: FeedQuestion, today: date, partner: str | None
) -> tuple[CalendarRow, ...]:
    facts = feed_status.slice_facts(session, asked)
    nothing: dict[Period, SliceFacts] = {}
    rows: list[CalendarRow] = []
    for (code, flow, place), agreed in sorted(reference.obligations.items()):
        duties = _at(agreed, asked.frequency)
        if duties and flow in asked.flows and partner in {None, code}:
            known = facts.get((reference.partners[code].number, flow, place), nothing)
            rows.append(calendar_row(duties, reference.places.get(place), asked.periods, known, today))
    return tuple(row for row in rows if row.owed)


def _at(duties: Iterable[Obligation], frequency: Frequency) -> list[Obligation]:
    return [duty for duty in duties if duty.frequency is frequency]


def _duties(reference: Reference, choice: FeedChoice, partner: str) -> list[Obligation]:
    return [
        duty
        for (code, flow, _), duties in reference.obligations.items()
        if (code, flow) == (partner, choice.flow)
        for duty in _at(duties, choice.frequency)
    ]


def _choices(reference: Reference, partner: str) -> tuple[FeedChoice, ...]:
    found = {
        (flow, duty.frequency)
        for (code, flow, _), duties in reference.obligations.items()
        if code == partner
        for duty in duties
    }
    ordered = sorted(found, key=lambda one: (one[1].rank, list(FLOWS).index(one[0])))
    return tuple(FeedChoice(flow, frequency) for flow, frequency in ordered)


def _chosen(choices: Sequence[FeedChoice], chosen: FeedChoice | None) -> FeedChoice:
    if chosen is None:
        return choices[0]
    if chosen not in choices:
        raise NotFoundError("This partner owes no such flow.")
    return chosen


def _partner(session: Session, code: str) -> tuple[int, Partner]:
    found = next(((number, partner) for number, partner in all_partners(session) if partner.code == code), None)
    if found is None:
        raise NotFoundError("There is no such partner.")
    return found


def _name(reference: Reference, code: str) -> Words:
    place = reference.places.get(code)
    return Words(code, code) if place is None else Words(place.name_vi, place.name_en)
