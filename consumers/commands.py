"""The commands that speak to Kafka; a module of its own, so that the supervisor of the workers loads none of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from sqlalchemy.orm import Session

from consumers import admin, broker, setting_up, topics
from consumers.guarding import Guard
from consumers.health import Watchdog
from consumers.publishing import Publisher
from consumers.settings import consumer_settings, refuse_unchecked
from consumers.shutdown import Shutdown
from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.environment import enter
from payments_hub.kernel.settings import Settings

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
    refuse_unchecked(servers)
    hub = open_hub(settings, application_name="payments-consumers receipts", connections=1)
    guard = Guard(servers, hub.database, lambda session: _registered(hub, session), hub.clock)
    stop = Shutdown()
    stop.install()
    try:
        with Watchdog(stop) as watchdog:
            Publisher(
                connect=lambda: guard.connected(broker.KafkaSender),
                database=hub.database,
                partners=lambda session: _registered(hub, session),
                clock=hub.clock,
                stop=stop,
                beat=watchdog.beat,
            ).run()
    finally:
        hub.close()


@click.command(name="topics")
@click.option("--check", is_flag=True, help="Change nothing; print what is not as it should be, with exit status 1.")
@click.option(
    "--passwords",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the passwords of users that are made: a file each, for its owner alone.",
)
@click.option("--renew", multiple=True, metavar="PARTNER", help="Give this partner a new password; may be repeated.")
def make_topics(check: bool, passwords: Path | None, renew: tuple[str, ...]) -> None:  # noqa: FBT001  click's way
    """
    Make what each partner lacks: its topics, its user of Kafka, and the rules that keep partners apart.

    Run it again after registering a partner: what is there stays as it is. It ends with status 1 if something is
    otherwise than it should be and not its to change, such as a rule that lets somebody else in.
    """
    if renew and (check or passwords is None):
        raise click.UsageError(
            "--renew writes new passwords: name their folder with --passwords, and leave --check out."
        )
    settings = enter()
    servers = consumer_settings(settings)
    partners = _partners(settings)
    if unknown := sorted(set(renew) - partners):
        raise click.UsageError(f"{', '.join(unknown)}: no such partner.")
    if servers.security is None:
        click.echo("Kafka here asks nobody who they are: topics alone, no users and no rules.")
    with admin.administering(servers.as_admin()) as administration:
        seen = setting_up.look(servers, administration, partners)
        lack = setting_up.lack_of(servers, partners, seen)
        lines = lack.words() if check else setting_up.make(servers, administration, lack, passwords)
        _echo(f"there is {topic}" for topic in sorted(seen.topics))
        _echo(lines)
        _echo(_renewed(administration, renew, passwords))
        faults = [*setting_up.faults_of(seen.topics), *setting_up.open_faults(servers, administration, partners)]
        _echo(faults)
    if faults or (check and lack.is_any):
        raise click.exceptions.Exit(1)


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _renewed(administration: admin.Administration, partners: Iterable[str], folder: Path | None) -> Iterator[str]:
    if folder is None:
        return
    for partner in partners:
        yield f"new password of {partner} in {setting_up.renew(administration, partner, folder)}"


def _partners(settings: Settings) -> frozenset[str]:
    hub = open_hub(settings, application_name="payments-consumers topics", connections=1)
    try:
        with hub.database.transaction() as session:
            return _registered(hub, session)
    finally:
        hub.close()


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
