from datetime import date
from decimal import Decimal

import numpy as np

from models.series import Frequency, Series
from payments_hub.domain.indicators import INDICATORS
from payments_hub.jobs.forecasting import Subject, _forecasts, _outlooks, data_digest, forecast_body
from payments_hub.services.readers import CITY
from payments_hub.store.analysis import Target

DUE = date(2027, 12, 31)


def subject(indicator: str, months: int) -> Subject:
    values = np.array([1000 * 1.03**month for month in range(months)], dtype=np.float64)
    series = Series(f"{indicator}|{CITY}", Frequency.MONTH, date(2025, 7, 1), values)
    return Subject(INDICATORS[indicator], CITY, series, shown=True)


def target(indicator: str, value: int = 3000) -> Target:
    return Target("SIM", indicator, CITY, Decimal(value), DUE, "Mục tiêu", "Target", "simulated", simulated=True)


def test_a_target_of_a_series_that_ends_earlier_than_others_is_reached_by_the_forecast() -> None:
    ahead, behind = subject("MERCHANT_RECEIPTS", 18), subject("MOBILE_MONEY_PAYMENTS", 16)
    aims = [target("MOBILE_MONEY_PAYMENTS")]

    answers = _forecasts([ahead, behind], aims)
    body = forecast_body(answers[behind.series.series_id], behind, _outlooks([ahead, behind], aims))

    assert body["periods"] == [f"2026-{month:02}" for month in (11, 12)] + [
        f"2027-{month:02}" for month in range(1, 13)
    ]
    assert isinstance(body["targets"], dict)
    assert body["targets"]["SIM"]["periods_left"] == 14


def test_another_value_of_a_series_or_of_a_target_is_another_digest() -> None:
    known = data_digest([subject("MERCHANT_RECEIPTS", 16)], [target("MERCHANT_RECEIPTS")])

    assert data_digest([subject("MERCHANT_RECEIPTS", 17)], [target("MERCHANT_RECEIPTS")]) != known
    assert data_digest([subject("MERCHANT_RECEIPTS", 16)], [target("MERCHANT_RECEIPTS", 4000)]) != known
    assert data_digest([subject("MERCHANT_RECEIPTS", 16)], [target("MERCHANT_RECEIPTS")]) == known
