"""A real Kafka with TLS, users and access rules; one for a run of the tests, shared by the run's processes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import for_code

from consumers import setting_up
from consumers.access import Rule
from consumers.admin import admin_client, administering
from consumers.security import Login, Security, connection_options
from consumers.settings import ConsumerSettings
from payments_hub.store.session import Database
from tests.support import kafka
from tests.support.consuming import producing
from tests.support.secrets import secret_file

HUB = "payments-hub"


@dataclass(frozen=True, slots=True)
class SecureKafka:
    """
    One secure broker.

    Args:
        folder: Where its authority and its administrator's password are.
        own: The test's own folder, with what it writes.

    """

    address: str
    folder: Path
    own: Path

    @property
    def admin(self) -> Login:
        """Name who may do everything."""
        return Login((self.folder / "admin.user").read_text().strip(), self.folder / "admin.password")

    @property
    def hub(self) -> Login:
        """Name the hub's own user; its password is the same for every test."""
        return Login(HUB, secret_file(self.own, "one for all tests", "hub.password"))

    @property
    def passwords(self) -> Path:
        """Tell where the partners' passwords are left."""
        return self.own / "passwords"

    def login(self, partner: str) -> Login:
        """Sign in as a partner whose user was made for this test."""
        return Login(partner, self.passwords / f"{partner}.password")

    def settings(self, login: Login | None = None) -> ConsumerSettings:
        """Set a client up: the hub's, or one of somebody else who knows no administrator."""
        authority = self.folder / "tls/ca.pem"
        if login is None:
            return ConsumerSettings((self.address,), security=Security(self.hub, authority), admin=self.admin)
        return ConsumerSettings((self.address,), security=Security(login, authority))

    def options(self, login: Login) -> dict[str, Any]:
        """Spell out a client of kafka-python, but for its address."""
        every = connection_options((self.address,), Security(login, self.folder / "tls/ca.pem"))
        return {name: value for name, value in every.items() if name != "bootstrap_servers"}

    def environment(self, database: Database) -> dict[str, str]:
        """Set the hub's commands up."""
        return {
            "PAYMENTS_HUB_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "PAYMENTS_HUB_VAR_DIR": str(self.own / "var"),
            "PAYMENTS_HUB_KAFKA_SERVERS": self.address,
            "PAYMENTS_HUB_KAFKA_PROTOCOL": "SASL_SSL",
            "PAYMENTS_HUB_KAFKA_USER": self.hub.user,
            "PAYMENTS_HUB_KAFKA_PASSWORD_FILE": str(self.hub.password_file),
            "PAYMENTS_HUB_KAFKA_CA_FILE": str(self.folder / "tls/ca.pem"),
            "PAYMENTS_HUB_KAFKA_ADMIN_USER": self.admin.user,
            "PAYMENTS_HUB_KAFKA_ADMIN_PASSWORD_FILE": str(self.admin.password_file),
        }

    def send(self, sender: str, topic: str, message: bytes) -> None:
        """Send a message as a partner, and wait for the broker's answer."""
        with producing(self.address, **self.options(self.login(sender))) as producer:
            producer.send(topic, message).get(timeout=10)

    def rights(self, partner: str, topic: str) -> set[str]:
        """Ask the broker what a partner may do with a topic; as an error, if it may not even know of it."""
        client = admin_client(self.settings(self.login(partner)))
        try:
            [seen] = client.describe_topics([topic])
        finally:
            client.close()
        if seen["error_code"]:
            raise for_code(seen["error_code"])(topic)
        return set(seen["authorized_operations"])

    @contextmanager
    def with_rule(self, rule: Rule) -> Iterator[None]:
        """Add a rule for a while, as an administrator might by mistake."""
        with administering(self.settings(self.admin)) as administration:
            administration.make_rules([rule])
        try:
            yield
        finally:
            self.take_away(rule)

    def take_away(self, rule: Rule) -> None:
        """Take a rule away."""
        pattern = ResourcePatternFilter(ResourceType[rule.kind], rule.name, ACLResourcePatternType[rule.pattern])
        allowed = ACLPermissionType.ALLOW
        with self._administrator() as client:
            client.delete_acls([ACLFilter(rule.principal, rule.host, ACLOperation[rule.operation], allowed, pattern)])

    def grow(self, topic: str, *, partitions: int) -> None:
        """Give a topic more partitions."""
        with self._administrator() as client:
            client.create_partitions({topic: partitions})

    def change(self, topic: str, settings: dict[str, str]) -> None:
        """Change a topic's settings."""
        with self._administrator() as client:
            client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])

    @contextmanager
    def _administrator(self) -> Iterator[Any]:
        client = admin_client(self.settings(self.admin))
        try:
            yield client
        finally:
            client.close()


def secure_kafka(run: Path, own: Path, environment: Mapping[str, str] | None = None) -> SecureKafka:
    """Start a folder's secure Kafka unless it runs."""
    address = kafka.start(run, {"SECURE": "1", **(environment or {})})
    return SecureKafka(address, kafka.home(run), own)


def set_up(secure: SecureKafka, partners: Collection[str]) -> list[str]:
    """Make what partners lack on the broker, as the command does, and tell of it."""
    settings = secure.settings()
    with administering(settings.as_admin()) as administration:
        seen = setting_up.look(settings, administration, partners)
        lack = setting_up.lack_of(settings, partners, seen)
        return list(setting_up.make(settings, administration, lack, secure.passwords))


@contextmanager
def reading(address: str, **options: Any) -> Iterator[Any]:
    """Lend a consumer."""
    consumer = KafkaConsumer(bootstrap_servers=address, enable_auto_commit=False, **options)
    try:
        yield consumer
    finally:
        consumer.close(timeout_ms=1000)


def join(consumer: Any, topic: str) -> Any:
    """Read a topic as a member of the consumer's group."""
    consumer.subscribe([topic])
    return consumer.poll(timeout_ms=10_000)


def values_of(consumer: Any, topic: str) -> list[bytes]:
    """Read a topic from its beginning until something came."""
    place = TopicPartition(topic, 0)
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    return [one.value for records in consumer.poll(timeout_ms=10_000).values() for one in records]
