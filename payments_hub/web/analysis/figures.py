"""Headline figures in words, and the sentence that opens the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.formatting import NumberParts
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.overview import LEDE_CODE, Change, ChangeForm, FigureState, HeadlineFigure, SlicesReceived
from payments_hub.domain.units import value_parts
from payments_hub.kernel.periods import Frequency, Period

_LEVEL = 0.0005
"""A change that is written as 0,0 has no direction."""

_STATES: dict[FigureState, Words] = {
    FigureState.COMPLETE: Words("", ""),
    FigureState.PARTIAL: Words(
        "Một phần: chưa đủ 80 % số lát, chưa dùng để so sánh.", "Partial: under 80% of slices, not for comparing yet."
    ),
    FigureState.CORRECTING: Words(
        "Đang được sửa: số có thể đổi trong ngày.", "Being corrected: it may change within the day."
    ),
    FigureState.UPDATING: Words("Đang cập nhật, thường dưới 5 giây.", "Updating, usually under 5 seconds."),
    FigureState.STALE: Words("Số cũ: nguồn chưa gửi kỳ mới.", "Old: the source has not sent the new period."),
    FigureState.EMPTY: Words("Chưa có số liệu – không phải số 0.", "No data yet – this is not zero."),
    FigureState.SUPPRESSED: Words(
        "Không công bố: có quá ít đơn vị đứng sau con số.", "Not shown: too few owners stand behind the figure."
    ),
}


@dataclass(frozen=True, slots=True)
class FigureCard:
    """
    One headline figure in words.

    Args:
        exact: The value with all its digits, for machines; empty where there is none.
        direction: up, down or level, for the arrow.
        percent: Slices received of those expected, 0-100, for the meter; None where nothing was expected.
        state: The state's name, for its look.
        state_text: The state in words; empty where the figure is complete.

    """

    code: str
    exact: str
    title: str
    before: str
    number: str
    after: str
    period: str
    change: str | None
    direction: str
    note: str | None
    coverage: str
    percent: int | None
    state: str
    state_text: str
    source: str
    known_at: str | None
    simulated: bool


def figure_card(figure: HeadlineFigure, language: Language) -> FigureCard:
    """Word one figure."""
    parts = NumberParts("", formatting.NOTHING, "")
    if figure.value is not None:
        parts = value_parts(figure.value, figure.unit, language)
    share = figure.slices.share
    return FigureCard(
        code=figure.code,
        exact="" if figure.value is None else str(figure.value),
        title=figure.title.of(language),
        before=parts.before,
        number=parts.number,
        after=parts.after,
        period="" if figure.period is None else formatting.period(figure.period, language),
        change=None if figure.change is None else _change_text(figure.change, figure.period, language),
        direction=_direction(figure.change),
        note=None if figure.note is None else figure.note.of(language),
        coverage=_coverage(figure.slices, language),
        percent=None if share is None else min(100, round(share * 100)),
        state=figure.state.value,
        state_text=_STATES[figure.state].of(language),
        source=figure.source,
        known_at=None if figure.known_at is None else formatting.instant(figure.known_at, language),
        simulated=figure.simulated,
    )


def lede(figures: Sequence[HeadlineFigure], at_risk: int, language: Language, *, own: bool) -> str:
    """Say first what a person would say aloud: the cashless share, and how many targets are at risk."""
    found = next((figure for figure in figures if figure.code == LEDE_CODE and figure.value is not None), None)
    sentences = [_no_share(figures) if found is None else _share_sentence(found, own=own)]
    if at_risk:
        plural = "target is" if at_risk == 1 else "targets are"
        sentences.append(Words(f"{at_risk} mục tiêu có nguy cơ trễ.", f"{at_risk} {plural} at risk of being late."))
    return " ".join(sentence.of(language) for sentence in sentences)


def _share_sentence(figure: HeadlineFigure, *, own: bool) -> Words:
    if figure.value is None or figure.period is None:
        return _no_share([])
    where = Words("tại điểm bán của bạn", "at your sites") if own else Words("tại điểm bán", "at reporting sites")
    # Complete periods alone are spoken of as they are; a partial one says so in its sentence.
    caveat = Words(" (một phần)", " (partial)") if figure.state is FigureState.PARTIAL else Words("", "")
    return Words(
        f"{formatting.period(figure.period, Language.VI)}{caveat.vi}, cứ 100 đồng chi {where.vi} thì "
        f"{formatting.out_of_hundred(figure.value, Language.VI)} đồng không dùng tiền mặt{_tail(figure, Language.VI)}.",
        f"In {formatting.period(figure.period, Language.EN)}{caveat.en}, of every 100 đồng spent {where.en}, "
        f"{formatting.out_of_hundred(figure.value, Language.EN)} were cashless{_tail(figure, Language.EN)}.",
    )


def _tail(figure: HeadlineFigure, language: Language) -> str:
    """Say the change inside the sentence: its direction in words, so without a sign."""
    change = figure.change
    if change is None or change.form is not ChangeForm.POINTS or _direction(change) == "level":
        return ""
    size = formatting.points_change(abs(change.amount), language).removeprefix("+")
    verb = Words("tăng", "up") if change.amount > 0 else Words("giảm", "down")
    return f", {verb.of(language)} {size} {_against(change.base, figure.period, language)}"


def _no_share(figures: Sequence[HeadlineFigure]) -> Words:
    if any(figure.slices.received for figure in figures):
        return Words(
            "Chưa có kỳ nào đủ số liệu để nói tỷ lệ không tiền mặt.",
            "No period has data enough yet to tell the cashless share.",
        )
    return Words("Chưa có số liệu nào đến; đây không phải là số 0.", "No data has come yet; this does not mean zero.")


def _change_text(change: Change, period: Period | None, language: Language) -> str:
    write = formatting.points_change if change.form is ChangeForm.POINTS else formatting.relative_change
    return f"{write(change.amount, language)} {_against(change.base, period, language)}"


def _against(base: Period, period: Period | None, language: Language) -> str:
    if period is not None and base.frequency is Frequency.MONTH and base == period.shift(-1):
        return Words("so với tháng trước", "on the month before").of(language)
    return Words(
        f"so với {formatting.period_within(base, Language.VI)}", f"on {formatting.period(base, Language.EN)}"
    ).of(language)


def _direction(change: Change | None) -> str:
    if change is None or abs(change.amount) < _LEVEL:
        return "level"
    return "up" if change.amount > 0 else "down"


def _coverage(slices: SlicesReceived, language: Language) -> str:
    if slices.share is None:
        return Words("Chưa ai phải gửi số cho kỳ này", "Nothing was due for this period").of(language)
    percent = formatting.share(slices.share, language, places=0)
    of = f"{formatting.whole(slices.received, language)}/{formatting.whole(slices.expected, language)}"
    return Words(f"Độ phủ {percent}, {of} lát", f"Coverage {percent}, {of} slices").of(language)
