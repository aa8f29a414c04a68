import pytest

from payments_hub.domain.flows import FLOWS, Dimension, Flow, Measure, OverTime

EVERY_FLOW = pytest.mark.parametrize("flow", FLOWS.values(), ids=list(FLOWS))


@EVERY_FLOW
def test_a_flow_has_at_most_twelve_sectors_of_one_named_scheme(flow: Flow) -> None:
    assert len(set(flow.sector_codes)) == len(flow.sectors) <= 12
    assert (flow.sector_scheme is not None) == bool(flow.sectors) == (Dimension.SECTOR in flow.dimensions)


@EVERY_FLOW
def test_only_a_flow_with_amounts_has_refunds_and_mean_tickets(flow: Flow) -> None:
    assert flow.has_refunds <= flow.has_amount
    assert bool(flow.mean_ticket_bands) == flow.has_amount


@EVERY_FLOW
def test_a_stock_has_no_money_and_is_never_summed_over_time(flow: Flow) -> None:
    assert (flow.over_time is OverTime.LAST) == (not flow.has_amount)


@EVERY_FLOW
def test_dimensions_stand_in_the_order_in_which_cells_are_sorted(flow: Flow) -> None:
    assert list(flow.dimensions) == [dimension for dimension in Dimension if dimension in flow.dimensions]


@EVERY_FLOW
def test_every_flow_counts_and_says_what_it_leaves_out(flow: Flow) -> None:
    assert Measure.COUNT in flow.measures
    assert flow.left_out_vi
    assert flow.left_out_en


@EVERY_FLOW
def test_a_band_is_wide_enough_that_only_a_slip_of_thousands_leaves_it(flow: Flow) -> None:
    assert all(high >= 1_000 * low for low, high in flow.mean_ticket_bands.values())
