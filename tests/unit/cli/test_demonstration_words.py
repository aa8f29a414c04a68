"""What the demonstration prints for another terminal."""

from payments_hub.cli.demonstration import aiming
from payments_hub.kernel.settings import load_settings


def test_another_terminal_is_told_the_folder_and_the_broker() -> None:
    settings = load_settings({"PAYMENTS_HUB_VAR_DIR": "var/demo", "PAYMENTS_HUB_KAFKA_SERVERS": "127.0.0.1:19092"})

    assert aiming(settings) == "PAYMENTS_HUB_VAR_DIR=var/demo PAYMENTS_HUB_KAFKA_SERVERS=127.0.0.1:19092"


def test_without_kafka_it_is_the_folder_alone_even_if_its_name_has_a_space() -> None:
    assert aiming(load_settings({"PAYMENTS_HUB_VAR_DIR": "my var/demo"})) == "PAYMENTS_HUB_VAR_DIR='my var/demo'"
