"""`payments-hub key`: the keys that partners' machines come with."""

from __future__ import annotations

from datetime import datetime

import click

from payments_hub.cli.actors import acting
from payments_hub.cli.tables import table
from payments_hub.cli.transaction import hub_transaction
from payments_hub.domain import formatting
from payments_hub.domain.keys import KeyScope, KeyTerms, end_of
from payments_hub.domain.languages import Language
from payments_hub.services.partners import create_key, list_keys, revoke_key
from payments_hub.store.api_keys import ApiKey

_HEAD = ("key", "partner", "label", "may", "made", "last used", "expires", "state")
_SCOPES = [scope.value for scope in KeyScope]


@click.group()
def key() -> None:
    """Create, list and revoke partners' API keys."""


@key.command()
@click.argument("partner")
@click.option("--label", help="What to call it, such as the machine that will hold it; 60 characters at most.")
@click.option("--scope", "scopes", type=click.Choice(_SCOPES), multiple=True, help="What it may do. Unset: both.")
@click.option("--last-day", type=click.DateTime(["%Y-%m-%d"]), help="Its last day, in the city. Unset: until revoked.")
def create(partner: str, label: str | None, scopes: tuple[str, ...], last_day: datetime | None) -> None:
    """
    Make a key for a partner and print it, this once: the hub keeps only its hash.

    A partner has two live keys at most, to change from one to the next without a pause; a third is refused.
    """
    terms = KeyTerms(label, frozenset(KeyScope(scope) for scope in scopes or _SCOPES), _end_of(last_day))
    with hub_transaction("key") as (session, now):
        made = create_key(session, partner, now, terms, by=acting())
    click.echo("Keep this key now; it cannot be shown again.", err=True)
    click.echo(made)


@key.command("list")
@click.argument("partner", required=False)
def list_them(partner: str | None) -> None:
    """List the keys of a partner, or of all, the newest first; no secret is shown."""
    with hub_transaction("key") as (session, now):
        keys = list_keys(session, partner)
    click.echo(table(_HEAD, [_cells(one, now) for one in keys]))


@key.command()
@click.argument("prefix")
def revoke(prefix: str) -> None:
    """Revoke a key by the part before its dot; the next call with it is refused."""
    with hub_transaction("key") as (session, now):
        revoke_key(session, prefix, now, by=acting())
    click.echo(f"Revoked {prefix}.")


def _end_of(last_day: datetime | None) -> datetime | None:
    return None if last_day is None else end_of(last_day.date())


def _cells(one: ApiKey, now: datetime) -> tuple[str, ...]:
    return (
        one.prefix,
        one.partner,
        one.terms.label or "-",
        "+".join(sorted(one.terms.scopes)),
        formatting.instant(one.created_at, Language.EN),
        _instant(one.last_used_at, "never"),
        _instant(one.terms.expires_at, "-"),
        _state(one, now),
    )


def _instant(at: datetime | None, missing: str) -> str:
    return missing if at is None else formatting.instant(at, Language.EN)


def _state(one: ApiKey, now: datetime) -> str:
    if one.revoked_at is not None:
        return "revoked"
    return "expired" if one.has_expired(now) else "live"
