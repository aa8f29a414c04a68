"""`payments-hub up`: the hub's parts as processes, started and stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

import click

from payments_hub.cli.environment import enter
from payments_hub.kernel.errors import UnavailableError
from payments_hub.kernel.settings import Settings
from payments_hub.store import embedded, migrating
from payments_hub.store.session import Database

STOP_SECONDS = 25
"""A web worker may take twenty seconds to answer what it began."""

CONSUMER_STALLED = frozenset({70, 71})
"""The statuses with which the watchdog of the receipts ends their process; workers have a supervisor of their own."""

_LOOK_SECONDS = 0.2
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class PartEndedError(UnavailableError):
    """One of the hub's processes ended by itself, so the others were stopped."""

    code = "PART_ENDED"


@dataclass(frozen=True, slots=True)
class Part:
    """
    One process of the hub.

    Args:
        restarts_on: Exit statuses by which it asks to be started anew.

    """

    name: str
    command: tuple[str, ...]
    restarts_on: frozenset[int] = frozenset()


@dataclass(slots=True)
class Running:
    """
    Started parts; owned by the process that started them, which must stop them.

    Args:
        environment: What is changed in the parts' environment.

    """

    environment: Mapping[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, part: Part) -> None:
        """Start a part."""
        self.parts[part.name] = part
        # A group of its own, so that Ctrl-C reaches this process alone and the parts are stopped in order.
        self.processes[part.name] = subprocess.Popen(  # noqa: S603 - our own programs, with words of ours
            part.command, env={**os.environ, **self.environment}, start_new_session=True
        )

    def check(self) -> None:
        """
        Make sure that all parts run; one that asks for it is started anew.

        Raises:
            PartEndedError: One has ended by itself.

        """
        for name, process in list(self.processes.items()):
            status = process.poll()
            if status is None:
                continue
            if status not in self.parts[name].restarts_on:
                raise PartEndedError(f"{name} ended with status {status}; what it said stands above.", part=name)
            self.start(self.parts[name])

    def stop(self) -> None:
        """Ask all parts to stop, the last started first, and kill what has not stopped in time."""
        for process in reversed(self.processes.values()):
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.processes.values():
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def hub_parts(settings: Settings) -> tuple[Part, ...]:
    """List the parts that these settings ask for: web and jobs, and where Kafka is set what reads and writes there."""
    hub = (sys.executable, "-m", "payments_hub")
    parts = [Part("web", (*hub, "web")), Part("jobs", (*hub, "jobs"))]
    if settings.kafka_servers is not None:
        consumers = (sys.executable, "-m", "consumers")
        parts.append(Part("consumers", (*consumers, "run")))
        parts.append(Part("receipts", (*consumers, "receipts"), CONSUMER_STALLED))
    return tuple(parts)


@contextlib.contextmanager
def running(parts: Sequence[Part], environment: Mapping[str, str]) -> Iterator[Running]:
    """Run parts for the length of a block, and stop them however it ends."""
    group = Running(environment)
    try:
        for part in parts:
            group.start(part)
        yield group
    finally:
        group.stop()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """
    End a block with exit status 0 on SIGTERM or Ctrl-C, whatever it is at.

    Everything that the block started is then stopped in order, and further signals change nothing: only this process
    knows what is to be stopped.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    before = {number: signal.signal(number, end) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_stop(group: Running) -> NoReturn:
    """
    Wait for the signal that ends the block of `stoppable`.

    Raises:
        PartEndedError: A part ended by itself.

    """
    while True:
        group.check()
        time.sleep(_LOOK_SECONDS)


@click.command()
def up() -> None:
    """
    Run the web server, the jobs and, where Kafka is set, feeds and receipts over it, until Ctrl-C or SIGTERM.

    The hub's own database is started and brought to the newest schema; a given one is used as it is. If one part ends
    by itself, the others are stopped and the exit status is 2.
    """
    settings = enter()
    environment: dict[str, str] = {}
    with stoppable(), contextlib.ExitStack() as stack:
        if settings.database_url is None:
            stack.callback(embedded.stop, settings.var_dir)
            environment["PAYMENTS_HUB_DATABASE_URL"] = prepare_own_database(settings)
        group = stack.enter_context(running(hub_parts(settings), environment))
        click.echo(f"The hub runs on http://{settings.host}:{settings.port}; Ctrl-C stops it.")
        wait_for_stop(group)


def prepare_own_database(settings: Settings) -> str:
    """Start the hub's own database, bring it to the newest schema, and tell its URL."""
    url = embedded.ensure_running(settings.var_dir)
    database = Database(url, application_name="payments-hub up", connections=1)
    try:
        migrating.upgrade(database)
    finally:
        database.dispose()
    return url
