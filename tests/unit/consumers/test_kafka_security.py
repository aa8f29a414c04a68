"""Threat T28: nobody listens to the way to Kafka, answers in its place, or reads our password."""

import ssl
from pathlib import Path

import pytest

from consumers.security import Login, Security, connection_options, read_password, tls_context
from payments_hub.kernel.errors import ConfigurationError
from tests.support.secrets import secret_file

SERVERS = ("kafka.vn:9093",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bootstrap_servers", ["kafka.vn:9093"]),
        ("security_protocol", "SASL_SSL"),
        ("ssl_check_hostname", True),
        ("sasl_mechanism", "SCRAM-SHA-512"),
        ("sasl_plain_username", "payments-hub"),
        ("sasl_plain_password", "correct horse"),
    ],
)
def test_every_client_signs_in_over_tls(tmp_path: Path, name: str, value: object) -> None:
    login = Login("payments-hub", secret_file(tmp_path, "correct horse"))

    assert connection_options(SERVERS, Security(login))[name] == value


def test_tls_is_of_a_safe_version_and_asks_for_the_servers_own_name() -> None:
    context = tls_context(None)

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_the_context_is_what_the_clients_are_given(tmp_path: Path) -> None:
    given = connection_options(SERVERS, Security(Login("hub", secret_file(tmp_path, "word"))))["ssl_context"]

    assert isinstance(given, ssl.SSLContext)
    assert (given.minimum_version, given.check_hostname) == (ssl.TLSVersion.TLSv1_2, True)


def test_a_password_does_not_show_in_what_is_logged_of_the_options(tmp_path: Path) -> None:
    options = connection_options(SERVERS, Security(Login("hub", secret_file(tmp_path, "correct horse"))))

    assert "correct horse" not in f"{options}"


def test_a_password_is_read_anew_for_each_connection(tmp_path: Path) -> None:
    login = Login("hub", secret_file(tmp_path, "old"))
    connection_options(SERVERS, Security(login))

    login.password_file.write_text("new\n")

    assert connection_options(SERVERS, Security(login))["sasl_plain_password"] == "new"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622])
def test_a_password_file_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    file = secret_file(tmp_path, "correct horse")
    file.chmod(mode)

    with pytest.raises(ConfigurationError, match="chmod 600") as refused:
        read_password(file)

    assert "correct horse" not in refused.value.message


def test_a_password_file_that_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read: FileNotFoundError"):
        read_password(tmp_path / "none")
    with pytest.raises(ConfigurationError, match="is empty"):
        read_password(secret_file(tmp_path, ""))


def test_an_authority_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="PAYMENTS_HUB_KAFKA_CA_FILE"):
        tls_context(secret_file(tmp_path, "not a certificate"))
