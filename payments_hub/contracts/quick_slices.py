"""
The quick way to read a slice without fault and without remark, which nearly all are.

msgspec reads it into one structure a flow, whose types hold most rules already: which fields stand there, which codes,
which ranges. What is left is compared here. Whoever keeps every rule comes out as the event and its hashes; of anything
else, also of what is only rare, nothing is said: the thorough way (`payments_hub.contracts.decode`) reads it again and
explains. Both give the same of whatever the quick one accepts; a property holds it
([decision 23](../../docs/decisions/0023-slices-are-read-by-msgspec-first.md)).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter, eq
from typing import Any

import msgspec
from msgspec import UNSET

from payments_hub.contracts.envelope import PLAIN_JSON
from payments_hub.contracts.hashing import EventHashes, hash_written
from payments_hub.contracts.header import parse_time
from payments_hub.contracts.quick_structures import DATA_TYPES, MESSAGES
from payments_hub.contracts.read_cells import ReadCells
from payments_hub.contracts.slice_rules import clean_note, note_findings
from payments_hub.contracts.slice_v1 import PERIOD_PATTERN, TIME_PATTERN, SliceEvent
from payments_hub.domain.cells import WHOLE_SHARE_BASIS_POINTS, Contributors, Coverage
from payments_hub.domain.flows import Flow
from payments_hub.domain.instruments import Action, CellStatus, Finality, RevisionReason
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.money import LARGEST_WHOLE
from payments_hub.kernel.periods import Period

_NORMAL = CellStatus.NORMAL.value
_KEYS_OF_MESSAGE, _KEYS_OF_DATA, _KEYS_OF_SHARES, _KEYS_OF_COVERAGE = 6, 8, 3, 2
"""How many keys stand there whatever is left out."""

_MANY_OWNERS = 3
_WHITE_SPACE = b" \t\r\n"
_ALL = WHOLE_SHARE_BASIS_POINTS
_NO_BAND = (0, LARGEST_WHOLE)
"""Any payment is believed, as long as there is one."""

_PERIOD, _TIME = re.compile(PERIOD_PATTERN[1:-1]), re.compile(TIME_PATTERN[1:-1])


@dataclass(frozen=True, slots=True)
class QuickSlice:
    """A slice that keeps every rule and deserves no remark."""

    event: SliceEvent
    hashes: EventHashes


@dataclass(frozen=True, slots=True)
class _Rules:
    """
    What the types of a flow's structure do not hold.

    Args:
        dimensions: Takes a cell's dimensions out of it.
        band: The least and the greatest believable mean amount by currency.
        keys_of_cell: How many keys a cell has that leaves nothing out, those of its contributors among them.

    """

    flow: Flow
    dimensions: Callable[[Any], Any]
    band: Mapping[str, tuple[int, int]]
    has_amount: bool
    has_refunds: bool
    keys_of_cell: int


def read_quickly(text: bytes) -> QuickSlice | None:
    """Read a message in structured form; None where the thorough way has to decide."""
    try:
        message: Any = MESSAGES.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    data = message.data
    rules = _RULES[type(data)]
    time, period = _time(message.time), _period(data.period)
    if time is None or period is None or period.frequency not in rules.flow.frequencies:
        return None
    if not (_envelope_is_plain(message) and _data_is_plain(data, rules) and _cells_are_plain(data, rules)):
        return None
    cells = data.cells
    left_out = _fill_in(cells, has_refunds=rules.has_refunds)
    written = _ENCODER.encode(cells)
    for cell in cells:
        if cell.contributors is UNSET:
            cell.contributors = None
            left_out += 1 + _KEYS_OF_SHARES
    keys = _keys_of(message, data, rules) + rules.keys_of_cell * len(cells) - left_out
    if not _every_key_was_read(text, keys, message, data):
        return None
    hashes = hash_written(message.id, message.source, time, _canonical(data, rules), written)
    return QuickSlice(_event(message, data, time, period, rules), hashes)


def _envelope_is_plain(message: Any) -> bool:
    for part in (message.id, message.source, message.subject, message.partitionkey):
        if part and not part.isprintable():
            return False
    return message.datacontenttype in {UNSET, None, PLAIN_JSON}


def _data_is_plain(data: Any, rules: _Rules) -> bool:
    if data.revision > 0 and data.revision_reason is UNSET:
        return False
    if data.note is not UNSET and next(note_findings({"note": data.note}), None) is not None:
        return False
    if data.coverage is not UNSET and data.coverage.reporting > data.coverage.total:
        return False
    whole = data.control.amount if rules.has_amount else data.control.count
    return data.contributors is UNSET or _are_possible(data.contributors, whole)


def _cells_are_plain(data: Any, rules: _Rules) -> bool:
    """Tell whether every cell keeps its rules, none stands twice, and the sums are the control's; put them in order."""
    cells = data.cells
    if not _in_order(cells, rules.dimensions):
        return False
    if sum([cell.count for cell in cells]) != data.control.count:
        return False
    if not rules.has_amount:
        return all(cell.contributors is UNSET or _are_possible(cell.contributors, cell.count) for cell in cells)
    if sum([cell.amount for cell in cells]) != data.control.amount:
        return False
    if rules.has_refunds and not _refunds_fit(cells):
        return False
    return _amounts_fit(cells, *rules.band.get(data.currency, _NO_BAND))


