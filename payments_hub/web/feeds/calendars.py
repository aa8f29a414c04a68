"""A feed's calendar in words: columns, lines, cells, legend; and the same as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.feed_calendar import CalendarCell, CalendarRow, CellGroup, CellState
from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.services.feeds import Feed
from payments_hub.web.components import Link, Paging

ROWS_A_PAGE = 60
_ON_A_PHONE = 7
_SATURDAY = 5

FREQUENCIES: dict[Frequency, Words] = {
    Frequency.DAY: Words("mỗi ngày", "daily"),
    Frequency.MONTH: Words("mỗi tháng", "monthly"),
    Frequency.QUARTER: Words("mỗi quý", "quarterly"),
    Frequency.YEAR: Words("mỗi năm", "yearly"),
}
PERIODS: dict[Frequency, Words] = {
    Frequency.DAY: Words("ngày", "days"),
    Frequency.MONTH: Words("tháng", "months"),
    Frequency.QUARTER: Words("quý", "quarters"),
    Frequency.YEAR: Words("năm", "years"),
}
STATES: dict[CellState, tuple[str, Words]] = {
    CellState.IN_TIME: ("ok", Words("nhận đúng hạn", "received in time")),
    CellState.LATE: ("late", Words("nhận muộn", "received late")),
    CellState.PARTIAL: ("part", Words("dưới 80 % quầy", "under 80% of tills")),
    CellState.NIL: ("nil", Words("báo không phát sinh", "nothing to report")),
    CellState.CLOSED: ("closed", Words("đóng cửa", "closed")),
    CellState.MISSING: ("miss", Words("thiếu, quá hạn", "missing, overdue")),
    CellState.REJECTED: ("ref", Words("bị từ chối", "rejected")),
    CellState.HELD: ("held", Words("tạm giữ (kỳ khóa)", "held (period locked)")),
    CellState.NOT_DUE: ("due", Words("chưa đến hạn", "not due yet")),
    CellState.NOT_AGREED: ("none", Words("không có nghĩa vụ", "not owed")),
}
_HOLIDAY = ("holiday", Words("thiếu vào ngày nghỉ lễ", "missing on a holiday"))
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

FILE_COLUMNS = (
    *("partner", "flow", "place", "place_name", "frequency", "period", "due_on", "state", "received"),
    *("days_late", "holiday", "receipt", "simulated_data"),
)


@dataclass(frozen=True, slots=True)
class CalendarColumn:
    """One period above its cells: short, and whole; `old` ones a phone leaves out."""

    short: str
    whole: str
    old: bool
    weekend: bool


@dataclass(frozen=True, slots=True)
class CellMark:
    """One cell: `kind` chooses colour and shape, `label` says it, `address` leads to its receipt."""

    kind: str
    label: str
    address: str
    old: bool


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One place: its name, what it is, its cells and how many of those due were received."""

    code: str
    name: str
    cells: tuple[CellMark, ...]
    sum: str


