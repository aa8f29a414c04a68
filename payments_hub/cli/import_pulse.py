"""`payments-hub import pulse`: bring PhonePe Pulse's public files in as slices."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from payments_hub.bootstrap import open_hub
from payments_hub.cli.environment import enter
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.pulse import read_pulse
from payments_hub.ingest.pulse_files import PulseWarning
from payments_hub.services.pulse import register_pulse, send_pulse


@click.group("import")
def import_files() -> None:
    """Bring public data in, through the one way that all feeds take."""


@import_files.command("pulse")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--revision", type=click.IntRange(0), default=0, help="Above 0: send a corrected copy over an earlier one."
)
@click.pass_context
def pulse(context: click.Context, folder: Path, revision: int) -> None:
    """
    Bring a copy of PhonePe Pulse's repository in.

    Every warning is printed. The exit status is 1 where a message was refused. The same files again change nothing.
    """
    imported = read_pulse(folder, revision=revision)
    hub = open_hub(enter(), application_name="payments-hub import")
    try:
        with hub.database.transaction() as session:
            register_pulse(session, imported, now=hub.clock.now())
        verdicts = send_pulse(hub.database, imported, clock=hub.clock)
    finally:
        hub.close()
    for warning in imported.warnings:
        click.echo(warning_line(warning))
    for tree, totals in imported.totals.items():
        click.echo(f"{tree.value}: figures={totals.figures} count={totals.count} amount={totals.amount}")
    click.echo(verdict_line(verdicts))
    if verdicts[Verdict.REJECTED]:
        context.exit(1)


def warning_line(warning: PulseWarning) -> str:
    """Write one warning as a line for a person."""
    return f"{warning.kind.value} {warning.where}: {warning.detail}"


def verdict_line(verdicts: Counter[Verdict]) -> str:
    """
    Write how often each verdict was given, those that were not given left out.

    >>> verdict_line(Counter({Verdict.ACCEPTED: 2}))
    'sent=2 accepted=2'
    """
    given = " ".join(f"{verdict.value.lower()}={verdicts[verdict]}" for verdict in Verdict if verdicts[verdict])
    return f"sent={verdicts.total()} {given}".rstrip()
