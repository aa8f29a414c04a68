"""Every message that the simulated partners have sent, in the order in which they sent them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from payments_hub.contracts.writing import structured_event
from payments_hub.demo.city import POS_SALES, City
from payments_hub.demo.communes import SERVICES, commune_economies, receipts_of
from payments_hub.demo.plan import Distortion, Sending, sending_into_lock, sendings
from payments_hub.demo.profiles import SITE_PROFILES
from payments_hub.demo.sales import sales_of
from payments_hub.demo.slices import NOTHING, SliceFigures, SliceKey, event_id, slice_event
from payments_hub.demo.stories import Step, Story, planted_stories
from payments_hub.domain.cells import Cell
from payments_hub.domain.instruments import Action, Instrument

_DAYS_SENT_AT_ONCE = 3
_UNDERCOUNT_PERCENT = 82
_PROFILES = {profile.code: profile for profile in SITE_PROFILES}


@dataclass(frozen=True, slots=True)
class Message:
    """
    One message as sent: a structured CloudEvent.

    Args:
        partner: Code of the partner that sends it; it is simulated.
        flow: The flow it reports.
        key: The slice it is about.
        step: What it is within the slice's story, and so which verdict it must get.
        event_id: The event's id.
        revision: The revision's number.
        sent_at: When it leaves the partner.
        body: The bytes.

    """

    partner: str
    flow: str
    key: SliceKey
    step: Step
    event_id: str
    revision: int
    sent_at: datetime
    body: bytes


def messages(city: City) -> Iterator[Message]:
    """Yield what was sent until the city's instant, in order of sending."""
    for sending in sendings(city):
        yield write(city, sending)


def messages_into_lock(city: City) -> Iterator[Message]:
    """Yield what is sent after the period of `stories.held_key` was locked: it must be held, not lost."""
    yield write(city, sending_into_lock(city))


def true_figures(city: City, key: SliceKey) -> SliceFigures:
    """Draw what really happened: what the slice says once all corrections are in."""
    if planted_stories(city).get(key) is Story.NOTHING:
        return NOTHING
    if key.flow == POS_SALES:
        return sales_of(_PROFILES[key.place], key.period.start, city.seed)
    return receipts_of(SERVICES[key.flow], commune_economies(city.seed)[key.place], key.period, city.seed)


def sent_figures(city: City, sending: Sending) -> SliceFigures:
    """Draw what a sending says, true or not; it says nothing where it deletes."""
    if sending.edition.action is Action.DELETE:
        return NOTHING
    figures = true_figures(city, sending.key)
    match sending.distortion:
        case Distortion.NONE:
            return figures
        case Distortion.UNDERCOUNT:
            return replace(figures, cells=tuple(_undercounted(cell) for cell in figures.cells))
        case Distortion.THREE_DAYS:
            return replace(figures, cells=tuple(_scaled(cell, _DAYS_SENT_AT_ONCE * 100) for cell in figures.cells))
        case Distortion.THOUSANDFOLD:
            return replace(figures, cells=tuple(_thousandfold(cell) for cell in figures.cells))


def write(city: City, sending: Sending) -> Message:
    """Write a planned sending as the bytes of a message."""
    key, edition = sending.key, sending.edition
    figures = sent_figures(city, sending)
    if edition.action is Action.REPLACE and not figures.cells:
        edition = replace(edition, action=Action.NIL)
    event_name = event_id(key, city.seed, sending.name)
    event = structured_event(slice_event(key, figures, edition, event_name, sending.made_at))
    return Message(
        partner=key.partner,
        flow=key.flow,
        key=key,
        step=sending.step,
        event_id=event_name,
        revision=edition.revision,
        sent_at=sending.sent_at,
        body=orjson.dumps(_spoil(event, sending.step)),
    )


def _undercounted(cell: Cell) -> Cell:
    """Leave out what two tills had not sent yet; in a small cell the owners would come to outnumber the payments."""
    owners = cell.contributors.n if cell.contributors else 0
    if cell.count is None or cell.count < 2 * owners:
        return cell
    return _scaled(cell, _UNDERCOUNT_PERCENT)


def _thousandfold(cell: Cell) -> Cell:
    """Take the card machines' amounts for thousands, which they were not."""
    if cell.instrument is not Instrument.CARD:
        return cell
    amount, refunds = cell.amount or 0, cell.refund_amount
    return cell._replace(amount=amount * 1_000, refund_amount=None if refunds is None else refunds * 1_000)


def _scaled(cell: Cell, percent: int) -> Cell:
    return cell._replace(
        count=_part(cell.count, percent),
        amount=_part(cell.amount, percent),
        refund_count=_part(cell.refund_count, percent),
        refund_amount=_part(cell.refund_amount, percent),
    )


def _part(figure: int | None, percent: int) -> int | None:
    return None if figure is None else figure * percent // 100


def _spoil(event: dict[str, object], step: Step) -> dict[str, object]:
    data = event["data"]
    if not isinstance(data, dict):
        return event
    if step is Step.WRONG_CODE:
        # The bare code of a commune, as a partner's own table holds it: it meant another unit before July 2025.
        return event | {"data": data | {"site": str(data["site"]).partition(":")[2]}}
    if step is Step.WRONG_CONTROL:
        control = data["control"]
        return event | {"data": data | {"control": control | {"amount": swapped(control["amount"])}}}
    return event


def swapped(number: int) -> int:
    """
    Swap two neighbouring digits, as a hand does that copies a total.

    >>> swapped(7_035_060), swapped(5_555)
    (7305060, 5556)
    """
    digits = list(str(number))
    for index in range(1, len(digits) - 1):
        if digits[index] != digits[index + 1]:
            digits[index], digits[index + 1] = digits[index + 1], digits[index]
            return int("".join(digits))
    return number + 1
