from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer

from consumers.security import Login, Security
from consumers.settings import ConsumerSettings, client_options, consumer_settings, producer_options
from payments_hub.kernel.errors import ConfigurationError
from payments_hub.kernel.settings import load_settings
from tests.support.secrets import secret_file

OPTIONS = client_options(ConsumerSettings(("127.0.0.1:9092",)))
OUTSIDE = {
    "PAYMENTS_HUB_KAFKA_SERVERS": "one.vn:9093, two.vn:9093",
    "PAYMENTS_HUB_KAFKA_PROTOCOL": "SASL_SSL",
    "PAYMENTS_HUB_KAFKA_USER": "payments-hub",
    "PAYMENTS_HUB_KAFKA_PASSWORD_FILE": "/run/secrets/kafka",
}


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


def test_every_option_is_one_of_the_librarys(tmp_path: Path) -> None:
    secure = ConsumerSettings(("kafka.vn:9093",), security=Security(Login("hub", secret_file(tmp_path, "pass"))))

    assert OPTIONS.keys() - KafkaConsumer.DEFAULT_CONFIG.keys() == set()
    assert client_options(secure).keys() - KafkaConsumer.DEFAULT_CONFIG.keys() == set()
    assert producer_options(secure).keys() - KafkaProducer.DEFAULT_CONFIG.keys() == set()
    assert secure.as_admin().security is not None
    assert {"security_protocol", "ssl_context", "sasl_mechanism"} <= KafkaAdminClient.DEFAULT_CONFIG.keys()


def test_several_servers_may_be_named() -> None:
    assert consumer_settings(load_settings(OUTSIDE)).servers == ("one.vn:9093", "two.vn:9093")


def test_without_servers_the_consumers_do_not_start() -> None:
    with pytest.raises(ConfigurationError, match="PAYMENTS_HUB_KAFKA_SERVERS is unset"):
        consumer_settings(load_settings({}))


@pytest.mark.parametrize("servers", ["kafka.vn:9092", "127.0.0.1:9092,10.0.0.7:9092", "localhost.vn:9092"])
def test_plaintext_is_refused_where_any_server_is_not_this_machine(servers: str) -> None:
    with pytest.raises(ConfigurationError, match="PAYMENTS_HUB_KAFKA_PROTOCOL=SASL_SSL"):
        consumer_settings(load_settings({"PAYMENTS_HUB_KAFKA_SERVERS": servers}))


@pytest.mark.parametrize("servers", ["127.0.0.1:9092", "localhost:9092,[::1]:9093"])
def test_plaintext_is_taken_on_this_machine(servers: str) -> None:
    assert consumer_settings(load_settings({"PAYMENTS_HUB_KAFKA_SERVERS": servers})).security is None


def test_no_client_can_be_made_around_the_settings() -> None:
    with pytest.raises(ConfigurationError, match="everybody on the way could read"):
        client_options(ConsumerSettings(("kafka.vn:9092",)))
    with pytest.raises(ConfigurationError, match="everybody on the way could read"):
        producer_options(ConsumerSettings(("kafka.vn:9092",)))


@pytest.mark.parametrize(
    ("changed", "match"),
    [
        ({"PAYMENTS_HUB_KAFKA_PASSWORD_FILE": ""}, "Set both PAYMENTS_HUB_KAFKA_USER"),
        ({"PAYMENTS_HUB_KAFKA_USER": "", "PAYMENTS_HUB_KAFKA_PASSWORD_FILE": ""}, "set PAYMENTS_HUB_KAFKA_USER"),
        ({"PAYMENTS_HUB_KAFKA_ADMIN_USER": "admin"}, "Set both PAYMENTS_HUB_KAFKA_ADMIN_USER"),
        ({"PAYMENTS_HUB_KAFKA_PROTOCOL": "PLAINTEXT"}, "set it to SASL_SSL"),
        ({"PAYMENTS_HUB_KAFKA_PROTOCOL": "SASL_PLAINTEXT"}, "one of PLAINTEXT, SASL_SSL"),
    ],
    ids=["half a user", "no user", "half an administrator", "a user for nothing", "a password without TLS"],
)
def test_half_a_protection_is_refused(changed: dict[str, str], match: str) -> None:
    with pytest.raises(ConfigurationError, match=match):
        consumer_settings(load_settings({**OUTSIDE, **changed}))
