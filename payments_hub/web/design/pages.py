"""
What the page of components shows: made-up values through the code that words the real ones.

So it cannot differ from the pages: a state that is worded or drawn anew looks new here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.overview import Change, ChangeForm, FigureState, HeadlineFigure, SlicesReceived, TargetStatus
from payments_hub.domain.series_chart import Unit
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.money import Currency
from payments_hub.kernel.periods import Period
from payments_hub.web.analysis.figures import FigureCard, figure_card
from payments_hub.web.analysis.pages import TARGET_STATUSES
from payments_hub.web.components import Fact, FieldError, Link, Option, Paging, Tag, verdict_tag

_KNOWN = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)
_OCTOBER = Period.parse("2026-10")
_WITHOUT_VALUE = frozenset({FigureState.EMPTY, FigureState.SUPPRESSED})
_STATE_NAMES: dict[FigureState, Words] = {
    FigureState.COMPLETE: Words("Đủ", "Complete"),
    FigureState.PARTIAL: Words("Một phần", "Partial"),
    FigureState.CORRECTING: Words("Đang sửa", "Being corrected"),
    FigureState.UPDATING: Words("Đang cập nhật", "Updating"),
    FigureState.STALE: Words("Cũ", "Stale"),
    FigureState.EMPTY: Words("Trống", "Empty"),
    FigureState.SUPPRESSED: Words("Không công bố", "Not shown"),
}
_SIZES = (
    ("fig-num", "36/1,2 · 600", Words("số chính", "headline figure"), Words("61,8 %", "61.8%")),
    ("size-28", "28/1,25 · 700", Words("tên trang", "page title"), Words("Tỷ lệ không tiền mặt", "Cashless share")),
    (
        "size-22",
        "22/1,35",
        Words("câu hỏi, hồ sơ", "questions, cases"),
        Words("Doanh nghiệp có bao nhiêu người?", "How many people work there?"),
    ),
    (
        "size-18",
        "18/1,35 · 600",
        Words("tên phần", "section title"),
        Words("Thay đổi so với tuần trước", "Change on last week"),
    ),
    ("", "16/1,5", Words("chữ thường", "text"), Words("Ễ ẵ ộ ử ỹ Ậ Ở", "Ễ ẵ ộ ử ỹ Ậ Ở")),
    (
        "small",
        "14/1,5",
        Words("bảng, biểu mẫu", "tables, forms"),
        Words("Phường Lê Chân 8.412 tỷ đồng", "Lê Chân ward VND 8,412 billion"),
    ),
    (
        "tiny",
        "13/1,45",
        Words("chân số liệu, nhãn", "feet of figures, tags"),
        Words("Nguồn: ACQ_P2M, phủ 97 %", "Source: ACQ_P2M, 97% covered"),
    ),
)
_COLOURS = (
    ("ink", Words("chữ chính", "text")),
    ("ink-2", Words("chữ phụ", "lesser text")),
    ("accent", Words("liên kết, nút", "links, buttons")),
    ("line-strong", Words("viền nhập", "edge of inputs")),
    ("sim", Words("chỉ cho mô phỏng", "simulated data alone")),
    ("focus", Words("viền tiêu điểm", "focus ring")),
    ("bar", Words("đầu trang", "head of the page")),
    ("good", Words("đạt", "reached")),
    ("watch", Words("chưa chắc", "unsure")),
    ("behind", Words("chậm", "slow")),
    ("off", Words("không đạt, từ chối", "unlikely, rejected")),
    *((f"chart-{number}", Words(f"nhóm {number}", f"category {number}")) for number in range(1, 6)),
    *((f"seq-{number}", Words(f"bậc {number}", f"step {number}")) for number in range(1, 8)),
)


@dataclass(frozen=True, slots=True)
class Size:
    """One size of type, with the class that sets it."""

    style: str
    measure: str
    use: str
    sample: str


@dataclass(frozen=True, slots=True)
class Swatch:
    """One colour by its token."""

    token: str
    use: str


@dataclass(frozen=True, slots=True)
class Status:
    """One status of a target: its colour, its shape, its word."""

    kind: str
    name: str
    word: str


@dataclass(frozen=True, slots=True)
class FigureArea:
    """A figure in one state, with the state's name."""

    name: str
    card: FigureCard


@dataclass(frozen=True, slots=True)
class NumberSample:
    """One kind of number or date, in both languages."""

    kind: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class DesignPage:
    """Every component once."""

    sizes: tuple[Size, ...]
    swatches: tuple[Swatch, ...]
    statuses: tuple[Status, ...]
    verdicts: tuple[Tag, ...]
    areas: tuple[FigureArea, ...]
    crumbs: tuple[Link, ...]
    choices: tuple[Link, ...]
    options: tuple[Option, ...]
    errors: tuple[FieldError, ...]
    facts: tuple[Fact, ...]
    paging: Paging
    numbers: tuple[NumberSample, ...]