def _in_order(cells: list[Any], dimensions: Callable[[Any], Any]) -> bool:
    """Put cells into the order of their dimensions; tell whether each stands once."""
    keys = list(map(dimensions, cells))
    ordered = sorted(keys)
    if True in map(eq, ordered, islice(ordered, 1, None)):
        return False
    # Most are sent in this order already.
    if keys != ordered:
        cells.sort(key=dimensions)
    return True


def _amounts_fit(cells: Sequence[Any], low: int, high: int) -> bool:
    for cell in cells:
        count, amount = cell.count, cell.amount
        if not low * count <= amount <= high * count or (not amount and count):
            return False
        owners = cell.contributors
        if owners is UNSET:
            continue
        n, top1_bp, top2_bp = owners.n, owners.top1_bp, owners.top2_bp
        # Of many owners, the same as `Contributors.are_possible`, which would be called for each cell.
        if (
            n < _MANY_OWNERS
            or top1_bp < top2_bp
            or top1_bp < _ALL // n
            or not -1 < _ALL - top1_bp - top2_bp < (n - 2) * (top2_bp + 1) + 2
        ) and not _are_possible(owners, amount):
            return False
    return True


def _refunds_fit(cells: Sequence[Any]) -> bool:
    for cell in cells:
        refund_count, refund_amount = cell.refund_count, cell.refund_amount
        if refund_count and refund_count > cell.count:
            return False
        if refund_amount and refund_amount > cell.amount:
            return False
    return True


def _are_possible(owners: Any, whole: int) -> bool:
    n, top1_bp, top2_bp = owners.n, owners.top1_bp, owners.top2_bp
    nothing_to_share = not whole and top1_bp == top2_bp == 0
    return nothing_to_share or Contributors(n, top1_bp, top2_bp).are_possible()


def _fill_in(cells: Sequence[Any], *, has_refunds: bool) -> int:
    """Give cells what they left out, and tell how often that was."""
    without_status = [cell for cell in cells if cell.status is UNSET]
    for cell in without_status:
        cell.status = _NORMAL
    if not has_refunds:
        return len(without_status)
    without_count = [cell for cell in cells if cell.refund_count is UNSET]
    for cell in without_count:
        cell.refund_count = 0
    without_amount = [cell for cell in cells if cell.refund_amount is UNSET]
    for cell in without_amount:
        cell.refund_amount = 0
    return len(without_status) + len(without_count) + len(without_amount)


def _every_key_was_read(text: bytes, keys: int, message: Any, data: Any) -> bool:
    """
    Tell whether no key stands twice, by counting; False says only that the thorough way must decide.

    Without escapes, each colon stands behind a key or in one of the texts that were read: one more is a key that was
    lost in reading, or in its value. With escapes that cannot be said; but each key is followed by a quotation mark
    and a colon, perhaps with white space between, and what a text holds of these only adds.
    """
    if b"\\" in text:
        return text.translate(None, _WHITE_SPACE).count(b'":') == keys
    return text.count(b":") == keys + _colons_in_texts(message, data)


