"""
A real Kafka with TLS, users and access rules: what the hub makes there, and what it refuses to begin with.

Threats T2, T3, T14 and T28.
"""

import os
import socket
import ssl
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner
from kafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from consumers.access import Kind, Pattern, Rule
from consumers.broker import KafkaBroker
from consumers.cli import main
from consumers.errors import BrokerOpenError, BrokerUnreachableError
from consumers.guarding import Guard, check_broker
from consumers.reaching import tls_fault
from consumers.security import Login, Security, tls_context
from consumers.settings import ConsumerSettings
from consumers.topics import receipts_topic_of, topic_of
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.alerts import AlertKind, open_alerts
from payments_hub.store.session import Database
from tests.support import kafka
from tests.support.commands_in_processes import run_until
from tests.support.consuming import producing, stored_position
from tests.support.publishing import nothing_waits
from tests.support.repository import ROOT
from tests.support.secrets import secret_file
from tests.support.secure_kafka import SecureKafka, join, reading, secure_kafka, set_up, values_of
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

_numbers = count(1)


@pytest.fixture
def partners() -> tuple[str, str]:
    """Name two partners that no other test has; the one's code is the beginning of the other's."""
    one = f"SAFE{os.getpid()}N{next(_numbers)}N"
    return one, f"{one}0"


@pytest.fixture
def open_broker(tmp_path: Path) -> Iterator[SecureKafka]:
    """Lend a Kafka whose careless administrator lets everybody use what has no rule."""
    yield secure_kafka(tmp_path / "open", tmp_path, {"OPEN": "1"})
    kafka.stop(tmp_path / "open")


def test_a_slice_goes_from_a_partner_to_the_ledger_and_its_receipt_back_by_the_commands(
    secure: SecureKafka, database: Database, partners: tuple[str, str]
) -> None:
    one = partners[0]
    make_small_hub(database, partners)
    environment = secure.environment(database)

    made = CliRunner(env=environment).invoke(main, ["topics", "--passwords", str(secure.passwords)])
    checked = CliRunner(env=environment).invoke(main, ["topics", "--check"])
    again = CliRunner(env=environment).invoke(main, ["topics"])
    secure.send(one, topic_of(one), nothing_to_report(one, 1))
    status = run_until(lambda: stored_position(database, topic_of(one)) == 1, environment, "run")
    published = run_until(nothing_waits(database), environment, "receipts")
    with reading(secure.address, **secure.options(secure.login(one))) as consumer:
        receipts = values_of(consumer, receipts_topic_of(one))

    topics = sorted(name(code) for code in partners for name in (topic_of, receipts_topic_of))
    assert made.exit_code == 0, made.output
    assert {f"made {topic}" for topic in topics} <= set(made.output.splitlines())
    for login in map(secure.login, partners):
        assert f"made user {login.user}, its password is in {login.password_file}" in made.output
        assert login.password_file.read_text().strip() not in made.output
        assert stat.S_IMODE(login.password_file.stat().st_mode) == 0o600
    assert (checked.exit_code, again.exit_code) == (0, 0)
    assert checked.output.splitlines() == again.output.splitlines() == [f"there is {topic}" for topic in topics]
    assert (status, published) == (0, 0)
    assert verdicts(database, one) == {"ACCEPTED": 1}
    assert len(receipts) == 1


def test_no_partner_writes_anothers_topic_reads_its_receipts_or_joins_its_group(
    secure: SecureKafka, partners: tuple[str, str]
) -> None:
    one, other = partners
    set_up(secure, partners)

    for sender, owner in ((one, other), (other, one)):
        secure.send(sender, topic_of(sender), b"its own")
        with pytest.raises(TopicAuthorizationFailedError):
            secure.send(sender, topic_of(owner), b"never there")
        assert secure.rights(sender, topic_of(sender)) == {"WRITE", "DESCRIBE"}
        assert secure.rights(sender, receipts_topic_of(sender)) == {"READ", "DESCRIBE"}
        with pytest.raises(TopicAuthorizationFailedError):
            secure.rights(sender, receipts_topic_of(owner))
        options = {**secure.options(secure.login(sender)), "group_id": receipts_topic_of(owner)}
        with pytest.raises(GroupAuthorizationFailedError), reading(secure.address, **options) as member:
            join(member, receipts_topic_of(sender))


def test_a_partner_reads_its_receipts_as_a_member_of_its_group_and_sends_by_transactions(
    secure: SecureKafka, partners: tuple[str, str]
) -> None:
    one = partners[0]
    set_up(secure, partners)
    options = secure.options(secure.login(one))
    with producing(secure.address, transactional_id=topic_of(one), **options) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        producer.send(topic_of(one), b"together")
        producer.commit_transaction()

    options |= {"group_id": receipts_topic_of(one), "auto_offset_reset": "earliest"}
    with reading(secure.address, **options) as member:
        member.subscribe([receipts_topic_of(one)])
        wait_until(lambda: member.poll(timeout_ms=100) == {} and member.assignment(), "it is a member")
    with reading(secure.address, **secure.options(secure.hub)) as consumer:
        assert values_of(consumer, topic_of(one)) == [b"together"]


def test_a_rule_that_lets_another_partner_in_is_found_and_ends_the_alert_when_it_is_gone(
    secure: SecureKafka, database: Database, partners: tuple[str, str]
) -> None:
    one, other = partners
    set_up(secure, partners)
    wide = Rule(f"User:{one}", "WRITE", Kind.TOPIC, Pattern.PREFIXED, topic_of(one))

    def begin() -> ConsumerSettings:
        return Guard(secure.settings(), database, lambda _session: partners, SystemClock()).connected(lambda it: it)

    with secure.with_rule(wide), pytest.raises(BrokerOpenError, match=f"User:{one} may WRITE {topic_of(other)}"):
        begin()
    told = broker_alerts(database)
    begin()

    assert told == [(topic_of(other), {"user": f"User:{one}", "operation": "WRITE"})]
    assert broker_alerts(database) == []


