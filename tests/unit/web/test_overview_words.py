import pytest

from payments_hub.domain.formatting import NO_BREAK
from payments_hub.domain.languages import Language
from payments_hub.domain.overview import Change, ChangeForm, FigureState, Overview, SlicesReceived
from payments_hub.domain.series_chart import Width
from payments_hub.web.accounts.routes import local_path
from payments_hub.web.analysis.pages import OverviewPage, overview_page
from tests.support.overviews import EMPTY, OCTOBER, figure, overview, receipt, series_chart, target


def page_of(shown: Overview, language: Language = Language.VI) -> OverviewPage:
    return overview_page(shown, frozenset(Width), language)


def test_the_first_sentence_says_the_share_in_words_and_its_change() -> None:
    page = page_of(overview(targets=()))

    assert page.lede.replace(NO_BREAK, " ") == (
        "Tháng 10/2026, cứ 100 đồng chi tại điểm bán thì gần 62 đồng không dùng tiền mặt, "
        "tăng 1,4 điểm so với tháng trước."
    )


def test_the_first_sentence_counts_the_targets_at_risk() -> None:
    page = page_of(overview(), Language.EN)

    assert page.lede.endswith("1 target is at risk of being late.")


def test_a_falling_share_is_said_to_fall_without_a_sign() -> None:
    fallen = figure(change=Change(-0.02, ChangeForm.POINTS, OCTOBER.shift(-12)))

    page = page_of(overview(figures=(fallen,), targets=()), Language.EN)

    assert page.lede.replace(NO_BREAK, " ").endswith("almost 62 were cashless, down 2.0 points on Oct 2025.")


def test_a_partners_sentence_speaks_of_its_own_sites() -> None:
    page = page_of(overview(partner="AEON-HP"))

    assert "tại điểm bán của bạn" in page.lede


def test_an_empty_overview_says_that_missing_is_not_zero() -> None:
    page = page_of(EMPTY)

    assert "không phải là số 0" in page.lede
    assert (page.figures, page.chart, page.receipts, page.simulated) == ((), None, (), False)


def test_a_figure_stands_with_unit_period_coverage_change_source_and_known_at() -> None:
    [card] = page_of(overview(figures=(figure(),))).figures

    assert (card.number, card.after, card.period) == ("61,8", "%", "Tháng 10/2026")
    assert card.coverage.replace(NO_BREAK, " ") == "Độ phủ 93 %, 1.766/1.891 lát"
    assert str(card.change).replace(NO_BREAK, " ") == "+1,4 điểm so với tháng trước"
    assert (card.source, card.known_at, card.direction) == ("POS_SALES", "22/11/2026 06:10", "up")


def test_a_missing_figure_is_a_dash_with_its_reason() -> None:
    [card] = page_of(overview(figures=(figure(value=None, state=FigureState.EMPTY),))).figures

    assert (card.number, card.state_text) == ("–", "Chưa có số liệu – không phải số 0.")


def test_where_nothing_is_due_no_coverage_is_claimed() -> None:
    [card] = page_of(overview(figures=(figure(slices=SlicesReceived(0, 0)),))).figures

    assert card.percent is None


def test_without_a_chance_the_reason_is_told() -> None:
    page = page_of(overview(targets=(target(probability=None),)))

    assert page.targets[0].chance == "Chưa nói được khả năng đạt."


def test_the_chart_has_the_same_numbers_as_a_table() -> None:
    page = page_of(overview())

    assert page.chart is not None
    assert [group.title for group in page.chart.groups] == ["Địa bàn mới", "Địa bàn cũ", "Dự báo"]
    newest = page.chart.groups[0].rows[0]
    assert (newest.period, newest.value.replace(NO_BREAK, " "), newest.mark) == ("11/2026", "59,8 %", "một phần")


def test_a_chart_that_is_not_drawn_in_both_widths_is_being_drawn() -> None:
    page = overview_page(overview(), frozenset({Width.WIDE}), Language.VI)

    assert page.chart is not None
    assert (page.chart.drawing, page.chart.wide, page.refreshing) == (True, None, True)


def test_a_chart_in_words_says_where_its_lines_begin_and_end() -> None:
    page = page_of(overview(), Language.EN)

    assert page.chart is not None
    assert "Old area: 39.8% (May 2024) → 51.2% (Jun 2025)." in page.chart.words


def test_a_receipt_that_could_not_be_read_says_so() -> None:
    unread = receipt(flow=None, site=None, site_name=None, period=None, revision=None, errors=2, warnings=0)

    [item] = page_of(overview(receipts=(unread,)), Language.EN).receipts

    assert (item.what, item.findings) == ("The content cannot be read", "2 errors")


def test_two_charts_with_one_different_value_have_different_digests() -> None:
    assert series_chart().digest() != series_chart(simulated=False).digest()
    assert series_chart().digest() == series_chart().digest()


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("/", "/"),
        ("/charts?as_of=1", "/charts?as_of=1"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_a_sign_in_goes_on_to_paths_of_this_site_alone(asked: str | None, kept: str) -> None:
    assert local_path(asked) == kept


def test_partial_figures_alone_are_not_called_nothing() -> None:
    page = page_of(overview(figures=(figure(value=None, state=FigureState.PARTIAL),), targets=()))

    assert page.lede == "Chưa có kỳ nào đủ số liệu để nói tỷ lệ không tiền mặt."
