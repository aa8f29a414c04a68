"""The commands that speak to Kafka; a module of its own, so that the supervisor of the workers loads none of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from sqlalchemy.orm import Session

from consumers import admin, broker, topics
from consumers.health import Watchdog
from consumers.publishing import Publisher
from consumers.settings import consumer_settings
from consumers.shutdown import Shutdown
from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.environment import enter

CONTENT_TYPE = "application/cloudevents+json"


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
    made = admin.create_topics(servers, wanted, topics.TOPIC_SETTINGS)
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
