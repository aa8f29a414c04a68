"""What the consumers take from the hub's settings, and the bounds that hold everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from consumers.security import Login, Security, connection_options, refuse_listeners
from payments_hub.kernel.errors import ConfigurationError
from payments_hub.kernel.settings import KafkaProtocol, Settings

GROUP = "payments-hub"
"""Name under which Kafka's own tools show the hub's lag, a group of feeds each; membership of it decides nothing."""

POLL_SECONDS = 0.5
"""How long one poll waits for records; also how soon a worker sees that it shall stop."""

REQUEST_SECONDS = 4.0
"""How long a question to the broker may take, so that two in a row still end within the stop's ten seconds."""

LOOK_AROUND_SECONDS = 5.0
"""How often a worker looks for new topics, asks for the ends of the logs and leaves its status."""

BLOCKED_RETRY_SECONDS = 60.0
"""How often a blocked feed is looked at again; an operator need not restart anything after mending it."""

HELD_BACK_SECONDS = 300.0
"""How long a sender's open transaction may hold its feed back before operators hear of it."""

REJECTED_A_MINUTE = 1_000
"""So many rejected records of one partner are answered one by one; the feed of who sends more is suspended."""

FETCH_BYTES = 8 * 1024 * 1024
"""How much of one feed a poll brings: some forty thousand cells, a second or two of a transaction's thirty."""

PIECE_BYTES = 4 * 1024 * 1024
"""How much of one feed, unpacked, a transaction takes: what packs to nothing on the way costs as much to judge."""

BATCH_BYTES = 900 * 1024
"""How much goes to one topic at once: below the 1 MB that a broker takes as one batch by default."""

RECORD_OVERHEAD_BYTES = 200
"""What a record takes beside its key and value: its header, its lengths, its time."""

STOP_SECONDS = 9.0
"""When a stop is forced; ten seconds is what supervisors give."""

STALL_SECONDS = 55.0
"""When a worker that does not come round counts as hung, and is ended within the minute. Its successor reads again."""

GROUPS_SECONDS = 3.0
"""How often a supervisor looks for new groups and leaves a sign of life of each worker."""

RESTART_SECONDS = 30.0
"""The longest wait before a worker that keeps ending is started anew."""

WELL_SECONDS = 2 * STALL_SECONDS
"""When a worker that was started anew counts as well again: a hung one needs more than one stall to be found out."""

STOP_WORKERS_SECONDS = 7.0
"""When a supervisor that shall stop kills the workers that have not ended; nothing of theirs is then half done."""


@dataclass(frozen=True, slots=True)
class ConsumerSettings:
    """
    What one worker needs to reach Kafka.

    Args:
        group_id: Under which Kafka is told the positions.
        security: None for a Kafka of this very machine that asks nobody who they are.
        admin: Who may make topics, users and rules, and look at everybody's; None if the hub is not to know.
        checked_by: Who looks after the broker's rules where the hub does not; see `consumers.guarding`.

    """

    servers: tuple[str, ...]
    group_id: str = GROUP
    security: Security | None = None
    admin: Login | None = None
    checked_by: str | None = None

    def as_admin(self) -> ConsumerSettings:
        """Connect as the administrator where one is known, and else as ourselves."""
        if self.security is None or self.admin is None:
            return self
        return replace(self, security=replace(self.security, login=self.admin))


def group_id_of(group: str) -> str:
    """
    Name under which Kafka's own tools show the lag of a group of feeds.

    >>> group_id_of("main")
    'payments-hub-main'
    """
    return f"{GROUP}-{group}"


def consumer_settings(settings: Settings) -> ConsumerSettings:
    """
    Take the consumers' part of the hub's settings.

    Raises:
        ConfigurationError: No Kafka is named, or it could be listened to, or half of a user is set.

    """
    servers = tuple(part.strip() for part in (settings.kafka_servers or "").split(",") if part.strip())
    if not servers:
        raise ConfigurationError(
            "PAYMENTS_HUB_KAFKA_SERVERS is unset: name Kafka's bootstrap servers as host:port,host:port."
        )
    security = _security(settings)
    refuse_listeners(servers, security)
    admin = _login("KAFKA_ADMIN", settings.kafka_admin_user, settings.kafka_admin_password_file)
    return ConsumerSettings(servers, security=security, admin=admin, checked_by=settings.kafka_checked_by)


