"""`payments-hub place`: where payments happen, and when it is open."""

from __future__ import annotations

from datetime import datetime

import click

from payments_hub.cli.actors import acting
from payments_hub.cli.transaction import hub_transaction
from payments_hub.domain.places import Place
from payments_hub.domain.sites import Interval
from payments_hub.services.places import OpenDaysChange, close_site, open_site
from payments_hub.store.places import all_places

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def place() -> None:
    """List the places that slices may be about; close and open sites."""


@place.command("list")
@click.option("--areas", is_flag=True, help="List the units of the area schemes too.")
def list_places(areas: bool) -> None:  # noqa: FBT001  click's way
    """Print malls, markets and tourist sites with the days on which each is open."""
    with hub_transaction("place") as (session, _):
        found = all_places(session)
    for _, each in found:
        if areas or not each.is_area:
            click.echo(place_line(each))


@place.command("close")
@click.argument("code")
@click.argument("first", type=_DAY)
@click.argument("last", type=_DAY, required=False)
@click.option("--reason", required=True, help="Why, for the record.")
def close(code: str, first: datetime, last: datetime | None, reason: str) -> None:
    """Close a site from a first day to a last one, or for good: nothing is expected of it on those days."""
    with hub_transaction("place") as (session, now):
        opened = close_site(session, _change(code, first, last, reason), now=now)
    click.echo(f"{code} is open {_spans(opened)}")


@place.command("open")
@click.argument("code")
@click.argument("first", type=_DAY)
@click.argument("last", type=_DAY, required=False)
@click.option("--reason", required=True, help="Why, for the record.")
def open_again(code: str, first: datetime, last: datetime | None, reason: str) -> None:
    """Open a site from a first day to a last one, or for good: slices of those days are expected."""
    with hub_transaction("place") as (session, now):
        opened = open_site(session, _change(code, first, last, reason), now=now)
    click.echo(f"{code} is open {_spans(opened)}")


def place_line(found: Place) -> str:
    """Write a place as one line: code, kind, name, and when it is open or its scheme holds."""
    return f"{found.code} {found.kind} {found.name_vi} {_spans(found.open_intervals)}"


def _change(code: str, first: datetime, last: datetime | None, reason: str) -> OpenDaysChange:
    days = Interval(first.date(), None if last is None else last.date())
    return OpenDaysChange(code, days, acting(), reason)


def _spans(opened: tuple[Interval, ...]) -> str:
    return ", ".join(f"{span.first}..{span.last or ''}" for span in opened)
