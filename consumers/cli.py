"""`payments-consumers`: feeds from Kafka, receipts onto it, and what a partner or a demonstration needs to send."""

from __future__ import annotations

import click

from payments_hub import __version__
from payments_hub.cli import LazyGroup

COMMANDS = {
    "push": "consumers.commands:push",
    "receipts": "consumers.commands:receipts",
    "restart-feed": "consumers.mending_commands:restart",
    "resume": "consumers.mending_commands:resume",
    "run": "consumers.supervising:run",
    "topics": "consumers.commands:make_topics",
    "work": "consumers.working:work",
}
"""Every subcommand, as the hub's own group lists them: it also shows the hub's errors as one line."""


@click.group(cls=LazyGroup, table=COMMANDS, name="payments-consumers", context_settings={"max_content_width": 100})
@click.version_option(__version__, prog_name="payments-consumers")
def main() -> None:
    """Read the partners' feeds from Kafka into the hub, and publish their receipts."""
