"""`payments-hub figures` and `changes`: what is known, what was known, and what changed between two days."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import click

from payments_hub.cli.transaction import hub_transaction
from payments_hub.domain import formatting
from payments_hub.domain.changes import REASON_WORDS, ReasonSum
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role, Viewer
from payments_hub.services.changes import changes_between, knowable
from payments_hub.services.exports import CHANGE_COLUMNS, COLUMNS, change_cells, month_figures

_LISTED = 20
_FILE_ROWS = 1_000_000


class Day(click.ParamType[date]):
    """A day, as 2026-10-31 or 31/10/2026."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the day, or fail with what is allowed."""
        read = formatting.read_day(str(value))
        if read is None:
            self.fail(f"{value!r} is no day; write it like 2026-10-31.", param, ctx)
        return read


def _viewer(partner: str | None) -> Viewer:
    return Viewer(Role.PARTNER, partner) if partner else Viewer(Role.OPERATOR, None)


@click.command()
@click.option("--as-of", type=Day(), help="What was known at the end of this day; without it, now.")
@click.option("--partner", help="This partner's figures alone.")
@click.option("--flow", type=click.Choice(list(FLOWS)), help="Of this flow alone.")
def figures(as_of: date | None, partner: str | None, flow: str | None) -> None:
    """
    Print every month's figures as CSV: now, or as known at the end of a day.

    The same question about a day gives the same answer for ever, whatever came later.
    """
    with hub_transaction("figures") as (session, now):
        if as_of is not None:
            knowable(as_of, now)
        rows = [row for row in month_figures(session, _viewer(partner), now, as_of) if flow in {None, row.flow}]
    _print(COLUMNS, (row.cells() for row in rows))


@click.command()
@click.argument("earlier", type=Day(), metavar="DAY")
@click.argument("later", type=Day(), metavar="DAY")
@click.option("--partner", help="This partner's slices alone.")
@click.option("--flow", type=click.Choice(list(FLOWS)), help="List slices of this flow alone.")
@click.option("--csv", "as_file", is_flag=True, help="Print every changed slice as CSV, without the sums.")
def changes(earlier: date, later: date, partner: str | None, flow: str | None, *, as_file: bool) -> None:
    """
    Tell what changed between the ends of two days, by reason.

    New reporters, new periods, late reports, corrections and other revisions; together they are the whole difference.
    """
    limit = _FILE_ROWS if as_file else _LISTED
    with hub_transaction("changes") as (session, now):
        found = changes_between(session, _viewer(partner), (earlier, later), now, flow=flow, limit=limit)
    if as_file:
        _print(CHANGE_COLUMNS, map(change_cells, found.slices))
        return
    click.echo(f"From the end of {found.after} to the end of {found.until}:")
    for one in found.sums:
        click.echo(_sum_line(one))
    for change in found.slices:
        cells = change_cells(change)
        click.echo(f"  {' '.join(cells[:7])}: {cells[10] or cells[8] or '-'} -> {cells[11] or cells[9] or '-'}")
    if not found.sums:
        click.echo("  nothing changed")
    if len(found.slices) == limit:
        click.echo(f"  … the {limit} with the largest differences; --csv lists all of them")
    if found.simulated:
        click.echo("Simulated data are among these figures.")


def _sum_line(one: ReasonSum) -> str:
    name = REASON_WORDS[one.reason][0].of(Language.EN)
    count = "" if one.count is None else f", {one.count:+d} payments"
    amount = "" if one.amount is None else f", {one.amount:+d} {one.currency}"
    return f"  {one.flow}: {name}: {one.slices} slices{count}{amount}"


def _print(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    written = csv.writer(sys.stdout)
    written.writerow(columns)
    written.writerows(rows)