def _colons_in_texts(message: Any, data: Any) -> int:
    """Count the colons that follow no key; of the texts of cells none has one, for they are codes."""
    texts = (message.id, message.source, message.type, message.time, message.subject, message.partitionkey)
    more = (message.dataschema, data.site, data.note)
    return sum([text.count(":") for text in (*texts, *more) if text])


def _keys_of(message: Any, data: Any, rules: _Rules) -> int:
    """Count the keys that were read, without those of the cells."""
    of_message = (message.subject, message.partitionkey, message.datacontenttype, message.dataschema)
    of_data = (data.revision_reason, data.note, data.coverage, data.contributors)
    keys = _KEYS_OF_MESSAGE + _KEYS_OF_DATA + sum([part is not UNSET for part in (*of_message, *of_data)])
    keys += 3 if rules.has_amount else 1  # of the control, and the currency
    keys += _KEYS_OF_COVERAGE if data.coverage is not UNSET else 0
    return keys + (_KEYS_OF_SHARES if data.contributors is not UNSET else 0)


def _canonical(data: Any, rules: _Rules) -> dict[str, object]:
    """Write the canonical data without its cells."""
    control = data.control
    canonical: dict[str, object] = {
        "flow": rules.flow.code,
        "site": data.site,
        "period": data.period,
        "action": data.action,
        "revision": data.revision,
        "finality": data.finality,
        "control": {"count": control.count},
    }
    if rules.has_amount:
        canonical["currency"] = data.currency
        canonical["control"] = {"count": control.count, "amount": control.amount}
    if data.revision_reason is not UNSET:
        canonical["revision_reason"] = data.revision_reason
    if data.note is not UNSET:
        data.note = canonical["note"] = clean_note(data.note)
    if data.coverage is not UNSET:
        canonical["coverage"] = msgspec.structs.asdict(data.coverage)
    if data.contributors is not UNSET:
        canonical["contributors"] = msgspec.structs.asdict(data.contributors)
    return canonical


def _event(message: Any, data: Any, time: datetime, period: Period, rules: _Rules) -> SliceEvent:
    coverage, owners = data.coverage, data.contributors
    return SliceEvent(
        source=message.source,
        id=message.id,
        time=time,
        subject=message.subject or None,
        partition_key=message.partitionkey or None,
        data_schema=message.dataschema or None,
        flow=rules.flow.code,
        site=data.site,
        period=period,
        action=Action.REPLACE,
        revision=data.revision,
        reason=None if data.revision_reason is UNSET else RevisionReason(data.revision_reason),
        note=None if data.note is UNSET else data.note,
        finality=_FINALITIES[data.finality],
        currency=data.currency if rules.has_amount else None,
        coverage=None if coverage is UNSET else Coverage(coverage.reporting, coverage.total),
        cells=ReadCells(data.cells),
        contributors=None if owners is UNSET else Contributors(owners.n, owners.top1_bp, owners.top2_bp),
        control_count=data.control.count,
        control_amount=data.control.amount if rules.has_amount else None,
    )


_FINALITIES = {finality.value: finality for finality in Finality}


def _time(text: str) -> datetime | None:
    return parse_time(text) if _TIME.fullmatch(text) else None


@lru_cache(maxsize=4096)
def _period(text: str) -> Period | None:
    try:
        return Period.parse(text) if _PERIOD.fullmatch(text) else None
    except InvalidValueError:
        return None


def _rules(flow: Flow) -> _Rules:
    dimensions = attrgetter(*(dimension.value for dimension in flow.dimensions))
    keys = len(flow.dimensions) + len(flow.measures) + 2 + _KEYS_OF_SHARES  # and status, and contributors
    return _Rules(flow, dimensions, flow.mean_ticket_bands, flow.has_amount, flow.has_refunds, keys)


_RULES = {made: _rules(flow) for made, flow in DATA_TYPES.items()}


_ENCODER = msgspec.json.Encoder(order="sorted")
