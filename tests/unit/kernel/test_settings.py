import pytest

from payments_hub.kernel.errors import ConfigurationError
from payments_hub.kernel.settings import SETTINGS, Settings, load_settings


def test_every_setting_of_the_table_is_a_field() -> None:
    assert [spec.name for spec in SETTINGS] == list(Settings.__slots__)


def test_a_misspelt_setting_stops_with_the_nearest_name() -> None:
    with pytest.raises(ConfigurationError, match="Did you mean PAYMENTS_HUB_DATABASE_URL"):
        load_settings({"PAYMENTS_HUB_DATABSE_URL": "postgresql://"})


@pytest.mark.parametrize("text", ["0", "65536", "eighty", "-1", "\uff18\uff10"])
def test_an_impossible_port_is_refused_with_its_name_and_range(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"PAYMENTS_HUB_PORT .* from 1 to 65535"):
        load_settings({"PAYMENTS_HUB_PORT": text})


def test_an_unknown_choice_names_the_choices() -> None:
    with pytest.raises(ConfigurationError, match="console, json"):
        load_settings({"PAYMENTS_HUB_LOG_FORMAT": "xml"})


def test_secret_settings_are_never_shown() -> None:
    settings = load_settings(
        {"PAYMENTS_HUB_DATABASE_URL": "postgresql://u:canary@h/d", "PAYMENTS_HUB_SECRET_KEY": "canary"}
    )

    assert "canary" not in repr(settings)


def test_an_empty_variable_is_unset() -> None:
    assert load_settings({"PAYMENTS_HUB_KAFKA_SERVERS": ""}).kafka_servers is None
