"""`payments-hub lock`: periods that are closed, so that what still comes for them waits for an officer."""

from __future__ import annotations

import click

from payments_hub.cli.actors import acting
from payments_hub.cli.transaction import hub_transaction
from payments_hub.kernel.periods import Period
from payments_hub.services.locks import lock_period, unlock_period
from payments_hub.store.lock_pages import StoredLock, standing_locks

_reason = click.option("--reason", required=True, help="Why; it is kept, and people read it.")


@click.group()
def lock() -> None:
    """Lock periods of flows: what comes for a locked one is held."""


@lock.command()
@click.argument("flow")
@click.argument("period")
@_reason
def add(flow: str, period: str, reason: str) -> None:
    """Lock PERIOD (2026-10-03, 2026-10, 2026-Q4 or 2026) of FLOW, and every period inside it."""
    with hub_transaction("lock") as (session, now):
        made = lock_period(session, flow, Period.parse(period), reason=reason, by=acting(), now=now)
    click.echo(f"Locked {made.flow} {made.period} as lock {made.number}.")


@lock.command("list")
def list_locks() -> None:
    """Print the locks that hold: number, flow, period, slices waiting, since when, by whom, why."""
    with hub_transaction("lock") as (session, _now):
        found = standing_locks(session)
    for one in found:
        click.echo(lock_line(one))


@lock.command()
@click.argument("number", type=int)
@_reason
def remove(number: int, reason: str) -> None:
    """End the lock NUMBER. What it holds goes on waiting: `payments-hub held` decides on it."""
    with hub_transaction("lock") as (session, now):
        ended = unlock_period(session, number, reason=reason, by=acting(), now=now)
    click.echo(f"Unlocked {ended.flow} {ended.period}. Slices still waiting for a decision: {ended.waiting}.")


def lock_line(one: StoredLock) -> str:
    """Write a lock as one line, its parts kept apart by tabs."""
    since = one.locked_at.isoformat(timespec="seconds")
    return "\t".join((str(one.number), one.flow, str(one.period), str(one.waiting), since, one.locked_by, one.reason))
