"""
Kafka's administration by kafka-python: topics, users, access rules, and whether somebody without rights gets in.

The client is untyped, so `Any` lives here and in `consumers.broker`, and nowhere else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    KafkaTimeoutError,
    SecurityDisabledError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
)
from kafka.net.compat import KafkaNetClient

from consumers.access import Kind, Pattern, Rule
from consumers.errors import BrokerUnreachableError, NotAllowedError
from consumers.reaching import check_reachable, silent
from consumers.security import MECHANISM, Login, connection_options, read_password
from consumers.settings import REQUEST_SECONDS, ConsumerSettings, producer_options

_HASHINGS = 16384
"""How often SCRAM hashes a password, Kafka's greatest: a stolen hash is worth four times less than by default."""


@dataclass(frozen=True, slots=True)
class TopicSight:
    """A topic as the broker has it, with every setting in force."""

    partitions: int
    settings: Mapping[str, str]


def connected(make: Callable[..., Any], options: Mapping[str, object], settings: ConsumerSettings) -> Any:
    """
    Make one of kafka-python's clients, all of whose kinds look for the brokers as they are made.

    Raises:
        BrokerUnreachableError: Something listens, but does not speak with us.

    """
    made: list[Any] = []

    def inner_client(**configs: object) -> Any:
        made.append(KafkaNetClient(**configs))
        return made[-1]

    try:
        return make(**options, kafka_client=inner_client)
    except KafkaTimeoutError as error:
        # What could not be made cannot be closed, and its thread would stay for ever, one more at each try.
        for client in made:
            client.close()
        raise silent(settings) from error


def admin_client(settings: ConsumerSettings) -> Any:
    """
    Connect for administration, as the user that the settings name.

    Raises:
        BrokerUnreachableError: Something listens, but does not speak with us.

    """
    options = {
        **connection_options(settings.servers, settings.security),
        "bootstrap_timeout_ms": int(REQUEST_SECONDS * 1000),
        "request_timeout_ms": int(REQUEST_SECONDS * 2000),
    }
    return connected(KafkaAdminClient, options, settings)


@contextmanager
def administering(settings: ConsumerSettings) -> Iterator[Administration]:
    """
    Lend a connection for administration.

    Raises:
        BrokerUnreachableError: Nothing answers.
        NotAllowedError: Our user may not do it.

    """
    check_reachable(settings.servers)
    client = admin_client(settings)
    try:
        yield Administration(client)
    except AuthorizationError as error:
        user = "anybody" if settings.security is None else settings.security.login.user
        raise NotAllowedError(
            f"Kafka does not let {user} administer it ({type(error).__name__}). Set PAYMENTS_HUB_KAFKA_ADMIN_USER to "
            "one who may; docs/kafka.md lists what it needs."
        ) from error
    except KafkaError as error:
        raise BrokerUnreachableError(f"Kafka did not answer: {type(error).__name__}: {error}") from error
    finally:
        client.close()


