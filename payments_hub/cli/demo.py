"""`payments-hub demo`: the whole hub on a simulated city, from an empty folder to a page in the browser."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from payments_hub.cli.demonstration import Demonstration, begin_anew
from payments_hub.cli.environment import enter
from payments_hub.cli.processes import stoppable, wait_for_stop


@click.command()
@click.option("--once", is_flag=True, help="Stop when everything was shown, and print what came of it as JSON.")
@click.option("--pulse", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Folder of PhonePe Pulse.")
@click.option("--over", type=click.Choice(["auto", "kafka", "http"]), default="auto", help="How the messages are sent.")
def demo(once: bool, pulse: Path | None, over: str) -> None:  # noqa: FBT001  click hands a flag over as a bool
    """
    Show the hub on a simulated city: eighteen months of messages, sent and judged like any partner's.

    Everything is written below the var directory's folder demo, which each run begins anew. Messages go over Kafka
    where Java and Maven are there, else over HTTP. Ctrl-C stops it.
    """
    settings = begin_anew(enter())
    with stoppable(), Demonstration(settings, say=click.echo) as shown:
        shown.prepare(over)
        shown.feed()
        shown.close_a_period()
        shown.add_firms()
        if pulse is not None:
            shown.add_pulse(pulse)
        shown.work_out()
        if once:
            result = shown.prove()
        else:
            shown.invite()
            wait_for_stop(shown.running)
    click.echo(orjson.dumps(result).decode())
