"""`payments-hub obligations`: what partners owe, from a file and into one."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from payments_hub.cli.actors import acting
from payments_hub.cli.transaction import hub_transaction
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.languages import Language
from payments_hub.domain.obligations import Difference, ObligationFault
from payments_hub.services.obligations import (
    FILE_BYTES_MAX,
    export_file,
    file_name_and_hash,
    import_obligations,
    read_file,
)
from payments_hub.store.obligations import ObligationFilter, find_obligations

_partner = click.option("--partner", help="Of this partner alone.")
_flow = click.option("--flow", help="Of this flow alone.")


@click.group()
def obligations() -> None:
    """Keep what partners owe: import a file, list, export."""


@obligations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option(
    "--language",
    type=click.Choice([each.value for each in Language]),
    default=Language.VI.value,
    help="Of the faults.",
)
@click.pass_context
def import_file(context: click.Context, file: str, dry_run: bool, language: str) -> None:  # noqa: FBT001  click's way
    """
    Take a CSV file of obligations in, whole or not at all.

    Its header is partner,flow,place,frequency,due_days,valid_from,valid_to. A line with a new first day adds an
    obligation; one with a saved first day changes it; what no line names stays. Every fault is printed with its line,
    and then the exit status is 1.
    """
    with click.open_file(file, "rb") as opened:
        content = opened.read(FILE_BYTES_MAX + 1)
    with hub_transaction("obligations") as (session, now):
        reading = read_file(session, content)
        if not reading.faults and not dry_run:
            source = file_name_and_hash(Path(file).name, content)
            import_obligations(session, reading, actor=acting(), source=source, now=now)
    for fault in reading.faults:
        click.echo(fault_line(fault, Language(language)))
    for line in difference_lines(reading.compared):
        click.echo(line)
    outcome = "refused" if reading.faults else "dry-run" if dry_run else "saved"
    counts = reading.compared
    click.echo(
        f"{outcome}: lines={reading.lines} added={len(counts.added)} changed={len(counts.changed)} "
        f"unchanged={counts.unchanged} faults={len(reading.faults)}"
    )
    if reading.faults:
        context.exit(1)


@obligations.command("list")
@_partner
@_flow
def list_obligations(partner: str | None, flow: str | None) -> None:
    """Print obligations, one a line."""
    with hub_transaction("obligations") as (session, _):
        found = find_obligations(session, ObligationFilter(partner, flow))
    for stored in found:
        click.echo(obligation_line(stored.duty))


@obligations.command("export")
@_partner
@_flow
@click.option("--output", type=click.File("wb", lazy=False), default="-", help="Where to; standard output by default.")
def export(partner: str | None, flow: str | None, output: BinaryIO) -> None:
    """Write obligations as a CSV file that can be imported again."""
    with hub_transaction("obligations") as (session, _):
        output.write(export_file(session, ObligationFilter(partner, flow)))


def obligation_line(duty: Obligation) -> str:
    """Write an obligation as one line."""
    ends = duty.valid_to or ""
    return f"{duty.partner} {duty.flow} {duty.place} {duty.frequency.value} +{duty.due_days} {duty.valid_from}..{ends}"


def difference_lines(compared: Difference) -> list[str]:
    """Write what comes in with a plus, and what changes as it was and as it will be."""
    added = [f"+ {obligation_line(duty)}" for duty in compared.added]
    changed = [f"~ {obligation_line(before)} → {obligation_line(after)}" for before, after in compared.changed]
    return [*added, *changed]


def fault_line(fault: ObligationFault, language: Language) -> str:
    """Write one fault as a line for a person."""
    english = language is Language.EN
    line = "" if fault.line is None else f"{'line' if english else 'dòng'} {fault.line}"
    place = ", ".join(part for part in (line, fault.column) if part) or ("file" if english else "tệp")
    got = f" [{fault.got}]" if fault.got else ""
    return f"{place}: {fault.words.of(language)}{got}"
