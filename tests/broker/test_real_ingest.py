"""Kafka, the worker and the real ingest together: one delivery a record, and the verdict that the contract says."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from consumers.cli import main
from consumers.topics import topic_of
from payments_hub.store.session import Database
from tests.support.commands_in_processes import run_until
from tests.support.consuming import WorkerProcess, produce, producing, stored_position
from tests.support.publishing import nothing_waits, receipts_of, written
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

RECORDS = 1200

NewPartner = Callable[..., str]


@pytest.mark.parametrize(
    ("advance", "expected"),
    [("fenced", {"ACCEPTED": RECORDS + 1}), ("unfenced", {"ACCEPTED": RECORDS + 1, "DUPLICATE": RECORDS})],
    ids=["fence", "no fence"],
)
def test_a_worker_that_slept_between_poll_and_transaction_is_fenced(
    advance: str,
    expected: dict[str, int],
    broker: str,
    new_partner: NewPartner,
    database: Database,
    tmp_path: Path,
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    make_small_hub(database, [partner])
    produce(broker, topic, [nothing_to_report(partner, number) for number in range(RECORDS)])
    orders = {"into_ledger": False, "advance": advance, "failpoint": ["before-transaction", "SIGSTOP"]}

    with WorkerProcess(database, broker, [topic], tmp_path / "sleeper.log", orders) as sleeper:
        wait_until(sleeper.is_stopped, "the first worker stops itself after its poll")
        with WorkerProcess(database, broker, [topic], tmp_path / "second.log", {"into_ledger": False}) as second:
            wait_until(lambda: stored_position(database, topic) == RECORDS, "the second worker drains the feed")
            second.process.terminate()
            second.process.wait(10)
        os.kill(sleeper.process.pid, signal.SIGCONT)
        produce(broker, topic, [nothing_to_report(partner, RECORDS)])
        wait_until(lambda: stored_position(database, topic) == RECORDS + 1, "the first worker has caught up")

    assert verdicts(database, partner) == expected
    assert bool(sleeper.events("batch_fenced")) is (advance == "fenced")


def test_whatever_a_partner_sends_gets_its_verdict_and_holds_up_nothing(
    broker: str, new_partner: NewPartner, database: Database, tmp_path: Path
) -> None:
    partner, other = new_partner(), new_partner()
    topic = topic_of(partner)
    make_small_hub(database, [partner, other])
    good = nothing_to_report(partner, 1)
    with producing(broker) as producer:
        producer.send(topic, None, key=b"key")
        producer.send(topic, b"")
        producer.send(topic, b"\xff\x00 garbage")
        producer.send(topic, good)
        producer.send(topic, good, key=b"another key")
        producer.send(topic, nothing_to_report(other, 2))
        producer.send(topic, nothing_to_report(partner, 3), headers=[("content-type", b"\xff")])
        producer.send(topic, nothing_to_report(partner, 4), timestamp_ms=0)

    with WorkerProcess(database, broker, [topic], tmp_path / "worker.log", {"into_ledger": False}):
        wait_until(lambda: stored_position(database, topic) == 8, "all is read")

    assert verdicts(database, partner) == {"ACCEPTED": 2, "DUPLICATE": 1, "REJECTED": 5}


def test_the_commands_make_topics_send_a_file_read_it_and_publish_its_receipts_until_sigterm(
    broker: str, database: Database, tmp_path: Path
) -> None:
    partner = f"BANK{os.getpid()}COMMANDS"
    make_small_hub(database, [partner])
    environment = {
        "PAYMENTS_HUB_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "PAYMENTS_HUB_VAR_DIR": str(tmp_path / "var"),
        "PAYMENTS_HUB_KAFKA_SERVERS": broker,
    }
    file = tmp_path / "messages.ndjson"
    file.write_bytes(b"\n".join([*(nothing_to_report(partner, number) for number in range(50)), b"", b"garbage\r\n"]))

    made = CliRunner(env=environment).invoke(main, ["topics"])
    again = CliRunner(env=environment).invoke(main, ["topics"])
    sent = CliRunner(env=environment).invoke(main, ["push", str(file), "--partner", partner])
    status = run_until(lambda: stored_position(database, topic_of(partner)) == 51, environment, "run")
    published = run_until(nothing_waits(database), environment, "receipts")

    topics = [f"feeds.{partner}", f"receipts.{partner}"]
    assert made.output.splitlines()[1:] == [f"made {topic}" for topic in topics]
    assert again.output.splitlines()[1:] == [f"there is {topic}" for topic in topics]
    assert "asks nobody who they are" in made.output.splitlines()[0]
    assert sent.output == f"Sent 51 messages to feeds.{partner}.\n"
    assert (status, verdicts(database, partner)) == (0, {"ACCEPTED": 50, "REJECTED": 1})
    assert (published, receipts_of(broker, partner)) == (0, written(database, partner))


def test_a_file_for_a_partner_without_a_topic_is_not_sent_and_the_way_out_is_named(broker: str) -> None:
    result = CliRunner(env={"PAYMENTS_HUB_KAFKA_SERVERS": broker}).invoke(
        main, ["push", __file__, "--partner", "NOBODY"]
    )

    assert result.exit_code == 2
    assert result.output.startswith("Error UNKNOWN_TOPIC: There is no topic feeds.NOBODY.")
