"""How far a feed is behind, whatever became of its log."""

from datetime import UTC, datetime

import pytest

from payments_hub.store.offsets import FeedState, FeedStatus


@pytest.mark.parametrize(("log_end", "lag"), [(None, None), (17, 0), (20, 3), (4, 0)])
def test_a_log_that_was_cut_takes_nothing_from_what_others_wait_for(log_end: int | None, lag: int | None) -> None:
    status = FeedStatus("feeds.A", 0, 17, log_end, datetime(2026, 7, 5, tzinfo=UTC), FeedState.BLOCKED, "cut")

    assert status.lag == lag