@dataclass(frozen=True, slots=True)
class LegendItem:
    """What a kind of cell means."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class CalendarPanel:
    """The calendar as the template gets it."""

    title: str
    title_narrow: str
    sum_title: str
    note: str
    due_words: str
    columns: tuple[CalendarColumn, ...]
    lines: tuple[CalendarLine, ...]
    legend: tuple[LegendItem, ...]
    moves: tuple[Link, ...]
    paging: Paging | None


def calendar_panel(
    feed: Feed, shown: Sequence[CalendarRow], moves: tuple[Link, ...], paging: Paging | None, language: Language
) -> CalendarPanel:
    """
    Word a calendar.

    Args:
        feed: All that was read.
        shown: The lines of this page of it.
        moves: Links to earlier and later periods.
        paging: Where this page stands; None where all lines fit.
        language: The reader's.

    """
    first, last = feed.periods[0], feed.periods[-1]
    narrow = feed.periods[-_ON_A_PHONE:]
    return CalendarPanel(
        title=_span(first, last, len(feed.periods), language),
        title_narrow=_span(narrow[0], last, len(narrow), language),
        sum_title=_sum_title(feed, language),
        note=_note(feed.chosen.frequency, language),
        due_words=_due_words(feed, language),
        columns=tuple(_columns(feed.periods, language)),
        lines=tuple(_line(row, feed, language) for row in shown),
        legend=_legend(language),
        moves=moves,
        paging=paging,
    )


def troubled_first(rows: Sequence[CalendarRow]) -> list[CalendarRow]:
    """Order lines so that those that need somebody stand first, and of the others those that owe most."""

    def order(row: CalendarRow) -> tuple[int, int, int, int, str]:
        waiting = sum(cell.state in {CellState.REJECTED, CellState.HELD} for cell in row.cells)
        missing = sum(cell.group is CellGroup.MISSING for cell in row.cells)
        owed = sum(cell.group is not CellGroup.NOT_OWED for cell in row.cells)
        return -len(row.silence), -waiting, -missing, -owed, row.place

    return sorted(rows, key=order)


def cell_words(cell: CalendarCell, language: Language) -> str:
    """Say what a cell is, with how late it is and which holiday it fell on."""
    _, words = STATES[cell.state]
    parts = [words.of(language)]
    if cell.days_late and cell.group in {CellGroup.RECEIVED, CellGroup.MISSING}:
        days = cell.days_late
        received = cell.group is CellGroup.RECEIVED
        vi = f"muộn {days} ngày" if received else f"quá hạn {days} ngày"
        en = f"{days} day{'s' * (days > 1)} {'late' if received else 'overdue'}"
        parts.append(Words(vi, en).of(language))
    if cell.holiday is not None:
        parts.append(cell.holiday.of(language))
    return ", ".join(parts)


def receipt_address(receipt: str | None) -> str:
    """Tell where a receipt is shown; empty without one."""
    return "" if receipt is None else f"/receipts/{receipt}"


def file_rows(feed: Feed) -> Iterator[Sequence[str]]:
    """Write every cell of a calendar as a row, under the names of the columns."""
    yield FILE_COLUMNS
    simulated = "yes" if feed.partner.simulated else "no"
    for row in feed.rows:
        name = feed.place_names[row.place].vi
        for cell in row.cells:
            yield (
                *(row.partner, row.flow, row.place, name, row.frequency.value, str(cell.period)),
                "" if cell.due_on is None else cell.due_on.isoformat(),
                cell.state.value,
                "yes" if cell.group is CellGroup.RECEIVED else "no",
                str(cell.days_late),
                "" if cell.holiday is None else cell.holiday.en,
                cell.receipt or "",
                simulated,
            )


def _span(first: Period, last: Period, length: int, language: Language) -> str:
    unit = PERIODS[first.frequency].of(language)
    begins, ends = formatting.period_short(first, language), formatting.period_short(last, language)
    return Words(f"{length} {unit}, {begins} đến {ends}", f"{length} {unit}, {begins} to {ends}").of(language)


def _note(frequency: Frequency, language: Language) -> str:
    expected = Words(
        "Kỳ vọng = địa điểm mở cửa và có nghĩa vụ. Bấm một ô để xem biên nhận.",
        "Expected = the place is open and the slice is owed. A cell leads to its receipt.",
    ).of(language)
    bold = Words("Thứ Bảy, Chủ nhật in đậm.", "Weekends are bold.").of(language)
    return f"{expected} {bold}" if frequency is Frequency.DAY else expected


def _sum_title(feed: Feed, language: Language) -> str:
    """Say what the ratio is of: a phone shows the newest cells alone, and counts them all."""
    length, unit = len(feed.periods), PERIODS[feed.chosen.frequency]
    return Words(f"Nhận / hạn, {length} {unit.vi}", f"Received / due, {length} {unit.en}").of(language)


def _due_words(feed: Feed, language: Language) -> str:
    if not feed.due_days:
        return ""
    low, high = feed.due_days[0], feed.due_days[-1]
    days = str(low) if low == high else f"{low}{formatting.RANGE}{high}"
    vi, en = f"Hạn: {days} ngày sau ngày cuối kỳ", f"Due {days} day{'s' * (high != 1)} after the period's last day"
    return Words(vi, en).of(language)


def _columns(periods: Sequence[Period], language: Language) -> Iterator[CalendarColumn]:
    for place, period in enumerate(periods):
        yield CalendarColumn(
            short=_short(period, language, first=not place),
            whole=formatting.period(period, language),
            old=place < len(periods) - _ON_A_PHONE,
            weekend=period.frequency is Frequency.DAY and period.start.weekday() >= _SATURDAY,
        )


def _short(period: Period, language: Language, *, first: bool) -> str:
    """Write a period in the width of a cell; the first one, and each that begins a longer one, say more."""
    day, month, year = period.start.day, period.start.month, period.start.year % 100
    match period.frequency:
        case Frequency.DAY:
            more = Words(f"{day}/{month}", f"{day} {_MONTHS_EN[month - 1]}").of(language)
            return more if first or day == 1 else str(day)
        case Frequency.MONTH:
            name = Words(str(month), _MONTHS_EN[month - 1]).of(language)
            more = Words(f"{month}/{year}", f"{name} {year}").of(language)
            return more if first or month == 1 else name
        case Frequency.QUARTER:
            return f"Q{(month + 2) // 3}/{year}"
        case Frequency.YEAR:
            return str(period.start.year)


def _line(row: CalendarRow, feed: Feed, language: Language) -> CalendarLine:
    name = feed.place_names[row.place].of(language)
    hidden = len(row.cells) - _ON_A_PHONE
    cells = (_mark(cell, name, language, old=place < hidden) for place, cell in enumerate(row.cells))
    return CalendarLine(row.place, name, tuple(cells), f"{row.received}/{row.due}")


def _mark(cell: CalendarCell, name: str, language: Language, *, old: bool) -> CellMark:
    kind, _ = STATES[cell.state]
    period = formatting.period_short(cell.period, language)
    return CellMark(
        kind=_HOLIDAY[0] if cell.holiday is not None else kind,
        label=f"{name}, {period}: {cell_words(cell, language)}",
        address=receipt_address(cell.receipt),
        old=old,
    )


def _legend(language: Language) -> tuple[LegendItem, ...]:
    return tuple(LegendItem(kind, words.of(language)) for kind, words in (*STATES.values(), _HOLIDAY))
