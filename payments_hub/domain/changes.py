"""What changed between the ends of two days, told apart by why: new figures are no corrections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from payments_hub.domain.languages import Words
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.periods import Period

SETTLES_AFTER = timedelta(seconds=30)
"""A transaction that began before a day's end is over by then, so that nothing is added to the day any more."""


class ChangeReason(StrEnum):
    """Why a figure is another than before; the first that fits."""

    NEW_REPORTER = "NEW_REPORTER"
    NEW_PERIOD = "NEW_PERIOD"
    LATE = "LATE"
    CORRECTION = "CORRECTION"
    REVISION = "REVISION"


REASON_WORDS: dict[ChangeReason, tuple[Words, Words]] = {
    ChangeReason.NEW_REPORTER: (
        Words("Nguồn mới", "New reporter"),
        Words(
            "Trước ngày đầu, nguồn này chưa báo cáo luồng này tại địa điểm này.",
            "Before the first day this partner had reported nothing of the flow at the place.",
        ),
    ),
    ChangeReason.NEW_PERIOD: (
        Words("Kỳ mới", "New period"),
        Words("Báo cáo đầu tiên của một kỳ chưa quá hạn.", "The first report of a period that was not overdue."),
    ),
    ChangeReason.LATE: (
        Words("Đến muộn", "Late"),
        Words(
            "Báo cáo đầu tiên của một kỳ đã quá hạn vào ngày đầu.",
            "The first report of a period that was overdue on the first day.",
        ),
    ),
    ChangeReason.CORRECTION: (
        Words("Đính chính", "Correction"),
        Words("Bản sửa mà đối tác nêu lý do là đính chính.", "A revision that the partner calls a correction."),
    ),
    ChangeReason.REVISION: (
        Words("Bản sửa khác", "Other revision"),
        Words(
            "Bản sửa vì lý do khác: bổ sung muộn, phân loại lại, đổi cách tính.",
            "A revision for another reason: late data, reclassification, another method.",
        ),
    ),
}
"""Each reason's name, and what it means."""


@dataclass(frozen=True, slots=True)
class ReasonSum:
    """
    The revisions of one flow that became known for one reason, together.

    Args:
        slices: How many revisions.
        count: By how much they change the payments; None for a stock, which is never summed over time.
        amount: By how much they change the amount, in whole `currency`; None without amounts.

    """

    flow: str
    currency: str
    reason: ChangeReason
    slices: int
    count: int | None
    amount: int | None


@dataclass(frozen=True, slots=True)
class SliceChange:
    """
    One slice's revision: what the view held before it and after it.

    Args:
        action: REPLACE, NIL or DELETE.
        receipt_id: The receipt that tells of it.

    """

    partner: str
    flow: str
    site: str
    site_name_vi: str
    site_name_en: str
    period: Period
    revision: int
    action: str
    reason: ChangeReason
    currency: str
    count_before: int | None
    count_after: int | None
    amount_before: int | None
    amount_after: int | None
    known_at: datetime
    receipt_id: str
    simulated: bool


def last_knowable_day(now: datetime) -> date:
    """
    Tell the newest day whose end may be asked for.

    >>> from datetime import UTC
    >>> last_knowable_day(datetime(2026, 7, 3, 17, 0, 29, tzinfo=UTC)).isoformat()
    '2026-07-02'
    """
    return local_day(now - SETTLES_AFTER) - timedelta(days=1)
