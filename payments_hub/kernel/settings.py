"""Settings as one table: it feeds the code, the command line and docs/settings.md."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from payments_hub.kernel.errors import ConfigurationError

PREFIX = "PAYMENTS_HUB_"
_Choice = TypeVar("_Choice", bound=StrEnum)


class LogLevel(StrEnum):
    """The least serious event that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class KafkaProtocol(StrEnum):
    """How Kafka is spoken to: on this machine alone without, or over TLS with a user and a password."""

    PLAINTEXT = "PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class LogFormat(StrEnum):
    """How an event is written: for people, or a JSON object a line."""

    CONSOLE = "console"
    JSON = "json"


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text) if text.isascii() and text.isdecimal() else low - 1
        if not low <= value <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return value

    return read


def _choice(choices: type[_Choice]) -> Callable[[str], _Choice]:
    def read(text: str) -> _Choice:
        try:
            return choices(text)
        except ValueError as error:
            raise ValueError("one of " + ", ".join(choices)) from error

    return read


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("https:// and a host, such as https://hub.example.vn")
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class SettingSpec:
    """
    One setting.

    Args:
        name: The field of `Settings`; the environment variable is the prefix and the name in capitals.
        default: What holds when the variable is unset, as it would be written; None is "unset".
        help: What it does, for docs and error messages.
        read: Turns the text into the value, or raises ValueError saying what is allowed.
        secret: Never printed.

    """

    name: str
    default: str | None
    help: str
    read: Callable[[str], object] = str
    secret: bool = False

    @property
    def variable(self) -> str:
        """Name the environment variable."""
        return PREFIX + self.name.upper()


