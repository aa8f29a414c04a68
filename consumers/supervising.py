"""The command that runs the workers: it loads no Kafka client, since it reads no feed itself."""

from __future__ import annotations

import platform
import sys

import click

from consumers.errors import BrokerOpenError
from consumers.reporting import Reporter
from consumers.settings import consumer_settings, refuse_unchecked
from consumers.shutdown import Shutdown
from consumers.supervisor import Supervisor
from payments_hub.cli.environment import enter
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.embedded import database_url
from payments_hub.store.session import Database


@click.command()
@click.option("--group", "groups", multiple=True, help="Read the feeds of this group only; may be repeated.")
def run(groups: tuple[str, ...]) -> None:
    """
    Read feeds until SIGTERM or Ctrl-C, and then end within ten seconds.

    Each group of partners has a worker process of its own, which is started anew if it ends; what one partner sends
    holds up its own group at most. New partners and new groups are taken up within seconds. To share the work among
    several machines, name different groups; two workers on one group are safe, but only one of them gets anything
    done.
    """
    settings = enter()
    # Each worker reads them again; said here once, a wrong one is no reason to start it over and over.
    refuse_unchecked(consumer_settings(settings))
    stop = Shutdown()
    stop.install()
    clock = SystemClock()
    database = Database(database_url(settings), application_name="payments-consumers run", connections=1)
    supervisor = Supervisor(command=work_command, clock=clock, stop=stop)
    try:
        supervisor.run(Reporter(database, clock, platform.node(), groups, supervisor.look))
    finally:
        database.dispose()
    if supervisor.is_refused:
        raise BrokerOpenError("A worker refused to read from Kafka; its words stand above, as broker_refused.")


def work_command(group: str) -> tuple[str, ...]:
    """Write the command of a group's worker."""
    return (sys.executable, "-m", "consumers", "work", "--group", group, "--supervised")
