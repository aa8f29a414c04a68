import pytest
from kafka import KafkaConsumer

from consumers.settings import ConsumerSettings, client_options, consumer_settings
from payments_hub.kernel.errors import ConfigurationError
from payments_hub.kernel.settings import load_settings

OPTIONS = client_options(ConsumerSettings(("127.0.0.1:9092",)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("enable_auto_commit", False),
        ("auto_offset_reset", "none"),
        ("isolation_level", "read_committed"),
        ("allow_auto_create_topics", False),
        ("security_protocol", "PLAINTEXT"),
        ("check_crcs", True),
        ("key_deserializer", None),
        ("value_deserializer", None),
        ("max_poll_records", 500),
        ("request_timeout_ms", 30_000),
    ],
)
def test_what_kafka_python_would_choose_badly_is_said_aloud(name: str, value: object) -> None:
    assert OPTIONS[name] == value


def test_every_option_is_one_of_the_librarys() -> None:
    assert OPTIONS.keys() - KafkaConsumer.DEFAULT_CONFIG.keys() == set()


def test_several_servers_may_be_named() -> None:
    settings = load_settings({"PAYMENTS_HUB_KAFKA_SERVERS": "one:9092, two:9092"})

    assert consumer_settings(settings).servers == ("one:9092", "two:9092")


def test_without_servers_the_consumers_do_not_start() -> None:
    with pytest.raises(ConfigurationError, match="PAYMENTS_HUB_KAFKA_SERVERS is unset"):
        consumer_settings(load_settings({}))
