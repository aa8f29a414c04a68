"""`payments-hub partner`: who reports."""

from __future__ import annotations

import click

from payments_hub.cli.actors import acting
from payments_hub.cli.transaction import hub_transaction
from payments_hub.kernel.money import Currency
from payments_hub.services.partner_register import move_partner_to_group, register_partner
from payments_hub.store.consumer_workers import feed_groups
from payments_hub.store.partners import Partner, all_partners


@click.group()
def partner() -> None:
    """Register and list partners, and say which feeds are read together."""


@partner.command()
@click.argument("code")
@click.option("--name-vi", required=True, help="Its name in Vietnamese.")
@click.option("--name-en", help="Its name in English; the Vietnamese one where none is given.")
@click.option(
    "--currency", type=click.Choice([each.value for each in Currency]), default=Currency.VND.value, show_default=True
)
@click.option("--simulated", is_flag=True, help="It is made up: every figure of it will say so.")
def add(code: str, name_vi: str, name_en: str | None, currency: str, simulated: bool) -> None:  # noqa: FBT001  click's way
    """Register a partner under its code, or change its names."""
    wanted = Partner(code, name_vi, name_en or name_vi, currency, simulated)
    with hub_transaction("partner") as (session, now):
        register_partner(session, wanted, actor=acting(), now=now)
    click.echo(f"Registered {code}.")


@partner.command()
@click.argument("code")
@click.argument("group")
def group(code: str, group: str) -> None:
    """
    Let a partner's feed from Kafka be read by the worker of a group, which is made if nobody is in it yet.

    One partner's feed can hold up those of its own group at most. The workers follow within seconds.
    """
    with hub_transaction("partner") as (session, now):
        before = move_partner_to_group(session, code, group, actor=acting(), now=now)
    click.echo(f"{code} is read in {group}; it was read in {before}." if before != group else f"{code} is in {group}.")


@partner.command("list")
def list_partners() -> None:
    """Print every partner, one a line: its code, currency, group and name."""
    with hub_transaction("partner") as (session, _):
        found = all_partners(session)
        groups = feed_groups(session)
    for _, each in found:
        simulated = " (simulated)" if each.simulated else ""
        click.echo(f"{each.code} {each.currency} {groups[each.code]} {each.name_vi}{simulated}")
