"""The command of a group's worker: its limits, its watchdog, and the loop that reads."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import click
import structlog

from consumers.batch import Checkpoint
from consumers.broker import Broker, KafkaBroker
from consumers.errors import BrokerOpenError
from consumers.guarding import Guard
from consumers.health import EXIT_MEMORY, EXIT_REFUSED, Watchdog, end_process
from consumers.loop import Worker
from consumers.memory import limit_memory
from consumers.settings import STALL_SECONDS, ConsumerSettings, consumer_settings, group_id_of
from consumers.shutdown import Shutdown
from consumers.topics import topics_of
from payments_hub.bootstrap import open_hub
from payments_hub.cli.environment import enter
from payments_hub.kernel.garbage import Sweeper, collect_on_purpose
from payments_hub.kernel.settings import Settings
from payments_hub.store.consumer_workers import partners_of_group

log = structlog.get_logger()


@click.command()
@click.option("--group", required=True, help="The group of partners whose feeds are read.")
@click.option("--supervised", is_flag=True, hidden=True)
def work(group: str, supervised: bool) -> None:  # noqa: FBT001  click's way
    """
    Read the feeds of one group until SIGTERM or Ctrl-C: what `run` starts, and starts anew, for each group.

    Partners that join the group are read too. The worker may take as much memory as PAYMENTS_HUB_WORKER_MEMORY_MB
    says; it ends with status 72 if it needs more, and with 70 if it hangs.
    """
    read_group(enter(), group, lifeline=sys.stdin.fileno() if supervised else None)


def read_group(
    settings: Settings,
    group: str,
    *,
    lifeline: int | None,
    connect: Callable[[ConsumerSettings], Broker] = KafkaBroker,
    stall_seconds: float = STALL_SECONDS,
) -> None:
    """
    Read the feeds of one group until a signal asks for the stop, or the end of the lifeline.

    The lifeline is the reading end of a pipe that the supervisor holds; a worker that was started by hand has none.
    """
    servers = replace(consumer_settings(settings), group_id=group_id_of(group))
    structlog.contextvars.bind_contextvars(group=group)
    hub = open_hub(settings, application_name=f"payments-consumers {group}", connections=2)
    guard = Guard(servers, hub.database, lambda session: hub.reference.current(session).partners, hub.clock)
    stop = Shutdown()
    stop.install()
    limit_memory(settings.worker_memory_mb)
    collect_on_purpose()
    sweep = Sweeper()
    try:
        with Watchdog(stop, lifeline=lifeline, stall_seconds=stall_seconds) as watchdog:

            def come_round() -> None:
                watchdog.beat()
                sweep()

            Worker(
                connect=lambda: guard.connected(connect),
                topics=lambda session: topics_of(partners_of_group(session, group)),
                checkpoint=Checkpoint(hub.database, hub.take_in, hub.clock),
                stop=stop,
                beat=come_round,
            ).run()
    except BrokerOpenError as error:
        log.error("broker_refused", why=error.message)  # noqa: TRY400  the words say it all
        end_process(EXIT_REFUSED)
    except MemoryError:
        log.error("worker_out_of_memory", megabytes=settings.worker_memory_mb)  # noqa: TRY400  a trace needs memory
        end_process(EXIT_MEMORY)
    finally:
        hub.close()