def refuse_unchecked(settings: ConsumerSettings) -> None:
    """
    Refuse to begin where nobody looks at the broker's rules.

    Raises:
        ConfigurationError: The hub knows no administrator, and nobody is named who looks instead.

    """
    if settings.security is not None and settings.admin is None and settings.checked_by is None:
        raise ConfigurationError(
            "Nobody sees to it that Kafka lets no partner write another's topic. Set PAYMENTS_HUB_KAFKA_ADMIN_USER and "
            "PAYMENTS_HUB_KAFKA_ADMIN_PASSWORD_FILE, or say in PAYMENTS_HUB_KAFKA_CHECKED_BY who does it instead."
        )


def _security(settings: Settings) -> Security | None:
    login = _login("KAFKA", settings.kafka_user, settings.kafka_password_file)
    if settings.kafka_protocol is KafkaProtocol.SASL_SSL:
        if login is None:
            raise ConfigurationError(
                "PAYMENTS_HUB_KAFKA_PROTOCOL is SASL_SSL: set PAYMENTS_HUB_KAFKA_USER and "
                "PAYMENTS_HUB_KAFKA_PASSWORD_FILE as well."
            )
        return Security(login, settings.kafka_ca_file)
    if login is not None or settings.kafka_ca_file is not None or settings.kafka_admin_user is not None:
        # Somebody means to be safe and is not.
        raise ConfigurationError(
            "A user or an authority of Kafka's is set, but PAYMENTS_HUB_KAFKA_PROTOCOL is PLAINTEXT and uses neither: "
            "set it to SASL_SSL."
        )
    return None


def _login(whose: str, user: str | None, password_file: Path | None) -> Login | None:
    if user is not None and password_file is not None:
        return Login(user, password_file)
    if user is None and password_file is None:
        return None
    raise ConfigurationError(f"Set both PAYMENTS_HUB_{whose}_USER and PAYMENTS_HUB_{whose}_PASSWORD_FILE, or neither.")


def client_options(settings: ConsumerSettings) -> Mapping[str, object]:
    """
    Spell out how the Kafka consumer behaves, wherever kafka-python's default would lose or mislead.

    No deserializer: one that raises makes the next poll spin for ever. No assignment strategy, session or heartbeat
    time-outs: partitions are assigned by hand, so the client is a member of no group and none of them is in force.
    """
    return {
        **connection_options(settings.servers, settings.security),
        "group_id": settings.group_id,
        # Offsets live in the hub's database; Kafka's own are written after the fact, for lag monitoring.
        "enable_auto_commit": False,
        # A gap must raise: "earliest" and "latest" jump over it without a word.
        "auto_offset_reset": "none",
        # Records of aborted transactions were taken back by their sender.
        "isolation_level": "read_committed",
        # A misspelt topic must be missed, not made.
        "allow_auto_create_topics": False,
        "check_crcs": True,
        "key_deserializer": None,
        "value_deserializer": None,
        # The library's bound is 1 MB, a hundred slices; a transaction's own cost is shared by some hundreds.
        "max_partition_fetch_bytes": FETCH_BYTES,
        "max_poll_records": 500,
        "request_timeout_ms": 30_000,
        "bootstrap_timeout_ms": int(REQUEST_SECONDS * 1000),
        # Half a minute of the library's own waiting would outlast the worker's back-off.
        "reconnect_backoff_max_ms": 2_000,
        "metrics_enabled": False,
    }


def producer_options(settings: ConsumerSettings) -> Mapping[str, object]:
    """
    Spell out how the publisher's Kafka client sends: nothing counts as sent before every replica in sync has it.

    It gives up on a record after eight seconds, so that a database transaction that waits for the answer ends in time.
    """
    return {
        **connection_options(settings.servers, settings.security),
        "bootstrap_timeout_ms": int(REQUEST_SECONDS * 1000),
        "acks": "all",
        "enable_idempotence": True,
        "allow_auto_create_topics": False,
        # A batch waits to be filled; it is flushed once all of it was handed over.
        "linger_ms": 500,
        "batch_size": 1000 * 1024,
        "request_timeout_ms": int(REQUEST_SECONDS * 1000),
        "delivery_timeout_ms": int(REQUEST_SECONDS * 2000),
        "max_block_ms": int(REQUEST_SECONDS * 1000),
        "reconnect_backoff_max_ms": 2_000,
        "metrics_enabled": False,
    }