def design_page(language: Language) -> DesignPage:
    """Word the page."""
    return DesignPage(
        sizes=tuple(Size(style, measure, use.of(language), text.of(language)) for style, measure, use, text in _SIZES),
        swatches=tuple(Swatch(token, use.of(language)) for token, use in _COLOURS),
        statuses=tuple(_status(status, language) for status in TargetStatus),
        verdicts=tuple(verdict_tag(verdict, language) for verdict in Verdict),
        areas=tuple(_area(state, language) for state in FigureState),
        crumbs=(Link(Words("Tổng quan", "Overview").of(language), "#main"), Link("Đồ Sơn", "")),
        choices=(
            Link(Words("Tháng", "Month").of(language), "#choices", current=True),
            Link(Words("Quý", "Quarter").of(language), "#choices"),
            Link(Words("Năm", "Year").of(language), "#choices"),
        ),
        options=(
            Option("a", Words("Báo cáo tài chính", "Accounts").of(language), chosen=True),
            Option("b", Words("Tự khai", "Declared").of(language)),
        ),
        errors=(FieldError("revenue", _WRONG.of(language)),),
        facts=(
            Fact(Words("Lát", "Slice").of(language), "POS_SALES / MALL-0021 / 2026-11-19", "code"),
            Fact(Words("Kích thước", "Size").of(language), formatting.whole(1184, language)),
        ),
        paging=Paging(Words("50 dòng, mới trước cũ sau", "50 lines, newest first").of(language), "#table", "#table"),
        numbers=tuple(_number_samples(language)),
    )


_WRONG = Words("“4,2 tỷ” chưa đọc được. Ghi số, đơn vị triệu đồng.", "“4.2bn” is no number. Write millions of VND.")


def _status(status: TargetStatus, language: Language) -> Status:
    kind, word = TARGET_STATUSES[status]
    return Status(kind, status.value, word.of(language))


def _area(state: FigureState, language: Language) -> FigureArea:
    shown = state not in _WITHOUT_VALUE
    received = {FigureState.PARTIAL: 43, FigureState.EMPTY: 0}.get(state, 60)
    figure = HeadlineFigure(
        code=f"SAMPLE_{state.value.upper()}",
        title=Words("Tỷ lệ không tiền mặt, theo giá trị", "Cashless share, by amount"),
        value=0.618 if shown else None,
        unit=Unit.SHARE,
        period=_OCTOBER,
        slices=SlicesReceived(received, 61),
        change=Change(0.014, ChangeForm.POINTS, _OCTOBER.shift(-1)) if state is FigureState.COMPLETE else None,
        source="POS_SALES",
        known_at=None if state is FigureState.EMPTY else _KNOWN,
        state=state,
        simulated=True,
    )
    return FigureArea(_STATE_NAMES[state].of(language), figure_card(figure, language))


def _number_samples(language: Language) -> list[NumberSample]:
    vi, en = Language.VI, Language.EN

    def money(kind: Words, amount: int) -> NumberSample:
        both = (formatting.money(amount, Currency.VND, one) for one in (vi, en))
        return NumberSample(kind.of(language), *both)

    written = {
        Words("Tỷ lệ", "Share"): (formatting.share(0.354, vi), formatting.share(0.354, en)),
        Words("Thay đổi của tỷ lệ", "Change of a share"): (
            formatting.points_change(0.014, vi),
            formatting.points_change(0.014, en),
        ),
        Words("Thay đổi tương đối", "Relative change"): (
            formatting.relative_change(-0.032, vi),
            formatting.relative_change(-0.032, en),
        ),
        Words("Ngày", "Day"): (formatting.day(date(2026, 11, 22), vi), formatting.day(date(2026, 11, 22), en)),
        Words("Kỳ", "Period"): (formatting.period(_OCTOBER, vi), formatting.period(_OCTOBER, en)),
        Words("Khoảng", "Range"): (formatting.share_range(0.618, 0.735, vi), formatting.share_range(0.618, 0.735, en)),
        Words("Không có", "None"): (f"{formatting.NOTHING} (chưa có số liệu)", f"{formatting.NOTHING} (no data)"),
        Words("Số 0 thật", "A true zero"): ("0", "0"),
    }
    return [
        money(Words("Tiền, lớn", "Money, large"), 658_000_000_000_000),
        money(Words("Tiền, vừa", "Money, middling"), 8_412_000_000_000),
        money(Words("Tiền, nhỏ", "Money, small"), 36_000_000),
        *(NumberSample(kind.of(language), *both) for kind, both in written.items()),
    ]