SETTINGS: tuple[SettingSpec, ...] = (
    SettingSpec(
        "database_url",
        None,
        "PostgreSQL server, 15 or later, as postgresql://user:password@host:port/name. Unset: the hub runs its own "
        "under the var directory.",
        secret=True,
    ),
    SettingSpec("var_dir", "var", "Directory for everything the hub writes beside its database.", Path),
    SettingSpec("host", "127.0.0.1", "Address that the web server listens on."),
    SettingSpec("port", "8000", "Port that the web server listens on.", _whole(1, 65535)),
    SettingSpec("web_workers", "2", "Web processes.", _whole(1, 64)),
    SettingSpec(
        "secret_key",
        None,
        "Signs sessions and keys the hashes of personal codes; 32 characters or more. Unset: made once and kept in the "
        "var directory, readable by its owner alone.",
        secret=True,
    ),
    SettingSpec(
        "kafka_servers", None, "Kafka's bootstrap servers, as host:port,host:port. Unset: feeds come over HTTP alone."
    ),
    SettingSpec(
        "kafka_protocol",
        "PLAINTEXT",
        "How Kafka is spoken to: SASL_SSL, with TLS 1.2 or later and SCRAM-SHA-512; or PLAINTEXT, which is refused "
        "where any server is not this machine's own.",
        _choice(KafkaProtocol),
    ),
    SettingSpec("kafka_user", None, "The hub's user of Kafka, for SASL_SSL."),
    SettingSpec(
        "kafka_password_file",
        None,
        "File with the password of that user, on one line; it must be readable by its owner alone (chmod 600). It is "
        "read for each connection, so it may change while the hub runs.",
        Path,
    ),
    SettingSpec(
        "kafka_ca_file",
        None,
        "Certificate, in PEM form, of the authority that the brokers' certificates are by. Unset: those that the "
        "system trusts.",
        Path,
    ),
    SettingSpec(
        "kafka_admin_user",
        None,
        "User of Kafka who may make topics, users and rules. With it a start looks at the broker's rules and tries "
        "them out; docs/kafka.md.",
    ),
    SettingSpec("kafka_admin_password_file", None, "File with that user's password, as above.", Path),
    SettingSpec(
        "kafka_checked_by",
        None,
        "Where no administrator is set with SASL_SSL: who sees to it instead that the broker lets nobody write what "
        "is not theirs, in words for the log, such as 'topics --check, every night'. Unset: the consumers do not "
        "start unchecked.",
    ),
    SettingSpec(
        "worker_memory_mb",
        "1024",
        "Memory in MiB that a consumer's worker may take for its data; one that needs more ends alone, and is started "
        "anew and reported.",
        _whole(128, 1_048_576),
    ),
    SettingSpec(
        "api_requests_a_minute",
        "600",
        "Requests that one partner's keys may make in a minute, of each web process.",
        _whole(1, 1_000_000),
    ),
    SettingSpec(
        "api_messages_a_minute",
        "10000",
        "Messages that one partner may send over HTTP in a minute, to each web process; a batch counts its own.",
        _whole(1_000, 10_000_000),
    ),
    SettingSpec(
        "api_messages_a_day",
        "500000",
        "Messages that one partner may send over HTTP in a day of the city, to each web process.",
        _whole(1_000, 1_000_000_000),
    ),
    SettingSpec(
        "public_address",
        None,
        "Where people reach the hub, as https://hub.example.vn, for one-time links. Unset: as the administrator's "
        "browser reached it, or the address that the server listens on.",
        _address,
    ),
    SettingSpec(
        "outbox_dir",
        None,
        "Directory that one-time links are written to as letters, for a mail program to take. Unset: a link is shown "
        "once to whoever makes it.",
        Path,
    ),
    SettingSpec("log_level", "info", "Least serious event that is logged.", _choice(LogLevel)),
    SettingSpec("log_format", "console", "Form of a log line: console or json.", _choice(LogFormat)),
)
"""Every setting there is, in the order of docs/settings.md."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; fields as in `SETTINGS`."""

    database_url: str | None
    var_dir: Path
    host: str
    port: int
    web_workers: int
    secret_key: str | None
    kafka_servers: str | None
    kafka_protocol: KafkaProtocol
    kafka_user: str | None
    kafka_password_file: Path | None
    kafka_ca_file: Path | None
    kafka_admin_user: str | None
    kafka_admin_password_file: Path | None
    kafka_checked_by: str | None
    worker_memory_mb: int
    api_requests_a_minute: int
    api_messages_a_minute: int
    api_messages_a_day: int
    public_address: str | None
    outbox_dir: Path | None
    log_level: LogLevel
    log_format: LogFormat

    def __repr__(self) -> str:
        """Show the settings without the secret ones."""
        shown = ", ".join(f"{spec.name}={getattr(self, spec.name)!r}" for spec in SETTINGS if not spec.secret)
        return f"Settings({shown})"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """
    Read the settings from an environment.

    Raises:
        ConfigurationError: A variable has an impossible value, or one with the hub's prefix is not a setting.

    >>> load_settings({"PAYMENTS_HUB_PORT": "8080"}).port
    8080
    """
    known = {spec.variable for spec in SETTINGS}
    for variable in sorted(environ):
        # Variables of the test-suite share the prefix and are nobody's setting.
        if variable.startswith(PREFIX) and variable not in known and not variable.startswith(PREFIX + "TEST_"):
            near = difflib.get_close_matches(variable, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise ConfigurationError(f"{variable} is not a setting.{hint} docs/settings.md lists them.")
    return Settings(**{spec.name: _value(spec, environ.get(spec.variable)) for spec in SETTINGS})  # type: ignore[arg-type]  # the table gives each field its type; a test reads every default


def _value(spec: SettingSpec, text: str | None) -> object:
    given = spec.default if text is None or text == "" else text
    if given is None:
        return None
    try:
        return spec.read(given)
    except ValueError as error:
        shown = "(hidden)" if spec.secret else repr(given)
        raise ConfigurationError(f"{spec.variable} is {shown}; it must be {error}. {spec.help}") from error
