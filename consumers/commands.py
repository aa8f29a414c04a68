"""The commands that speak to Kafka; a module of its own, so that the supervisor of the workers loads none of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click
import structlog
from sqlalchemy.orm import Session

from consumers import broker, topics
from consumers.batch import Checkpoint
from consumers.health import EXIT_MEMORY, Watchdog, end_process
from consumers.loop import Worker
from consumers.memory import limit_memory
from consumers.publishing import Publisher
from consumers.settings import consumer_settings, group_id_of
from consumers.shutdown import Shutdown
from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.environment import enter
from payments_hub.kernel.garbage import collect_on_purpose, sweep
from payments_hub.store.consumer_workers import partners_of_group

CONTENT_TYPE = "application/cloudevents+json"

log = structlog.get_logger()


@click.command()
@click.option("--group", required=True, help="The group of partners whose feeds are read.")
@click.option("--supervised", is_flag=True, hidden=True)
def work(group: str, supervised: bool) -> None:  # noqa: FBT001  click's way
    """
    Read the feeds of one group until SIGTERM or Ctrl-C, as `run` lets one process do for each group.

    Partners that join the group are read too. A worker may take as much memory as PAYMENTS_HUB_WORKER_MEMORY_MB says;
    it ends with status 72 if it needs more, with 70 if it hangs, and nobody starts it anew unless `run` did.
    """
    settings = enter()
    servers = replace(consumer_settings(settings), group_id=group_id_of(group))
    structlog.contextvars.bind_contextvars(group=group)
    hub = open_hub(settings, application_name=f"payments-consumers {group}", connections=2)
    stop = Shutdown()
    stop.install()
    limit_memory(settings.worker_memory_mb)
    collect_on_purpose()
    try:
        with Watchdog(stop, lifeline=sys.stdin.fileno() if supervised else None) as watchdog:

            def come_round() -> None:
                watchdog.beat()
                sweep()

            Worker(
                connect=lambda: broker.KafkaBroker(servers),
                topics=lambda session: topics.topics_of(partners_of_group(session, group)),
                checkpoint=Checkpoint(hub.database, hub.accept, hub.clock),
                stop=stop,
                beat=come_round,
            ).run()
    except MemoryError:
        log.error("worker_out_of_memory", megabytes=settings.worker_memory_mb)  # noqa: TRY400  a trace needs memory
        end_process(EXIT_MEMORY)
    finally:
        hub.close()


@click.command()
def receipts() -> None:
    """
    Publish every partner's receipts on its topic until SIGTERM or Ctrl-C, and then end within ten seconds.

    Each receipt is published at least once and in its partner's order, whatever way its slice came; after a crash some
    come again, with the same id. A second publisher is safe: it waits until the first is gone.
    """
    settings = enter()
    servers = consumer_settings(settings)
    hub = open_hub(settings, application_name="payments-consumers receipts", connections=1)
    stop = Shutdown()
    stop.install()
    try:
        with Watchdog(stop) as watchdog:
            Publisher(
                connect=lambda: broker.KafkaSender(servers),
                database=hub.database,
                partners=lambda session: _registered(hub, session),
                clock=hub.clock,
                stop=stop,
                beat=watchdog.beat,
            ).run()
    finally:
        hub.close()


@click.command(name="topics")
def make_topics() -> None:
    """Create the topics of every partner that has none yet: one for its feed, one for its receipts."""
    settings = enter()
    servers = consumer_settings(settings)
    hub = open_hub(settings, application_name="payments-consumers topics", connections=1)
    try:
        with hub.database.transaction() as session:
            wanted = topics.all_topics_of(_registered(hub, session))
    finally:
        hub.close()
    made = broker.create_topics(servers, wanted, topics.TOPIC_SETTINGS)
    for topic in sorted(wanted):
        click.echo(f"{'made' if topic in made else 'there is'} {topic}")


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--partner", help="Code of the partner in whose name a file's messages are sent.")
def push(path: Path, partner: str | None) -> None:
    """
    Send a file of messages, one a line, to a partner's topic, and wait until Kafka has them all.

    A folder is sent file by file, each named after its partner. The lines are sent as they are, in their order: judging
    them is for the hub.
    """
    if partner is None and not path.is_dir():
        raise click.UsageError("Name the partner of the file with --partner, or give a folder of files.")
    servers = consumer_settings(enter())
    files = {each.stem: each for each in sorted(path.glob("*.ndjson"))} if path.is_dir() else {partner or "": path}
    for code, file in files.items():
        sent = broker.push(servers, topics.topic_of(code), _lines(file), CONTENT_TYPE)
        click.echo(f"Sent {sent} messages to {topics.topic_of(code)}.")


def _registered(hub: Hub, session: Session) -> frozenset[str]:
    return frozenset(hub.reference.current(session).partners)


def _lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        for line in opened:
            if line.strip():
                yield line.rstrip(b"\r\n")
