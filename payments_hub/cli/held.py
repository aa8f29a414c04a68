"""`payments-hub held`: slices that came for locked periods, and what an officer decides of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from payments_hub.bootstrap import open_hub
from payments_hub.cli.actors import acting
from payments_hub.cli.environment import enter
from payments_hub.cli.transaction import hub_transaction
from payments_hub.services.locks import MOST_AT_ONCE, Decided, Lists, outlook, refuse_held, release_held
from payments_hub.store.lock_pages import HeldSlice, waiting_slices

_reason = click.option("--reason", required=True, help="Why; where slices are refused, their partners read it.")
_deliveries = click.argument("deliveries", type=int, nargs=-1, required=True)


@click.group()
def held() -> None:
    """Decide on slices that are held because their period is locked."""


@held.command("list")
def list_held() -> None:
    """Print what waits: delivery, partner, flow, site, period, revision, what releasing would do, count, amount."""
    behind = 0
    with hub_transaction("held") as (session, _now):
        while found := waiting_slices(session, limit=MOST_AT_ONCE, behind=behind):
            for one in found:
                click.echo(held_line(one))
            behind = found[-1].delivery_id


@held.command()
@_deliveries
@_reason
def release(deliveries: Sequence[int], reason: str) -> None:
    """Let slices in, each judged against the head of this moment."""
    _told(_decide(release_held, deliveries, reason), "Released")


@held.command()
@_deliveries
@_reason
def refuse(deliveries: Sequence[int], reason: str) -> None:
    """Reject slices: their partners are told why, and their revision numbers are free again."""
    _told(_decide(refuse_held, deliveries, reason), "Refused")


def held_line(one: HeldSlice) -> str:
    """Write a held slice as one line, its parts kept apart by tabs."""
    would = outlook(one)
    totals = ("" if total is None else str(total) for total in (would.count, would.amount))
    where = (one.partner, one.flow, one.site, str(one.period), str(one.revision))
    return "\t".join((str(one.delivery_id), *where, would.verdict.value, *totals))


def _decide(how: Callable[..., Decided], deliveries: Sequence[int], reason: str) -> Decided:
    hub = open_hub(enter(), application_name="payments-hub held", connections=1)
    try:
        with hub.database.transaction() as session:
            lists = Lists(hub.reference.current(session), hub.clock)
            decided = how(session, deliveries, reason=reason, by=acting(), lists=lists)
    finally:
        hub.close()
    return decided


def _told(decided: Decided, word: str) -> None:
    for receipt in decided.receipts:
        click.echo(f"{receipt.id}\t{receipt.verdict.value}")
    click.echo(f"{word} {len(decided.receipts)}; decided by others before: {decided.too_late}.")
