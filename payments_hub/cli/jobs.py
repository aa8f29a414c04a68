"""`payments-hub jobs`: the scheduled work."""

from __future__ import annotations

import click

from payments_hub.bootstrap import open_hub
from payments_hub.cli.environment import enter
from payments_hub.jobs import catalogue
from payments_hub.jobs.runner import Runner
from payments_hub.jobs.scheduler import run_scheduler


@click.command()
def jobs() -> None:
    """Run the scheduled jobs until Ctrl-C or SIGTERM; a second such process waits until the first has gone."""
    hub = open_hub(enter(), application_name="payments-hub jobs")
    try:
        run_scheduler(Runner(hub.database, hub.clock), catalogue.jobs(hub))
    finally:
        hub.close()
