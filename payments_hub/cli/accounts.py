"""`payments-hub account`: people who sign in."""

from __future__ import annotations

import sys

import click

from payments_hub.cli.actors import acting
from payments_hub.cli.environment import enter
from payments_hub.cli.tables import table
from payments_hub.cli.transaction import hub_transaction
from payments_hub.domain import formatting
from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.kernel.settings import Settings
from payments_hub.services import people
from payments_hub.services.accounts import NewAccount, create_account, require_account
from payments_hub.services.outbox import leave_letter, link_letter
from payments_hub.services.password_links import PasswordLink, make_link
from payments_hub.store.accounts import AccountLine

_HEAD = ("account", "role", "partner", "language", "state", "last used")


@click.group()
def account() -> None:
    """Create, list and disable the accounts of people who sign in, and make the links that set their passwords."""


@account.command("list")
def list_them() -> None:
    """List every account: those who may sign in first, then disabled ones."""
    with hub_transaction("account") as (session, _now):
        lines = people.list_accounts(session)
    click.echo(table(_HEAD, [_cells(line) for line in lines]))


@account.command()
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What the person may do.")
@click.option("--partner", help="Code of the partner, for the role partner alone.")
@click.option("--language", type=click.Choice([code.value for code in Language]), default="vi", help="Of the pages.")
@click.option("--link", "by_link", is_flag=True, help="Ask for no password: make a one-time link by which it is set.")
def create(username: str, role: str, partner: str | None, language: str, *, by_link: bool) -> None:
    """
    Create an account; the password is asked for, or read from standard input where that is no terminal.

    A password is never an argument: those are seen by every user of the machine and kept by shells. With --link nobody
    but its owner ever knows it.
    """
    wanted = NewAccount(username, None if by_link else _password(), Role(role), partner, Language(language))
    link = None
    with hub_transaction("account") as (session, now):
        create_account(session, wanted, now, by=acting())
        if by_link:
            link = make_link(session, username, by=acting(), now=now)
    click.echo(f"Created {username} with the role {role}.")
    if link is not None:
        _hand_over(link, wanted.language)


@account.command()
@click.argument("username")
def disable(username: str) -> None:
    """Disable an account and end its sessions at once; one-time links that were not used are void."""
    with hub_transaction("account") as (session, now):
        people.take_out(session, username, by=acting(), now=now)
    click.echo(f"Disabled {username}.")


@account.command()
@click.argument("username")
def enable(username: str) -> None:
    """Let a disabled account sign in again, with the password that it had."""
    with hub_transaction("account") as (session, now):
        people.enable_account(session, username, by=acting(), now=now)
    click.echo(f"Enabled {username}.")


@account.command()
@click.argument("username")
def reset(username: str) -> None:
    """
    Make a one-time link by which a person sets a new password; it works for 24 hours, and older ones are void.

    It is printed, or written as a letter where PAYMENTS_HUB_OUTBOX_DIR is set. Sessions end when it is used.
    """
    with hub_transaction("account") as (session, now):
        language = require_account(session, username).language
        link = make_link(session, username, by=acting(), now=now)
    _hand_over(link, language)


def _hand_over(link: PasswordLink, language: Language) -> None:
    settings = enter()
    address = f"{_reached(settings)}/reset/{link.token}"
    if settings.outbox_dir is None:
        click.echo("Pass this link on to its person alone; it works once, for 24 hours.", err=True)
        click.echo(address)
        return
    path = leave_letter(settings.outbox_dir, link_letter(link, address, language), link.made_at)
    click.echo(f"The letter with the link is {path}.")


def _reached(settings: Settings) -> str:
    return settings.public_address or f"http://{settings.host}:{settings.port}"


def _cells(line: AccountLine) -> tuple[str, ...]:
    one = line.account
    seen = "never" if line.seen_at is None else formatting.instant(line.seen_at, Language.EN)
    state = "disabled" if one.disabled else "may sign in"
    return (one.username, one.viewer.role.value, one.viewer.partner or "-", one.language.value, state, seen)


def _password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
