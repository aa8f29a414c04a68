"""What a start does where it cannot look at the broker's rules itself."""

import pytest
from structlog.testing import capture_logs

from consumers.access import Rule
from consumers.errors import BrokerOpenError
from consumers.guarding import check_broker, refuse_elsewhere, trusted
from consumers.security import Login, Security
from consumers.setting_up import Sight, lack_of
from consumers.settings import ConsumerSettings
from payments_hub.kernel.errors import ConfigurationError
from tests.support.repository import ROOT

HUB = Login("payments-hub", ROOT / "no-file")
SERVERS = ("kafka.vn:9093",)
NO_RULES: frozenset[Rule] = frozenset()


def test_without_an_administrator_and_a_word_nothing_begins() -> None:
    with pytest.raises(ConfigurationError, match="PAYMENTS_HUB_KAFKA_CHECKED_BY"):
        check_broker(ConsumerSettings(SERVERS, security=Security(HUB)), ["BIDV"])


def test_who_looks_instead_stands_in_the_log_of_each_start() -> None:
    with capture_logs() as logs:
        check_broker(ConsumerSettings(SERVERS, security=Security(HUB), checked_by="the bank's nightly run"), ["BIDV"])

    assert [(one["event"], one["log_level"], one["left_to"]) for one in logs] == [
        ("broker_not_checked", "warning", "the bank's nightly run")
    ]


def test_a_kafka_of_this_machine_that_sends_its_clients_elsewhere_in_the_open_is_refused() -> None:
    refuse_elsewhere(["127.0.0.1:9092"])

    with pytest.raises(BrokerOpenError, match=r"kafka\.vn:9092 is not this machine"):
        refuse_elsewhere(["127.0.0.1:9092", "kafka.vn:9092"])


def test_the_hub_and_the_administrator_are_trusted_and_nobody_else() -> None:
    admin = Login("admin", ROOT / "no-file")

    assert trusted(ConsumerSettings(SERVERS, security=Security(HUB), admin=admin)) == {"payments-hub", "admin"}
    assert trusted(ConsumerSettings(SERVERS, security=Security(HUB))) == {"payments-hub"}
    assert trusted(ConsumerSettings(("127.0.0.1:9092",))) == frozenset()


def test_a_partner_whose_code_is_the_hubs_user_gets_nothing() -> None:
    settings = ConsumerSettings(SERVERS, security=Security(Login("BIDV", ROOT / "no-file")))

    with pytest.raises(ConfigurationError, match="give the hub another user"):
        lack_of(settings, ["BIDV"], Sight({}, frozenset(), NO_RULES))


def test_where_nobody_is_asked_who_they_are_only_topics_can_be_missing() -> None:
    lack = lack_of(ConsumerSettings(("127.0.0.1:9092",)), ["BIDV"], Sight({}, frozenset(), None))

    assert (lack.topics, lack.users, lack.rules) == (("feeds.BIDV", "receipts.BIDV"), (), ())
