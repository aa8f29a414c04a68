"""Hold what was delivered against what was answered, day by day, and tell an operator where it does not add up."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from payments_hub.domain.languages import Words
from payments_hub.kernel.clock import local_day, start_of_local_day
from payments_hub.kernel.errors import NotFoundError
from payments_hub.store.alerts import AlertKind, raise_alert, resolve_alert
from payments_hub.store.partners import all_partners
from payments_hub.store.reconciliation import (
    CheckedDay,
    CountedDay,
    checked_days,
    days_to_count_again,
    first_delivery_day,
    recount,
    save_counted,
    with_fault,
)

log = structlog.get_logger()

OLD_DAYS_A_RUN = 31
"""How many earlier days one run counts again: a replay may touch a year of them, which the next runs come to."""

_FEWER = "FEWER"
_SENTENCES: dict[str, tuple[str, str]] = {
    "NO_RECEIPT": ("Lần nhận {0} không có biên nhận.", "Delivery {0} has no receipt."),
    "RECEIPTS": ("Lần nhận {0} có {1} biên nhận cùng hiệu lực.", "Delivery {0} has {1} receipts that hold."),
    "FOREIGN_RECEIPT": (
        "Biên nhận của lần nhận {0} thuộc đối tác khác.",
        "The receipt of delivery {0} is another partner's.",
    ),
    "VERDICT": (
        "Biên nhận của lần nhận {0} ghi {1}, nhưng hệ thống lưu như {2}.",
        "The receipt of delivery {0} says {1}, but what the hub keeps says {2}.",
    ),
    "TWICE": (
        "Bản ghi {0} được lưu nhiều lần: lần nhận {rest}.",
        "Record {0} is stored more than once: deliveries {rest}.",
    ),
    "BEYOND": (
        "Đã lưu bản ghi {0}, nhưng vị trí đọc mới đến {1}.",
        "Record {0} is stored, but the feed's position is only {1}.",
    ),
    "NO_DELIVERY": ("Biên nhận {0} không có lần nhận nào.", "Receipt {0} has no delivery."),
    _FEWER: ("Còn {0} lần nhận, trước đây đã đếm {1}.", "{0} deliveries are left of {1} that were counted before."),
}


def reconcile(
    session: Session, first: date, last: date, *, now: datetime, partner: str | None = None
) -> tuple[CheckedDay, ...]:
    """
    Count some days anew, keep the counts, raise an alert for each partner's day with a fault and end those of the rest.

    Args:
        session: Of a transaction that writes.
        first: The first day of the city to count.
        last: The last one.
        now: The present instant.
        partner: Whose deliveries; None for everybody's.

    Raises:
        NotFoundError: There is no such partner.

    """
    number = None if partner is None else _number(session, partner)
    before = {one.counted.key: one.counted for one in checked_days(session, first, last, partner_id=number)}
    counted = recount(session, first, last, partner_id=number)
    for key, earlier in before.items():
        counted[key] = _held_against(earlier, counted.get(key, CountedDay(*key)))
    save_counted(session, counted.values(), now=now)
    days = checked_days(session, first, last, partner_id=number)
    for day in days:
        _tell(session, day, now)
    return days


def reconcile_what_changed(session: Session, *, now: datetime) -> tuple[CheckedDay, ...]:
    """Count today and yesterday anew, the days on which a verdict changed since, and those that did not add up."""
    today = local_day(now)
    yesterday = today - timedelta(days=1)
    done = list(reconcile(session, yesterday, today, now=now))
    since = start_of_local_day(yesterday)
    for day in days_to_count_again(session, since=since, limit=OLD_DAYS_A_RUN):
        if day < yesterday:
            done += reconcile(session, day, day, now=now)
    return tuple(done)


def first_day(session: Session) -> date | None:
    """Tell the first day on which anything was delivered; None before."""
    return first_delivery_day(session)


def fault_words(fault: str) -> Words:
    """
    Say in a sentence what does not add up.

    >>> fault_words("NO_RECEIPT 17").en
    'Delivery 17 has no receipt.'
    >>> fault_words("TWICE feeds.BIDV-0-3 17 18").en
    'Record feeds.BIDV-0-3 is stored more than once: deliveries 17, 18.'
    """
    code, *values = fault.split(" ")
    if code not in _SENTENCES:
        return Words(fault, fault)
    vi, en = _SENTENCES[code]
    rest = ", ".join(values[1:])
    return Words(vi.format(*values, rest=rest), en.format(*values, rest=rest))


def alert_subject(partner: str, day: date) -> str:
    """Name what an alert of a reconciliation is about."""
    return f"{partner}/{day.isoformat()}"


def _held_against(earlier: CountedDay, present: CountedDay) -> CountedDay:
    """Deliveries are never taken away: that fewer are there than were counted is a fault until they are back."""
    most = max([earlier.delivered, *(int(fault.split(" ")[2]) for fault in earlier.faults if fault.startswith(_FEWER))])
    return present if present.delivered >= most else with_fault(present, f"{_FEWER} {present.delivered} {most}")


def _tell(session: Session, day: CheckedDay, now: datetime) -> None:
    subject = alert_subject(day.partner, day.counted.day)
    if not day.counted.faults:
        resolve_alert(session, AlertKind.RECONCILIATION, subject, now=now)
        return
    faults = list(day.counted.faults)
    if raise_alert(session, AlertKind.RECONCILIATION, subject, {"faults": faults}, now=now):
        log.error("reconciliation_failed", partner=day.partner, day=day.counted.day.isoformat(), faults=faults)


def _number(session: Session, code: str) -> int:
    for number, partner in all_partners(session):
        if partner.code == code:
            return number
    raise NotFoundError("There is no such partner.")