def test_with_access_rules_off_nothing_begins(
    open_broker: SecureKafka, database: Database, partners: tuple[str, str]
) -> None:
    make_small_hub(database, partners)
    set_up(open_broker, partners)
    environment = open_broker.environment(database)
    everything = Rule("User:*", "READ", Kind.TOPIC, Pattern.LITERAL, "*")

    publishing = CliRunner(env=environment).invoke(main, ["receipts"])
    reading_status, words = ended("run", environment)
    with open_broker.with_rule(everything):
        checked = CliRunner(env=environment).invoke(main, ["topics", "--check"])

    assert publishing.exit_code == 2
    assert "Error BROKER_OPEN: " in publishing.output
    assert "allow.everyone.if.no.acl.found=false" in publishing.output
    assert (reading_status, "Error BROKER_OPEN: " in words) == (2, True)
    assert broker_alerts(database) == [("*", {"user": "User:*", "operation": "WRITE"})]
    assert checked.exit_code == 1
    assert f"wrong: User:* may READ {topic_of(partners[0])}: {everything}" in checked.output


def test_what_was_changed_on_the_broker_is_told_and_what_is_missing_is_made_again(
    secure: SecureKafka, database: Database, partners: tuple[str, str]
) -> None:
    make_small_hub(database, partners)
    set_up(secure, partners)
    secure.grow(topic_of(partners[0]), partitions=2)
    secure.change(topic_of(partners[1]), {"cleanup.policy": "compact"})
    needed = Rule(f"User:{partners[0]}", "READ", Kind.TOPIC, Pattern.LITERAL, receipts_topic_of(partners[0]))
    secure.take_away(needed)

    checked = CliRunner(env=secure.environment(database)).invoke(main, ["topics", "--check"])
    mended = CliRunner(env=secure.environment(database)).invoke(main, ["topics"])
    again = CliRunner(env=secure.environment(database)).invoke(main, ["topics", "--check"])

    wrong = {
        f"wrong: {topic_of(partners[0])} has 2 partitions and must have one, to be in order",
        f"wrong: {topic_of(partners[1])} has cleanup.policy=compact and must have delete",
    }
    assert (checked.exit_code, mended.exit_code, again.exit_code) == (1, 1, 1)
    assert {*wrong, f"missing rule {needed}"} <= set(checked.output.splitlines())
    assert {*wrong, f"made rule {needed}"} <= set(mended.output.splitlines())
    assert "missing" not in again.output


def test_a_new_password_takes_the_old_ones_place(
    secure: SecureKafka, database: Database, partners: tuple[str, str]
) -> None:
    one = partners[0]
    make_small_hub(database, partners)
    set_up(secure, partners)
    old = Login(one, secret_file(secure.own, secure.login(one).password_file.read_text().strip(), "old"))

    renewed = CliRunner(env=secure.environment(database)).invoke(
        main, ["topics", "--passwords", str(secure.passwords), "--renew", one]
    )
    secure.send(one, topic_of(one), b"with the new one")
    before = threading.active_count()
    with pytest.raises(BrokerUnreachableError, match=r"does not let .* in\. Is there such a user, is the password"):
        KafkaBroker(secure.settings(old))

    assert renewed.exit_code == 0, renewed.output
    assert f"new password of {one} in {secure.login(one).password_file}" in renewed.output
    # Each try of a worker would leave a thread behind.
    assert threading.active_count() == before


def test_a_broker_that_cannot_prove_its_name_is_not_spoken_to(secure: SecureKafka) -> None:
    host, _, port = secure.address.partition(":")
    stranger = Security(secure.hub)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"not valid for 'kafka\.vn'"):
        speak_tls(secure, host, int(port), "kafka.vn")

    assert "certificate is not to be trusted" in str(tls_fault(secure.address, stranger, timeout_seconds=5))
    assert tls_fault(secure.address, Security(secure.hub, secure.folder / "tls/ca.pem"), timeout_seconds=5) is None


def test_a_broker_that_speaks_no_tls_is_told_apart(broker: str, secure: SecureKafka) -> None:
    fault = tls_fault(broker, Security(secure.hub, secure.folder / "tls/ca.pem"), timeout_seconds=1)

    assert "does not speak TLS" in str(fault)


def test_a_kafka_of_this_machine_that_asks_nobody_is_taken(broker: str) -> None:
    check_broker(ConsumerSettings((broker,)), ["BIDV"])


def speak_tls(secure: SecureKafka, host: str, port: int, name: str) -> None:
    context = tls_context(secure.folder / "tls/ca.pem")
    with socket.create_connection((host, port), timeout=5) as plain:
        context.wrap_socket(plain, server_hostname=name)


def broker_alerts(database: Database) -> list[tuple[str, dict[str, object]]]:
    with database.transaction() as session:
        found = [one for one in open_alerts(session) if one.kind is AlertKind.BROKER_OPEN]
        return [(one.subject, dict(one.detail)) for one in found]


def ended(subcommand: str, environment: dict[str, str]) -> tuple[int, str]:
    ran = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-W", "ignore", "-m", "consumers", subcommand],
        cwd=ROOT,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=40,
    )
    return ran.returncode, ran.stderr