class Administration:
    """What the hub asks of Kafka's administration; owned by the thread that made it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def brokers(self) -> tuple[str, ...]:
        """List the addresses under which the brokers want to be spoken to, as host:port."""
        return tuple(f"{one['host']}:{one['port']}" for one in self._client.describe_cluster()["brokers"])

    def topics(self, names: Collection[str]) -> Mapping[str, TopicSight]:
        """Look at those of some topics that exist."""
        present = sorted(set(names) & set(self._client.list_topics()))
        if not present:
            return {}
        partitions = {one["name"]: len(one["partitions"]) for one in self._client.describe_topics(present)}
        wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in present]
        settings = self._client.describe_configs(wanted, config_filter="all")["topic"]
        return {
            name: TopicSight(partitions[name], {key: one["value"] for key, one in settings[name].items()})
            for name in present
        }

    def make_topic(self, name: str, options: Mapping[str, str]) -> bool:
        """Make a topic of one partition, with the cluster's own replication; tell whether it was not there."""
        try:
            self._client.create_topics({name: {"num_partitions": 1, "configs": dict(options)}}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            return False
        return True

    def delete_topic(self, name: str) -> None:
        """Delete a topic if it is there."""
        try:
            self._client.delete_topics([name])
        except UnknownTopicOrPartitionError:
            return

    def rules(self) -> frozenset[Rule] | None:
        """List every access rule; None if the broker has no such thing, so that everybody may do everything."""
        everything = ACLFilter(
            None,
            None,
            ACLOperation.ANY,
            ACLPermissionType.ANY,
            ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
        )
        try:
            found, _error = self._client.describe_acls(everything)
        except SecurityDisabledError:
            return None
        return frozenset(_rule(one) for one in found)

    def make_rules(self, rules: Collection[Rule]) -> None:
        """Add access rules; one that is there already stays as it is."""
        if not rules:
            return
        outcome = self._client.create_acls([_acl(rule) for rule in sorted(rules)])
        if outcome["failed"]:
            raise outcome["failed"][0]("an access rule was not taken")

    def users(self) -> frozenset[str]:
        """List the users who have a password of the kind that we use."""
        found = self._client.describe_user_scram_credentials()
        wanted = MECHANISM.replace("-", "_")
        return frozenset(
            user
            for user, one in found.items()
            if any(each["mechanism"].name == wanted for each in one["credential_infos"])
        )

    def make_user(self, login: Login) -> None:
        """Make a user, or change its password."""
        password = read_password(login.password_file)
        self._alter(UserScramCredentialUpsertion(login.user, MECHANISM, password, iterations=_HASHINGS))

    def forget_user(self, user: str) -> None:
        """Take a user's password away, so that nobody signs in as it any more."""
        if user in self.users():
            self._alter(UserScramCredentialDeletion(user, MECHANISM))

    def _alter(self, alteration: Any) -> None:
        fault = self._client.alter_user_scram_credentials([alteration])[alteration.user]
        if fault is not None:
            raise BrokerUnreachableError(f"Kafka did not change the user {alteration.user}: {fault}")


def create_topics(settings: ConsumerSettings, topics: Iterable[str], options: Mapping[str, str]) -> tuple[str, ...]:
    """
    Create topics of one partition, with the cluster's own replication; tell which were not there.

    Raises:
        BrokerUnreachableError: Nothing answers.

    """
    with administering(settings) as administration:
        return tuple(topic for topic in sorted(topics) if administration.make_topic(topic, options))


def is_let_in(settings: ConsumerSettings, topic: str) -> bool:
    """
    Try to write a topic, as the user that the settings name.

    Raises:
        BrokerUnreachableError: It was neither taken nor refused, so nothing is known.

    """
    check_reachable(settings.servers)
    options = {
        **producer_options(settings),
        # Numbers for the records are a right of its own; who has none may still be let in without them.
        "enable_idempotence": False,
        "linger_ms": 0,
    }
    with _silenced():
        return _is_let_in(connected(KafkaProducer, options, settings), topic)


def _is_let_in(producer: Any, topic: str) -> bool:
    try:
        producer.send(topic, b"probe").get(timeout=REQUEST_SECONDS * 2)
    except AuthorizationError:
        return False
    except KafkaError as error:
        raise BrokerUnreachableError(f"Kafka neither took nor refused a record: {type(error).__name__}") from error
    finally:
        producer.close(timeout=1)
    return True


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep the client from logging as an error the refusal that is hoped for."""
    client = logging.getLogger("kafka")
    before = client.level
    client.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        client.setLevel(before)


def _has_password(credentials: Iterable[Any]) -> bool:
    return any(one["mechanism"].name == MECHANISM.replace("-", "_") for one in credentials)


_KINDS = {
    ResourceType.TOPIC: Kind.TOPIC,
    ResourceType.GROUP: Kind.GROUP,
    ResourceType.TRANSACTIONAL_ID: Kind.TRANSACTIONAL_ID,
    ResourceType.CLUSTER: Kind.CLUSTER,
}


def _rule(acl: Any) -> Rule:
    pattern = acl.resource_pattern
    return Rule(
        principal=acl.principal,
        operation=acl.operation.name,
        kind=_KINDS.get(pattern.resource_type, Kind.OTHER),
        pattern=Pattern(pattern.pattern_type.name),
        name=pattern.resource_name,
        host=acl.host,
        allows=acl.permission_type is ACLPermissionType.ALLOW,
    )


def _acl(rule: Rule) -> Any:
    pattern = ResourcePattern(ResourceType[rule.kind], rule.name, ACLResourcePatternType[rule.pattern])
    allowed = ACLPermissionType.ALLOW if rule.allows else ACLPermissionType.DENY
    return ACL(rule.principal, rule.host, ACLOperation[rule.operation], allowed, pattern)
