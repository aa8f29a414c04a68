"""`payments-hub reconcile`: deliveries held against their receipts, counted anew day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import click

from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.environment import enter
from payments_hub.cli.tables import table
from payments_hub.kernel.clock import local_day
from payments_hub.services.reconciliation import fault_words, first_day
from payments_hub.services.reconciliation import reconcile as reconcile_days
from payments_hub.store.reconciliation import CheckedDay

DAYS_AT_ONCE = 31
"""So many days are counted in one transaction, so that a ledger of years is no transaction of an hour."""

_LIMIT_SECONDS = 600
_day = click.DateTime(formats=["%Y-%m-%d"])
_COLUMNS = ("delivered", "accepted", "superseded", "no_change", "duplicate", "held", "rejected")


@click.command()
@click.option(
    "--from",
    "first",
    type=_day,
    metavar="DAY",
    help="The first day, such as 2026-10-01; else that of the first delivery.",
)
@click.option("--to", "last", type=_day, metavar="DAY", help="The last day; else today.")
@click.option("--partner", metavar="CODE", help="Of one partner alone.")
def reconcile(first: datetime | None, last: datetime | None, partner: str | None) -> None:
    """
    Count every delivery anew and hold it against its receipt; exit status 1 if anything does not add up.

    What is counted is kept for the operations page, and a fault raises an alert, as in the job that counts the newest
    days every quarter of an hour.
    """
    hub = open_hub(enter(), application_name="payments-hub reconcile", connections=1)
    try:
        found = [day for days in _counted(hub, first and first.date(), last and last.date(), partner) for day in days]
    finally:
        hub.close()
    _print(found)
    if any(day.counted.faults for day in found):
        raise SystemExit(1)


def _counted(hub: Hub, first: date | None, last: date | None, partner: str | None) -> Iterator[tuple[CheckedDay, ...]]:
    now = hub.clock.now()
    with hub.database.transaction(limit_seconds=_LIMIT_SECONDS) as session:
        begin = first or first_day(session) or local_day(now)
    end = last or local_day(now)
    while begin <= end:
        until = min(begin + timedelta(days=DAYS_AT_ONCE - 1), end)
        with hub.database.transaction(limit_seconds=_LIMIT_SECONDS) as session:
            yield reconcile_days(session, begin, until, now=now, partner=partner)[::-1]
        begin = until + timedelta(days=1)


def _print(days: list[CheckedDay]) -> None:
    rows = [
        (day.partner, day.counted.day.isoformat(), *(str(getattr(day.counted, name)) for name in _COLUMNS))
        for day in days
    ]
    click.echo(table(("partner", "day", *_COLUMNS), rows))
    for day in days:
        for fault in day.counted.faults:
            click.echo(f"{day.partner} {day.counted.day}: {fault_words(fault).en}")
    faulty = sum(bool(day.counted.faults) for day in days)
    click.echo(f"{len(days)} partners' days counted, {faulty} that do not add up.")
