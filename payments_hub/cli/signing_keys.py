"""`payments-hub signing-key`: the keys that partners sign their messages with."""

from __future__ import annotations

from typing import IO

import click

from payments_hub.cli.actors import acting
from payments_hub.cli.tables import table
from payments_hub.cli.transaction import hub_transaction
from payments_hub.contracts.public_keys import LONGEST_PUBLIC_KEY
from payments_hub.domain import formatting
from payments_hub.domain.languages import Language
from payments_hub.services.signing_keys import (
    add_public_key,
    list_signing_keys,
    make_shared_secret,
    revoke_signing_key,
)
from payments_hub.store.signing_keys import KeptSigningKey

_HEAD = ("key", "partner", "algorithm", "label", "made", "last used", "state")


@click.group("signing-key")
def signing_key() -> None:
    """Add, list and revoke the keys that partners sign their messages with."""


@signing_key.command()
@click.argument("partner")
@click.option(
    "--ed25519", "public_key", type=click.File("r"), help="The partner's public key: a PEM file, - for input."
)
@click.option("--hmac", "shared", is_flag=True, help="Make a secret for HMAC-SHA256 instead, and print it, this once.")
@click.option("--label", help="What to call it, such as the machine that signs; 60 characters at most.")
def add(partner: str, public_key: IO[str] | None, shared: bool, label: str | None) -> None:  # noqa: FBT001  a flag of the command line
    """
    Give a partner a key: from now on what it sends must be signed.

    A partner has two live keys at most, to change from one to the next without a pause; a third is refused.
    """
    if (public_key is None) is not shared:
        raise click.UsageError("Say either --ed25519 FILE or --hmac.")
    with hub_transaction("signing-key") as (session, now):
        if public_key is None:
            _kid, printed = make_shared_secret(session, partner, now, label=label, by=acting())
        else:
            typed = public_key.read(LONGEST_PUBLIC_KEY + 1)
            printed = add_public_key(session, partner, typed, now, label=label, by=acting())
    if shared:
        click.echo("Hand this secret to the partner now; it cannot be shown again.", err=True)
    click.echo(printed)


@signing_key.command("list")
@click.argument("partner", required=False)
def list_them(partner: str | None) -> None:
    """List the signing keys of a partner, or of all, the newest first; no secret is shown."""
    with hub_transaction("signing-key") as (session, _now):
        keys = list_signing_keys(session, partner)
    click.echo(table(_HEAD, [_cells(one) for one in keys]))


@signing_key.command()
@click.argument("kid")
def revoke(kid: str) -> None:
    """Revoke a signing key by its name; with the last one gone, the partner need not sign any more."""
    with hub_transaction("signing-key") as (session, now):
        revoke_signing_key(session, kid, now, by=acting())
    click.echo(f"Revoked {kid}.")


def _cells(one: KeptSigningKey) -> tuple[str, ...]:
    used = one.last_used_at
    return (
        one.kid,
        one.partner,
        one.algorithm.value,
        one.label or "-",
        formatting.instant(one.created_at, Language.EN),
        "never" if used is None else formatting.instant(used, Language.EN),
        "live" if one.is_live else "revoked",
    )
