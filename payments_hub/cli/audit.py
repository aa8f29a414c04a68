"""`payments-hub audit`: prove that nobody changed what the hub recorded, and hand out its head to keep elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.environment import enter
from payments_hub.domain.anchors import SignedHead, sign_head
from payments_hub.domain.audit import Break, Fault
from payments_hub.kernel.clock import local_day
from payments_hub.services.audit_checks import ChainReport, check_chain, check_digests, foreign_heads
from payments_hub.store.anchors import FILE, read_anchors
from payments_hub.store.audit import head as read_chain_head

_VERIFY_SECONDS = 1800
"""Long enough to read years of acts and all their receipts."""

_FAULTS = {
    Fault.CHANGED: "its content is not what was recorded",
    Fault.MISSING: "it is missing",
    Fault.NOT_LINKED: "it does not fit the one next to it",
    Fault.OTHER_THAN_ANCHORED: "the chain is another one than was anchored",
}


@click.group()
def audit() -> None:
    """Prove the chain of what people and operators did, and anchor it elsewhere."""


@audit.command()
def head() -> None:
    """Print the chain's newest entry as one signed line; keep it where nobody of the hub can write."""
    with _session() as (hub, session):
        newest = read_chain_head(session)
        day = local_day(hub.clock.now())
    if newest is None:
        raise click.ClickException("The chain is empty: nothing was recorded yet.")
    click.echo(sign_head(newest, day, hub.secret_key).line())


@audit.command()
@click.option(
    "--anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Signed heads kept elsewhere, a line each; without it the hub's own file is used.",
)
@click.option("--receipts", is_flag=True, help="Compute the digests of the receipts anew too, and count refusals.")
@click.pass_context
def verify(context: click.Context, anchors: Path | None, receipts: bool) -> None:  # noqa: FBT001  click's flag
    """
    Compute the whole chain anew and name the first entry that is not as it was recorded.

    Exit status 0: all of it holds. 1: something was changed, lost or slipped in.
    """
    with _session() as (hub, session):
        heads = _heads(anchors, hub.settings.var_dir)
        report = check_chain(session, [one.anchor for one in heads])
        wrong = [f"Line of {one.day}: not signed by this hub." for one in foreign_heads(heads, hub.secret_key)]
        wrong += [] if report.bad is None else [bad_line(report.bad)]
        if receipts:
            wrong += [
                f"Entry {one.number} ({one.subject}): {one.recorded} recorded, {one.found} found."
                for one in check_digests(session)
            ]
    for line in wrong:
        click.echo(line)
    click.echo(summary_line(report, heads) if not wrong else "Broken.")
    context.exit(1 if wrong else 0)


def bad_line(bad: Break) -> str:
    """Say where a chain does not hold."""
    place = f"Entry {bad.number}" if bad.until == bad.number else f"One of the entries {bad.number} to {bad.until}"
    return f"{place}: {_FAULTS[bad.fault]}."


def summary_line(report: ChainReport, heads: Sequence[SignedHead]) -> str:
    """Say what was proved, and what was not."""
    if not heads:
        return f"{report.count} entries hold. No anchor was given: a lost tail would not show."
    return f"{report.count} entries hold, and the heads of {len(heads)} days up to {max(one.day for one in heads)} fit."


def _heads(path: Path | None, var_dir: Path) -> list[SignedHead]:
    own = var_dir / FILE
    if path is None and not own.exists():
        return []
    return read_anchors(path or own)


@contextmanager
def _session() -> Iterator[tuple[Hub, Session]]:
    hub = open_hub(enter(), application_name="payments-hub audit", connections=1)
    try:
        with hub.database.transaction(limit_seconds=_VERIFY_SECONDS) as session:
            yield hub, session
    finally:
        hub.close()
