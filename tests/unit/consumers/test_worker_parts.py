import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.backoff import LONGEST_SECONDS, delay_seconds
from consumers.broker import Bounds, KafkaBroker
from consumers.errors import BrokerUnreachableError
from consumers.feeds import Feeds
from consumers.health import Watchdog
from consumers.settings import ConsumerSettings
from consumers.shutdown import Shutdown
from consumers.topics import Feed
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.offsets import FeedState, Standing
from tests.support.waiting import wait_until

ONE, OTHER = Feed("feeds.ONE", 0), Feed("feeds.OTHER", 0)


@given(st.integers(1, 10_000))
def test_each_wait_is_at_least_as_long_as_the_one_before_and_bounded(failures: int) -> None:
    assert 0 < delay_seconds(failures) <= delay_seconds(failures + 1) <= LONGEST_SECONDS


def test_a_feed_that_failed_is_read_in_ever_smaller_pieces_until_it_moves() -> None:
    feeds = Feeds()
    feeds.follow([ONE])

    sizes = [feeds.set_back(ONE, "a fault") and feeds.piece_size(ONE) for _ in range(6)]
    feeds.moved(ONE, 1)

    assert sizes == [128, 32, 8, 2, 1, 1]
    assert feeds.piece_size(ONE) > 500


def test_a_feed_that_workers_died_of_is_taken_record_by_record_until_it_was_none_of_them() -> None:
    feeds = Feeds()
    feeds.follow([ONE, OTHER])
    feeds.suspect([ONE, OTHER], {ONE: 1})

    sizes = [feeds.piece_size(ONE), feeds.piece_size(OTHER)]
    feeds.acquit(ONE)

    assert (sizes[0], sizes[1] > 500, feeds.piece_size(ONE) > 500) == (1, True, True)


def test_nothing_is_said_of_a_feed_before_somebody_has_asked_where_it_stands() -> None:
    feeds = Feeds()
    feeds.follow([ONE, OTHER])
    feeds.note_ends({OTHER: Bounds(3, 20)})

    feeds.expect(OTHER, None)

    assert [(one.topic, one.position) for one in feeds.statuses(SystemClock().now())] == [("feeds.OTHER", 3)]


def test_a_feed_that_was_set_back_is_due_again_later_and_not_read_until_then() -> None:
    feeds = Feeds()
    feeds.follow([ONE, OTHER])
    feeds.place(ONE, Standing(5, None))
    feeds.place(OTHER, Standing(7, None))

    feeds.set_back(ONE, "a fault")

    assert (feeds.positions(), feeds.due()) == ({OTHER: 7}, ())
    wait_until(lambda: feeds.due() == (ONE,), "its time comes")


def test_a_feed_whose_topic_is_gone_is_forgotten() -> None:
    feeds = Feeds()
    feeds.follow([ONE, OTHER])
    feeds.expect(ONE, 5)

    new = feeds.follow([OTHER])
    feeds.expect(OTHER, 7)

    assert (new, [status.topic for status in feeds.statuses(SystemClock().now())]) == ((), ["feeds.OTHER"])


def test_a_block_is_news_once() -> None:
    feeds = Feeds()
    feeds.follow([ONE])

    news = [feeds.block(ONE, 3, "a gap"), feeds.block(ONE, 3, "a gap"), feeds.block(ONE, 3, "another gap")]

    assert news == [True, False, True]
    assert feeds.statuses(SystemClock().now())[0].state is FeedState.BLOCKED


def test_a_signal_asks_for_the_stop_and_ends_the_wait() -> None:
    script = (
        "import os, signal\n"
        "from consumers.shutdown import Shutdown\n"
        "stop = Shutdown()\n"
        "stop.install()\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
        "stop.wait(60)\n"
        "print(stop.requested)\n"
    )

    command = [sys.executable, "-c", script]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)  # noqa: S603  our own words

    assert ran.stdout == "True\n"


def test_a_stop_may_be_asked_for_twice() -> None:
    stop = Shutdown()

    stop.request()
    stop.request()

    assert (stop.requested, stop.overdue(60), stop.overdue(-1)) == (True, False, True)
    stop.close()


def test_the_watchdog_ends_a_worker_that_hangs() -> None:
    ends: list[int] = []
    stop = Shutdown()

    with Watchdog(stop, stall_seconds=0, end=ends.append):
        wait_until(lambda: ends == [70], "it ends the process")

    stop.close()


def test_the_watchdog_ends_a_stop_that_takes_too_long() -> None:
    ends: list[int] = []
    stop = Shutdown()
    stop.request()

    with Watchdog(stop, stop_seconds=0, end=ends.append):
        wait_until(lambda: ends == [71], "it ends the process")

    stop.close()


def test_the_watchdog_leaves_a_worker_alone_that_comes_round() -> None:
    ends: list[int] = []
    stop = Shutdown()
    until = time.monotonic() + 2

    with Watchdog(stop, stall_seconds=1, end=ends.append) as watchdog:
        wait_until(lambda: beats_until(watchdog, until), "a while has passed")

    assert ends == []
    stop.close()


def beats_until(watchdog: Watchdog, moment: float) -> bool:
    watchdog.beat()
    return time.monotonic() > moment


def test_an_absent_broker_is_named_as_one() -> None:
    with pytest.raises(BrokerUnreachableError, match=r"No Kafka listens at 127\.0\.0\.1:1\."):
        KafkaBroker(ConsumerSettings(("127.0.0.1:1",)))
