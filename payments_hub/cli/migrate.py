"""`payments-hub migrate`: bring the database's schema up to date, or back."""

from __future__ import annotations

import click

from payments_hub.cli.environment import enter
from payments_hub.store.embedded import database_url
from payments_hub.store.migrating import HEAD, Step, current, downgrade, lies_behind, upgrade
from payments_hub.store.session import Database


@click.command()
@click.option("--to", default=HEAD, show_default=True, help="Number of a step, head, or base (before the first).")
@click.option("--yes", is_flag=True, help="Take steps back without asking.")
def migrate(to: str, yes: bool) -> None:  # noqa: FBT001  click hands a flag over as a bool
    """
    Bring the database's schema to its last step, or to the one named.

    Running it again changes nothing. Going back drops what the later steps added, with every row in it.
    """
    settings = enter()
    database = Database(database_url(settings), application_name="payments-hub migrate")
    try:
        for step in _go(database, to, asked=not yes):
            click.echo(f"{'applied' if step.upwards else 'took back'} {step.revision}: {step.title}")
        click.echo(f"The schema is at {current(database) or 'base'}.")
    finally:
        database.dispose()


def _go(database: Database, to: str, *, asked: bool) -> tuple[Step, ...]:
    if not lies_behind(database, to):
        return upgrade(database, to)
    if asked:
        click.confirm(f"Going back to {to} drops what later steps added, with every row in it. Go on?", abort=True)
    return downgrade(database, to)
